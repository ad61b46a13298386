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
  /** The last value was not measured: it only holds to the end. */
  carried: boolean;
  /** Fixed ends of the upright axis, or null to follow the values. */
  range: [number, number] | null;
}

function kindOf(key: string): Row["kind"] {
  if (key === "suds") return "suds";
  return key === "heart_rate" ? "heart" : "exposure";
}

const order: Row["kind"][] = ["exposure", "suds", "heart"];

/** Whether the last value of a stepped line is carried on to the end; others end where they were last measured. */
function isCarried(series: Series, durationS: number): boolean {
  return series.step && (series.at_s.at(-1) ?? durationS) < durationS;
}

function dataOf(series: Series, durationS: number): uPlot.AlignedData {
  const values = series.values as number[];
  if (!isCarried(series, durationS)) return [series.at_s, values];
  return [
    [...series.at_s, durationS],
    [...values, values.at(-1) ?? null],
  ];
}

/** Ratings and heart always; of the state only what is graded and was changed. */
function isShown(series: Series, graded: string[]): boolean {
  const { key, values } = series;
  if (values.length === 0 || !values.every((value) => typeof value === "number")) return false;
  return kindOf(key) !== "exposure" || (graded.includes(key) && new Set(values).size > 1);
}

/** The rows of a timeline: first what was raised, then distress, then the heart. `graded` names the graded fields. */
export function rowsOf(series: Series[], graded: string[], durationS: number): Row[] {
  return series
    .filter((one) => isShown(one, graded))
    .map(
      (one): Row => ({
        key: one.key,
        label: one.label,
        unit: one.unit,
        source: one.source,
        kind: kindOf(one.key),
        step: one.step,
        data: dataOf(one, durationS),
        carried: isCarried(one, durationS),
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
