import { Anchor, Badge, Button, Group, Stack, Text } from "@mantine/core";
import { Link } from "react-router";
import type { Session } from "../api/types.ts";
import { formatDuration, formatMoment, formatTime } from "../format.ts";
import { sessionStateName } from "../words.ts";
import classes from "./session_list.module.css";

interface Props {
  sessions: Session[];
  /** On a patient's own page the name says nothing and the day does. */
  ofOnePatient?: boolean;
}

export function SessionList({ sessions, ofOnePatient = false }: Props) {
  return (
    <Stack component="ul" gap={0} m={0} p={0} className={classes.list}>
      {sessions.map((session) => (
        <li key={session.id} className={classes.row}>
          <SessionRow session={session} ofOnePatient={ofOnePatient} />
        </li>
      ))}
    </Stack>
  );
}

function secondsBetween(from: string | null, to: string | null): number | null {
  return from && to ? (Date.parse(to) - Date.parse(from)) / 1000 : null;
}

function SessionRow({ session, ofOnePatient }: { session: Session; ofOnePatient: boolean }) {
  const began = session.opened_at ?? session.created_at;
  const length = secondsBetween(session.opened_at, session.closed_at);
  return (
    <Group justify="space-between" gap="md">
      <Group gap="lg" wrap="nowrap">
        <Text className="numeric" fw={600} miw={ofOnePatient ? undefined : 56}>
          {ofOnePatient ? formatMoment(began) : formatTime(began)}
        </Text>
        <div>
          {!ofOnePatient && (
            <Anchor component={Link} to={`/patients/${session.patient_id}`} fw={600} c="inherit">
              {session.patient_name}
            </Anchor>
          )}
          <Text size="sm" c={ofOnePatient ? undefined : "dimmed"}>
            {session.experience_title}, led by {session.lead_name}
            {length !== null && `, ${formatDuration(length)}`}
          </Text>
        </div>
      </Group>
      <Group gap="sm">
        {session.state !== "closed" && (
          <Badge
            variant="light"
            color={session.state === "open" ? "sea" : "sand"}
            size="lg"
            tt="none"
            fw={600}
          >
            {sessionStateName(session.state)}
          </Badge>
        )}
        <SessionActions session={session} />
      </Group>
    </Group>
  );
}

function SessionActions({ session }: { session: Session }) {
  const of = ` of ${session.patient_name}, ${formatTime(session.opened_at ?? session.created_at)}`;
  if (session.state !== "closed") {
    return (
      <Button
        component={Link}
        to={`/sessions/${session.id}/live`}
        size="sm"
        aria-label={`Open the session${of}`}
      >
        Open
      </Button>
    );
  }
  return (
    <>
      <Button
        component={Link}
        to={`/sessions/${session.id}/report`}
        size="sm"
        variant="light"
        aria-label={`Report${of}`}
      >
        Report
      </Button>
      <Button
        component={Link}
        to={`/sessions/${session.id}/replay`}
        size="sm"
        variant="default"
        aria-label={`Replay${of}`}
      >
        Replay
      </Button>
    </>
  );
}
