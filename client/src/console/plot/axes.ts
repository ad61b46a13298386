import type uPlot from "uplot";
import { formatElapsed } from "../format.ts";
import { FONT, type Palette } from "./palette.ts";

const base = (palette: Palette): uPlot.Axis => ({
  stroke: palette.text,
  font: FONT,
  labelFont: FONT,
  grid: { stroke: palette.grid, width: 1 },
  ticks: { show: false },
});

/** Steps of time that one reads easily, in seconds. */
const timeSteps = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

/** Time since the session opened, as minutes and seconds. */
export function elapsedAxis(palette: Palette, show = true): uPlot.Axis {
  return {
    ...base(palette),
    show: true,
    size: show ? 30 : 6,
    incrs: timeSteps,
    space: 70,
    values: (_, ticks) => ticks.map((tick) => (show ? formatElapsed(tick) : "")),
  };
}

/** An upright axis at the left, of one width in all plots so that those above each other line up. */
export function valueAxis(palette: Palette, size = 44): uPlot.Axis {
  return { ...base(palette), size, space: 28 };
}
