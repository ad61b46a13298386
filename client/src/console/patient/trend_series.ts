import type uPlot from "uplot";
import type { Experience, Trend } from "../api/types.ts";
import { formatDate } from "../format.ts";
import { valueAxis } from "../plot/axes.ts";
import type { Palette } from "../plot/palette.ts";
import type { PlotOptions } from "../plot/plot.tsx";

/** A graded number that was reached in sessions, such as the height. */
export interface RaisedField {
  name: string;
  label: string;
  unit: string;
  maximum: number;
  value: (trend: Trend) => number | null;
}

/** The graded numbers with a unit that any of the sessions reached. */
export function raisedFields(shapes: Experience["shape"][], trends: Trend[]): RaisedField[] {
  const fields: RaisedField[] = [];
  for (const { name, label, unit, maximum, graded, kind } of shapes.flatMap(({ state }) => state)) {
    const value = (trend: Trend) => {
      const reached = trend.highest[name];
      return typeof reached === "number" ? reached : null;
    };
    const isNew = !fields.some((field) => field.name === name);
    if (graded && kind === "number" && unit && isNew && trends.some((trend) => value(trend) !== null)) {
      fields.push({ name, label, unit, maximum: maximum ?? 100, value });
    }
  }
  return fields;
}

/** Columns of a plot over sessions, counted from 1. */
export function trendColumns(
  trends: Trend[],
  values: ((trend: Trend) => number | null)[],
): [number[], ...(number | null)[][]] {
  return [trends.map((_, index) => index + 1), ...values.map((value) => trends.map(value))];
}

/** A small plot over sessions with their dates under it. */
export function trendOptions(
  palette: Palette,
  trends: Trend[],
  [low, high]: [number, number],
  lines: { label: string; stroke: string; dash?: number[] }[],
): PlotOptions {
  const dateOf = (tick: number) =>
    Number.isInteger(tick) && trends[tick - 1] ? formatDate(trends[tick - 1]?.opened_at ?? null) : "";
  const x = valueAxis(palette, 30);
  return {
    legend: { show: false },
    cursor: { y: false, points: { size: 8 } },
    scales: {
      x: { time: false, range: [0.6, trends.length + 0.4] },
      y: { range: [low, high] },
    },
    axes: [
      { ...x, incrs: [1, 2, 5, 10], space: 110, values: (_, ticks) => ticks.map(dateOf) },
      valueAxis(palette),
    ],
    series: [
      {},
      ...lines.map(
        (line): uPlot.Series => ({ ...line, width: 2, points: { show: true, size: 8, fill: line.stroke } }),
      ),
    ],
  };
}
