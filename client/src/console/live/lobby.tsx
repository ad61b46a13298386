import { Button, Group, List, Stack, Text, Title } from "@mantine/core";
import { IconCheck, IconPlayerPlay } from "../icons.ts";
import { PairingCode } from "./pairing_code.tsx";
import { useRoom } from "./room_context.ts";
import { subjectOf, waiting } from "./room_facts.ts";
import { useControl } from "./use_control.ts";

/** From an empty room to a patient who is ready: pair, admit, begin. */
export function Lobby({ sessionId, readOnly }: { sessionId: string; readOnly: boolean }) {
  const room = useRoom();
  const subject = subjectOf(room);
  const admitted = subject?.admitted ?? false;
  if (readOnly) {
    return (
      <section className="sheet">
        <Text>The session has not begun yet. What happens shows here as soon as it does.</Text>
      </section>
    );
  }
  return (
    <Stack gap="md">
      <section className="sheet" aria-labelledby="pair-title">
        <Title order={2} fz="lg" id="pair-title" mb="sm">
          1. Bring the patient's device in
        </Title>
        {admitted ? <Here connected={subject?.connected ?? false} /> : <PairingCode sessionId={sessionId} />}
      </section>
      <section className="sheet" aria-labelledby="admit-title">
        <Title order={2} fz="lg" id="admit-title" mb="sm">
          2. Admit the patient
        </Title>
        <Admit />
      </section>
      <section className="sheet" aria-labelledby="begin-title">
        <Title order={2} fz="lg" id="begin-title" mb="sm">
          3. Begin
        </Title>
        <Begin ready={admitted && (subject?.connected ?? false)} />
      </section>
    </Stack>
  );
}

function Here({ connected }: { connected: boolean }) {
  return (
    <Text>
      <IconCheck size={18} aria-hidden style={{ verticalAlign: "-3px" }} />{" "}
      {connected
        ? "The patient's device is here."
        : "The device is known but not connected; it comes back by itself."}
    </Text>
  );
}

function Admit() {
  const room = useRoom();
  const control = useControl();
  const atTheDoor = waiting(room);
  const admitted = subjectOf(room)?.admitted ?? false;
  return (
    <div aria-live="polite">
      {atTheDoor.length === 0 && (
        <Text c={admitted ? undefined : "dimmed"}>
          {admitted
            ? "The patient is in the lobby, where they are shown how to stop."
            : "Nobody waits at the door yet."}
        </Text>
      )}
      {atTheDoor.map(({ participant }) => (
        <Group key={participant} justify="space-between">
          <Text>A device with the right code waits at the door. Is it your patient's?</Text>
          <Group gap="sm">
            <Button variant="default" onClick={() => control.ask("remove", participant)}>
              Send away
            </Button>
            <Button size="md" onClick={() => control.ask("admit", participant)} loading={control.busy}>
              Admit
            </Button>
          </Group>
        </Group>
      ))}
    </div>
  );
}

function Begin({ ready }: { ready: boolean }) {
  const control = useControl();
  return (
    <Group justify="space-between" align="flex-end">
      <List size="sm" c="var(--mantine-color-dimmed)">
        <List.Item>The patient knows how to stop, and has tried it.</List.Item>
        <List.Item>The space around is clear, or the patient is seated.</List.Item>
        <List.Item>You know the first rating of distress.</List.Item>
      </List>
      <Button
        size="lg"
        leftSection={<IconPlayerPlay size={20} aria-hidden />}
        disabled={!ready}
        loading={control.busy}
        onClick={() => control.ask("begin")}
      >
        Begin
      </Button>
    </Group>
  );
}
