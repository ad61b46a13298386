import { Group, Text } from "@mantine/core";
import { IconDeviceFloppy, IconPlayerRecord } from "../icons.ts";
import { useRoom } from "./room_context.ts";

/** Whether movements and heart rate are recorded, and whether the record is being written. */
export function RecordStatus() {
  const { view } = useRoom();
  if (!view) return null;
  return (
    <Group gap="md" role="group" aria-label="The record">
      <Group gap={6} wrap="nowrap">
        <IconPlayerRecord size={18} aria-hidden />
        <Text size="sm">{view.recording ? "Recording" : "Not recording"}</Text>
      </Group>
      {view.durable && (
        <Group gap={6} wrap="nowrap">
          <IconDeviceFloppy size={18} aria-hidden />
          <Text size="sm">Saved</Text>
        </Group>
      )}
    </Group>
  );
}
