import type uPlot from "uplot";
import type { Series } from "../api/types.ts";

/** One row of the timeline: a line with the same time axis as the others. */
export interface Row {
  key: string;
  label: string;
  unit: string | null;
  source: string | null;
  kind: "exposure" | "suds" | "heart";
  step: boolean;
  data: uPlot.AlignedData;
  /** Fixed ends of the upright axis, or null to follow the values. */
  range: [number, number] | null;
}

function kindOf(key: string): Row["kind"] {
  if (key === "suds") return "suds";
  return key === "heart_rate" ? "heart" : "exposure";
}

const order: Row["kind"][] = ["exposure", "suds", "heart"];

/** A stepped line holds its last value to the end; others end where they were last measured. */
function dataOf(series: Series, durationS: number): uPlot.AlignedData {
  const values = series.values as number[];
  const last = values.at(-1);
  const holds = series.step && last !== undefined && (series.at_s.at(-1) ?? 0) < durationS;
  return holds
    ? [
        [...series.at_s, durationS],
        [...values, last],
      ]
    : [series.at_s, values];
}

/** The rows of a timeline: first what was raised, then distress, then the heart. Lines of words are left out. */
export function rowsOf(series: Series[], durationS: number): Row[] {
  const numeric = series.filter(
    ({ values }) => values.length > 0 && values.every((value) => typeof value === "number"),
  );
  return numeric
    .map(
      (one): Row => ({
        key: one.key,
        label: one.label,
        unit: one.unit,
        source: one.source,
        kind: kindOf(one.key),
        step: one.step,
        data: dataOf(one, durationS),
        range: one.key === "suds" ? [0, 100] : null,
      }),
    )
    .sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

/** Ends of an axis around the values: from 0 for what is raised, around the values for a heart. */
export function rangeOf(row: Row): [number, number] {
  if (row.range) return row.range;
  const values = (row.data[1] as (number | null)[]).filter((value) => value !== null);
  const least = Math.min(...values);
  const most = Math.max(...values);
  if (row.kind === "heart") return [Math.floor((least - 5) / 10) * 10, Math.ceil((most + 5) / 10) * 10];
  return [Math.min(0, least), most <= 0 ? 1 : most * 1.1];
}
