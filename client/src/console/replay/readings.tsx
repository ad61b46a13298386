import { Text } from "@mantine/core";
import type { Replay } from "../api/types.ts";
import { formatNumber } from "../format.ts";
import figures from "../report/figures.module.css";
import { readingsAt } from "./readings_at.ts";

const phases: Record<string, string> = {
  lobby: "In the lobby",
  running: "Running",
  frozen: "Held still",
  calm: "In the calm place",
  closed: "Closed",
};

/** The figures of this moment. */
export function Readings({ replay, at_s }: { replay: Replay; at_s: number }) {
  const { phase, readings } = readingsAt(replay, at_s);
  return (
    <section className="sheet" aria-label="At this moment">
      <Text fw={600} mb="md">
        {phases[phase] ?? phase}
      </Text>
      <dl className={figures.figures}>
        {readings.map(({ key, label, unit, value }) => (
          <div key={key}>
            <Text component="dt" size="sm" c="dimmed">
              {label}
            </Text>
            <Text component="dd" fz={22} fw={650} className="numeric">
              {readingWords(value, unit)}
            </Text>
          </div>
        ))}
      </dl>
    </section>
  );
}

function readingWords(value: number | string | boolean | null, unit: string | null): string {
  if (typeof value === "number") return formatNumber(value, unit ?? "", 1);
  if (typeof value === "boolean") return value ? "On" : "Off";
  return value === null ? "–" : value.charAt(0).toUpperCase() + value.slice(1);
}
