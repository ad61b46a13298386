import uPlot from "uplot";
import type { Report } from "../api/types.ts";
import { elapsedAxis, valueAxis } from "../plot/axes.ts";
import { allButTheLast } from "../plot/line_plot.ts";
import { FONT, faint, type Palette } from "../plot/palette.ts";
import type { PlotOptions } from "../plot/plot.tsx";
import { calmSpans } from "./calm_spans.ts";
import { type Row, rangeOf } from "./timeline_rows.ts";

/** A mark on the time axis: a sign and whether its line is strong. */
interface Mark {
  at_s: number;
  sign: string;
  strong: boolean;
}

function marksOf(report: Pick<Report, "events" | "notes">): Mark[] {
  const signs: Record<string, string> = { stopped: "■", began: "▷", froze: "■" };
  const events = report.events.flatMap(({ at_s, kind }) =>
    signs[kind] ? [{ at_s, sign: signs[kind], strong: kind === "stopped" }] : [],
  );
  return [...events, ...report.notes.map(({ at_s }) => ({ at_s, sign: "N", strong: false }))];
}

function drawMarks(palette: Palette, marks: Mark[], spans: [number, number][], withSigns: boolean) {
  return (plot: uPlot): void => {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.fillStyle = faint(palette.mark, 0.1);
    for (const [from, to] of spans) {
      const left = plot.valToPos(from, "x", true);
      ctx.fillRect(left, bbox.top, plot.valToPos(to, "x", true) - left, bbox.height);
    }
    ctx.font = FONT.replace("13px", `${12 * uPlot.pxRatio}px`);
    ctx.textAlign = "center";
    ctx.lineWidth = uPlot.pxRatio;
    for (const { at_s, sign, strong } of marks) {
      const x = plot.valToPos(at_s, "x", true);
      ctx.strokeStyle = faint(palette.mark, strong ? 0.9 : 0.45);
      ctx.setLineDash(strong ? [] : [4 * uPlot.pxRatio, 4 * uPlot.pxRatio]);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      ctx.fillStyle = palette.text;
      if (withSigns) ctx.fillText(sign, x, bbox.top - 4 * uPlot.pxRatio);
    }
    ctx.restore();
  };
}

interface Place {
  syncKey: string;
  /** The lowest row carries the times. */
  withTimes: boolean;
}

/** One row of the timeline. */
export function timelineOptions(
  palette: Palette,
  row: Row,
  report: Pick<Report, "events" | "notes" | "summary">,
  { syncKey, withTimes }: Place,
): PlotOptions {
  const stroke = palette[row.kind];
  const end = report.summary.duration_s;
  const stepped = row.step ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
  return {
    padding: [18, 12, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, sync: { key: syncKey }, points: { size: 8 } },
    scales: { x: { time: false, range: [0, end] }, y: { range: rangeOf(row) } },
    axes: [elapsedAxis(palette, withTimes), valueAxis(palette)],
    series: [
      {},
      {
        stroke,
        width: 2,
        ...(row.kind === "exposure" ? { fill: faint(stroke, 0.12) } : {}),
        ...(stepped ? { paths: stepped } : {}),
        points:
          row.kind === "suds"
            ? { show: true, size: 7, fill: stroke, filter: allButTheLast }
            : { show: false },
      },
    ],
    hooks: { drawClear: [drawMarks(palette, marksOf(report), calmSpans(report.events, end), true)] },
  };
}
