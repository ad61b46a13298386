import uPlot from "uplot";
import { elapsedAxis, valueAxis } from "./axes.ts";
import { faint, type Palette } from "./palette.ts";
import type { PlotOptions } from "./plot.tsx";

interface Line {
  stroke: string;
  /** Fixed ends of the upright axis. */
  range?: [number, number];
  /** Ends that grow with the values. */
  softRange?: [number, number];
  /** Each value holds until the next. */
  stepped?: boolean;
  /** Marks each value but the last, which only carries the line on to now. */
  points?: boolean;
  filled?: boolean;
}

/** One line over the time of a session. */
export function linePlot(palette: Palette, line: Line): PlotOptions {
  const [low, high] = line.softRange ?? [0, 1];
  const grow: uPlot.Range.Function = (_, least, most) => [
    Math.min(low, least ?? low),
    Math.max(high, most ?? high),
  ];
  return {
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false }, y: { range: line.range ?? grow } },
    axes: [elapsedAxis(palette), valueAxis(palette)],
    series: [
      {},
      {
        stroke: line.stroke,
        width: 2,
        ...(line.filled ? { fill: faint(line.stroke, 0.12) } : {}),
        ...(line.stepped && uPlot.paths.stepped ? { paths: uPlot.paths.stepped({ align: 1 }) } : {}),
        points: line.points
          ? { show: true, size: 7, fill: line.stroke, filter: allButTheLast }
          : { show: false },
        spanGaps: false,
      },
    ],
  };
}

/** The values at which something was measured, without the one that only carries the line on. */
export const allButTheLast: uPlot.Series.Points.Filter = (plot, series) => {
  const column = plot.data[series] ?? [];
  return [...column.keys()].filter((index) => column[index] !== null && index < column.length - 1);
};
