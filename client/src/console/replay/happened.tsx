import { ScrollArea, Stack, Text, Title, UnstyledButton } from "@mantine/core";
import type { Replay } from "../api/types.ts";
import { formatElapsed } from "../format.ts";
import classes from "./happened.module.css";

interface Props {
  replay: Replay;
  at_s: number;
  onMove: (at_s: number) => void;
}

/** Events and notes in order; each leads to its moment. */
export function Happened({ replay, at_s, onMove }: Props) {
  const lines = [
    ...replay.events.map((event) => ({ at_s: event.at_s, text: event.text })),
    ...replay.notes.map((note) => ({ at_s: note.at_s, text: `Note: ${note.text}` })),
  ].sort((a, b) => a.at_s - b.at_s);
  const current = lines.findLastIndex((line) => line.at_s <= at_s);
  return (
    <section className="sheet" aria-labelledby="happened-title">
      <Title order={2} fz="lg" id="happened-title" mb="sm">
        What happened
      </Title>
      <ScrollArea.Autosize mah={420} type="auto">
        <Stack component="ul" gap={2} m={0} p={0} style={{ listStyle: "none" }}>
          {lines.map((line, index) => (
            <li key={`${line.at_s} ${line.text}`}>
              <UnstyledButton
                className={classes.line}
                aria-current={index === current ? "step" : undefined}
                onClick={() => onMove(line.at_s)}
              >
                <Text span size="sm" className="numeric" c="dimmed">
                  {formatElapsed(line.at_s)}
                </Text>
                <Text span size="sm">
                  {line.text}
                </Text>
              </UnstyledButton>
            </li>
          ))}
        </Stack>
      </ScrollArea.Autosize>
    </section>
  );
}
