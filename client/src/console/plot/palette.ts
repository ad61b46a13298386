/** Colours of lines and axes. Told apart without red and green alone: they differ in lightness too. */
export interface Palette {
  text: string;
  grid: string;
  surface: string;
  /** What is raised: height, other graded fields. */
  exposure: string;
  suds: string;
  heart: string;
  mark: string;
}

const light: Palette = {
  text: "#5d554a",
  grid: "#ebe4d9",
  surface: "#ffffff",
  exposure: "#276f5f",
  suds: "#b0650f",
  heart: "#7b4b94",
  mark: "#675e52",
};

const dark: Palette = {
  text: "#b9b1a5",
  grid: "#35312c",
  surface: "#24211e",
  exposure: "#7cc0ae",
  suds: "#e8ab5c",
  heart: "#c79bdd",
  mark: "#b0a89c",
};

export function paletteOf(scheme: "light" | "dark"): Palette {
  return scheme === "dark" ? dark : light;
}

export const FONT = '500 13px "Figtree Variable", system-ui, sans-serif';

/** The colour with an opacity, as #rrggbbaa. */
export function faint(colour: string, opacity: number): string {
  return (
    colour +
    Math.round(opacity * 255)
      .toString(16)
      .padStart(2, "0")
  );
}
