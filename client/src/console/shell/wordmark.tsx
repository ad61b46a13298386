import { Group, Text } from "@mantine/core";

/** A doorway, for the abaton was the room that one entered; and the name. */
export function Wordmark() {
  return (
    <Group gap={10} wrap="nowrap">
      <svg width="26" height="28" viewBox="0 0 26 28" aria-hidden="true">
        <path d="M2 28V13a11 11 0 0 1 22 0v15h-6V13a5 5 0 0 0-10 0v15z" fill="var(--mantine-color-sea-6)" />
        <path d="M10 28V13a3 3 0 0 1 6 0v15z" fill="var(--mantine-color-sand-4)" />
      </svg>
      <Text component="span" fw={650} fz={21} lh={1} style={{ letterSpacing: "-0.01em" }}>
        Abaton
      </Text>
    </Group>
  );
}
