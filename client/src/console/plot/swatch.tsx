import { Text, useComputedColorScheme } from "@mantine/core";
import type { ReactNode } from "react";
import { type Palette, paletteOf } from "./palette.ts";

interface Props {
  of: "exposure" | "suds" | "heart";
  dashed?: boolean;
  children: ReactNode;
}

/** The name of a line beside a piece of it. */
export function Swatch({ of, dashed = false, children }: Props) {
  const colour: Palette[typeof of] = paletteOf(
    useComputedColorScheme("light", { getInitialValueInEffect: false }),
  )[of];
  return (
    <Text span size="sm" fw={500} mr="md" style={{ display: "inline-block" }}>
      <svg width="22" height="8" aria-hidden="true" style={{ marginRight: 6, verticalAlign: "middle" }}>
        <line
          x1="0"
          y1="4"
          x2="22"
          y2="4"
          stroke={colour}
          strokeWidth="3"
          strokeDasharray={dashed ? "6 4" : undefined}
        />
      </svg>
      {children}
    </Text>
  );
}
