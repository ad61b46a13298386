import type { Report } from "../api/types.ts";

/** Spans in which the patient was in the calm place: from each stop until both agreed, or to the end. */
export function calmSpans(events: Report["events"], durationS: number): [number, number][] {
  const spans: [number, number][] = [];
  let from: number | null = null;
  let agreed = new Set<string | null>();
  for (const { at_s, kind, by } of events) {
    if (kind === "stopped") {
      from ??= at_s;
      agreed = new Set();
    } else if (kind === "agreed" && from !== null) {
      agreed.add(by);
      if (agreed.size === 2) {
        spans.push([from, at_s]);
        from = null;
      }
    }
  }
  if (from !== null) spans.push([from, durationS]);
  return spans;
}
