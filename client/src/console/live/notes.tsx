import { Button, Group, Kbd, Stack, Text, Textarea, Title } from "@mantine/core";
import { type KeyboardEvent, useState } from "react";
import { ProblemNotice } from "../feedback/problem_notice.tsx";
import { formatElapsed } from "../format.ts";
import { useRoom, useRoomStore } from "./room_context.ts";
import { beganAt, notesOf } from "./room_facts.ts";
import { roomProblem } from "./use_control.ts";

/** Notes with the time of the session; what was written stays in the field until the room has kept it. */
export function Notes() {
  const store = useRoomStore();
  const room = useRoom();
  const [text, setText] = useState("");
  const [saving, setSaving] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const began = beganAt(room);
  const notes = notesOf(room.happenings).toReversed();

  const save = async () => {
    if (text.trim() === "" || saving) return;
    setSaving(true);
    setProblem(null);
    try {
      await store.socket.note(text.trim());
      setText("");
    } catch (error) {
      setProblem(roomProblem(error));
    } finally {
      setSaving(false);
    }
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      save();
    }
  };
  return (
    <section className="sheet" aria-labelledby="notes-title">
      <Title order={2} fz="lg" id="notes-title" mb="sm">
        Notes
      </Title>
      <Stack gap="sm">
        {problem !== null && <ProblemNotice error={problem} />}
        <Textarea
          label="New note"
          autosize
          minRows={2}
          maxRows={8}
          maxLength={4000}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={onKey}
        />
        <Group justify="space-between">
          <Text size="sm" c="dimmed">
            <Kbd size="xs">Ctrl</Kbd> <Kbd size="xs">Enter</Kbd>
          </Text>
          <Button variant="light" onClick={save} loading={saving} disabled={text.trim() === ""}>
            Save note
          </Button>
        </Group>
        {notes.length > 0 && (
          <Stack component="ul" gap="xs" m={0} p={0} style={{ listStyle: "none" }}>
            {notes.map((note) => (
              <Text component="li" size="sm" key={note.event} style={{ whiteSpace: "pre-wrap" }}>
                <Text span size="sm" c="dimmed" className="numeric" mr={8}>
                  {began === null ? "lobby" : formatElapsed((note.time_us - began) / 1e6)}
                </Text>{" "}
                {note.text}
              </Text>
            ))}
          </Stack>
        )}
      </Stack>
    </section>
  );
}
