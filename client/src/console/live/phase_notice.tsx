import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { ApiProblem } from "../api/problem.ts";
import { ProblemNotice } from "../feedback/problem_notice.tsx";
import { IconAlertTriangle, IconCheck, IconHandStop, IconHourglass, IconSnowflake } from "../icons.ts";
import { reasonWords } from "./event_words.ts";
import { useRoom, useRoomStore } from "./room_context.ts";

/** What keeps the session from running as usual, and what to do about it. */
export function PhaseNotice({ readOnly }: { readOnly: boolean }) {
  const { view, status, goodbye, refused, stopWaits } = useRoom();
  const store = useRoomStore();
  return (
    <Stack gap="sm" mb={view && needsNotice(view.phase, view.durable, status) ? "md" : 0} aria-live="polite">
      {status === "lost" && (
        <Notice
          icon={<IconAlertTriangle size={20} aria-hidden />}
          title="This page lost the room; it tries again by itself"
        >
          {stopWaits && "Your stop is sent as soon as the room is back. "}
          The patient's headset holds still after 3 seconds without the room, and goes to the calm place after
          10.
        </Notice>
      )}
      {goodbye && status === "ended" && (
        <Notice icon={<IconAlertTriangle size={20} aria-hidden />} title="The room has sent this page away">
          {goodbye.reason} Load the page again to come back.
        </Notice>
      )}
      {view && !view.durable && (
        <Notice icon={<IconAlertTriangle size={20} aria-hidden />} title="The record cannot be written">
          The session goes on for the patient, and stop works. Commands and notes are refused until the record
          can be written again: the disk may be full, or the database read-only. Tell whoever runs the server.
        </Notice>
      )}
      {view?.phase === "frozen" && (
        <Notice icon={<IconSnowflake size={20} aria-hidden />} color="sand" title="Everything holds still">
          {view.frozen_why === "lead"
            ? "You froze it. Press “Go on” when the patient is ready."
            : `Why: ${reasonWords(view.frozen_why ?? "")}. Nothing gets stronger meanwhile.`}
        </Notice>
      )}
      {view?.phase === "calm" && <Stopped readOnly={readOnly} />}
      {refused && (
        <div>
          <ProblemNotice error={new ApiProblem(0, refused)} />
          <Button variant="subtle" size="sm" onClick={store.dismissRefusal}>
            Dismiss
          </Button>
        </div>
      )}
    </Stack>
  );
}

function needsNotice(phase: string, durable: boolean, status: string): boolean {
  return phase === "frozen" || phase === "calm" || !durable || status !== "joined";
}

function Stopped({ readOnly }: { readOnly: boolean }) {
  const store = useRoomStore();
  const { view, happenings } = useRoom();
  const stop = happenings.findLast(({ fact }) => fact.kind === "stopped")?.fact;
  const why =
    stop?.kind === "stopped" ? `${stop.by ? `by the ${stop.by}, ` : ""}${reasonWords(stop.why)}` : "";
  const lead = view?.agreed.includes("lead") ?? false;
  const subject = view?.agreed.includes("subject") ?? false;
  return (
    <Notice
      icon={<IconHandStop size={20} aria-hidden />}
      title={`Stopped${why && ` ${why}`}: the patient is in the calm place`}
    >
      <Group justify="space-between" mt={4}>
        <Group gap="lg">
          <Agreement who="The patient" agreed={subject} />
          <Agreement who="You" agreed={lead} />
        </Group>
        {!readOnly && (
          <Button onClick={() => store.socket.send({ type: "agree" })} disabled={lead}>
            {lead ? "Waiting for the patient" : "Agree to go on"}
          </Button>
        )}
      </Group>
    </Notice>
  );
}

function Agreement({ who, agreed }: { who: string; agreed: boolean }) {
  return (
    <Group gap={6} wrap="nowrap">
      {agreed ? <IconCheck size={18} aria-hidden /> : <IconHourglass size={18} aria-hidden />}
      <Text size="sm" fw={500}>
        {who}: {agreed ? "agreed to go on" : "not yet"}
      </Text>
    </Group>
  );
}

interface NoticeProps {
  icon: ReactNode;
  title: string;
  color?: string;
  children: ReactNode;
}

function Notice({ icon, title, color = "clay", children }: NoticeProps) {
  return (
    <Alert
      color={color}
      icon={icon}
      title={title}
      styles={{ title: { color: "var(--mantine-color-text)", fontSize: 16 } }}
    >
      {children}
    </Alert>
  );
}
