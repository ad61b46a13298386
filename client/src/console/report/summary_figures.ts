import type { ReportSummary } from "../api/types.ts";
import { formatDuration, formatNumber } from "../format.ts";

/** One figure of the summary: its name, its value, and what it must be read with. */
export interface Figure {
  name: string;
  value: string;
  detail?: string;
}

function inWords(value: number | string, unit: string | null): string {
  if (typeof value === "number") return formatNumber(value, unit ?? "", 2);
  return value.charAt(0).toUpperCase() + value.slice(1).replaceAll("_", " ");
}

function heartFigure(summary: ReportSummary): Figure {
  const value = formatNumber(summary.heart_rate_mean_bpm, "/min");
  if (summary.heart_rate_mean_bpm === null) return { name: "Heart rate", value, detail: "not measured" };
  const source = summary.heart_rate_source === "recorded" ? "; recorded, not this patient's" : "";
  return {
    name: "Heart rate, mean",
    value,
    detail: `at most ${formatNumber(summary.heart_rate_max_bpm)}${source}`,
  };
}

/** The figures at the head of a report. */
export function figuresOf(summary: ReportSummary): Figure[] {
  const suds = (value: number | null) => formatNumber(value);
  return [
    {
      name: "Duration",
      value: formatDuration(summary.duration_s),
      detail: `${formatDuration(summary.running_s)} running`,
    },
    {
      name: "SUDS, peak",
      value: suds(summary.suds_peak),
      detail: `first ${suds(summary.suds_first)}, last ${suds(summary.suds_last)}`,
    },
    ...summary.highest.map(({ label, unit, value, ceiling }) => ({
      name: typeof value === "number" ? `${label}, at most` : `${label}, strongest`,
      value: inWords(value, unit),
      ...(ceiling === null ? {} : { detail: `limit ${inWords(ceiling, unit)}` }),
    })),
    heartFigure(summary),
    { name: "Stops", value: formatNumber(summary.stops) },
    { name: "Recording", value: summary.recorded ? "Yes" : "No", detail: "movements and signals" },
  ];
}
