import { Button, Group, NumberInput, Stack, Text, Title, VisuallyHidden } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { formatElapsed } from "../format.ts";
import { IconMessageCircle } from "../icons.ts";
import { useRoom, useRoomStore, useRoomTime } from "./room_context.ts";
import { lastAskedAt, ratingsOf, ratingsOfThisLevel } from "./room_facts.ts";
import { adviseFrom } from "./suds_advice.ts";
import { useControl } from "./use_control.ts";

/** Ratings are asked for every two minutes, as in exposure for fear of speaking. */
const ASK_EVERY_S = 120;

/** The last rating, when to ask next, and what the ratings of this level suggest. */
export function SudsCard({ readOnly }: { readOnly: boolean }) {
  const room = useRoom();
  const nowMs = useRoomTime();
  const control = useControl();
  const last = ratingsOf(room.happenings).at(-1);
  const asked = lastAskedAt(room);
  const sinceS = asked === null ? 0 : (nowMs - asked / 1000) / 1000;
  const due = room.view?.phase === "running" && room.view.question === null && sinceS >= ASK_EVERY_S;
  return (
    <section className="sheet" aria-labelledby="suds-title">
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <div>
          <Title order={2} fz="lg" id="suds-title">
            SUDS
          </Title>
          <Text size="sm" c="dimmed" className="numeric">
            {last ? `${formatElapsed((nowMs - last.time_us / 1000) / 1000)} ago` : "No rating yet"}
          </Text>
        </div>
        <Text className="numeric" fz={40} lh={1} fw={650} role="status">
          <VisuallyHidden>Last rating </VisuallyHidden>
          {last?.value ?? <VisuallyHidden>none yet</VisuallyHidden>}
        </Text>
      </Group>
      <Stack gap="sm" mt="md">
        {room.view?.question ? (
          <Waiting question={room.view.question.number} readOnly={readOnly} />
        ) : (
          !readOnly && (
            <Button
              variant={due ? "filled" : "light"}
              leftSection={<IconMessageCircle size={18} aria-hidden />}
              disabled={
                room.view?.phase !== "running" && room.view?.phase !== "frozen" && room.view?.phase !== "calm"
              }
              loading={control.busy}
              onClick={() => control.ask("ask")}
            >
              Ask for SUDS
            </Button>
          )
        )}
        <Text size="sm" role="status">
          {due && `It is ${formatElapsed(sinceS - (sinceS % 60))} since the last question: time to ask.`}
        </Text>
        <AdviceLine />
      </Stack>
    </section>
  );
}

function Waiting({ question, readOnly }: { question: number; readOnly: boolean }) {
  const store = useRoomStore();
  const [said, setSaid] = useState<string | number>("");
  const save = (event: FormEvent) => {
    event.preventDefault();
    const value = Number(said);
    if (said === "" || value < 0 || value > 100) return;
    store.socket.send({ type: "answer", question, value, how: "lead" });
    setSaid("");
  };
  return (
    <>
      <Text size="sm">Asked; the patient is answering.</Text>
      {!readOnly && (
        <form onSubmit={save}>
          <Group gap="xs" align="flex-end" wrap="nowrap">
            <NumberInput
              label="Said aloud (0 to 100)"
              min={0}
              max={100}
              hideControls
              value={said}
              onChange={setSaid}
              flex={1}
            />
            <Button type="submit" variant="light" disabled={said === ""}>
              Save
            </Button>
          </Group>
        </form>
      )}
    </>
  );
}

const moves = { up: "Suggestion: a step up", stay: "Suggestion: stay here", down: "Suggestion: a step down" };

function AdviceLine() {
  const { happenings, view } = useRoom();
  const advice = view?.phase === "running" ? adviseFrom(ratingsOfThisLevel(happenings)) : null;
  if (!advice) return null;
  return (
    <Text size="sm" c="dimmed">
      {moves[advice.move]} ({advice.reason}). You decide.
    </Text>
  );
}
