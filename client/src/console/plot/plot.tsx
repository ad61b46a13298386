import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import "./plot.css";
import { type Palette, paletteOf } from "./palette.ts";

export type PlotOptions = Omit<uPlot.Options, "width" | "height">;

interface Props {
  /** What the plot shows, in a sentence: it is read out in place of the picture. */
  label: string;
  height: number;
  data: uPlot.AlignedData;
  /** The plot's set-up in given colours; keep it the same function while the set-up stays the same. */
  build: (palette: Palette) => PlotOptions;
  /** Gives the plot away when it is made, to move its cursor for instance. */
  onPlot?: (plot: uPlot | null) => void;
}

/** A uPlot that fills its width, follows light and dark, and takes new data without being made again. */
export function Plot({ label, height, data, build, onPlot }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(data);
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  latest.current = data;

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const width = Math.max(120, element.clientWidth);
    const made = new uPlot({ ...build(paletteOf(scheme)), width, height }, latest.current, element);
    plot.current = made;
    onPlot?.(made);
    const observer = new ResizeObserver(() => {
      const wide = element.clientWidth;
      if (wide > 0 && wide !== made.width) made.setSize({ width: wide, height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
      onPlot?.(null);
    };
  }, [build, height, scheme, onPlot]);

  useEffect(() => plot.current?.setData(data), [data]);

  return <div ref={place} role="img" aria-label={label} style={{ minHeight: height, width: "100%" }} />;
}
