import type { Replay } from "../api/types.ts";
import { frameIndex } from "./frames.ts";

export interface Reading {
  key: string;
  label: string;
  unit: string | null;
  value: number | string | boolean | null;
}

/** What each line of the record said last at `at_s`; null where it had not said anything yet. */
export function readingsAt(replay: Replay, at_s: number): { phase: string; readings: Reading[] } {
  const frame = replay.frames[frameIndex(replay.frames, at_s)];
  // What is not graded follows from what is: the speed of a lift, the gust of a wind.
  const minor = replay.experience.state.filter(({ graded }) => !graded).map(({ name }) => name);
  const readings = replay.series
    .filter(({ key }) => !minor.includes(key))
    .map((series) => {
      const index = frameIndex(
        series.at_s.map((time) => ({ at_s: time })),
        at_s,
      );
      const label = series.source ? `${series.label} (${series.source})` : series.label;
      return { key: series.key, label, unit: series.unit, value: series.values[index] ?? null };
    });
  return { phase: frame?.phase ?? "lobby", readings };
}
