import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";

/** Deep sea green: what one may press. */
const sea: MantineColorsTuple = [
  "#eef6f3",
  "#d9eae4",
  "#b5d6cc",
  "#8ec0b2",
  "#6dad9c",
  "#559f8d",
  "#3f8a78",
  "#276f5f",
  "#1c594c",
  "#11453a",
];
/** Warm sand: quiet accents and selected places. */
const sand: MantineColorsTuple = [
  "#fbf6ec",
  "#f4ead6",
  "#e9d6b0",
  "#ddc187",
  "#d2ae64",
  "#c59d4c",
  "#a9823a",
  "#86662b",
  "#6b5122",
  "#4f3b17",
];
/** Fired clay: warnings, errors and steps that cannot be undone. */
const clay: MantineColorsTuple = [
  "#fdf3ea",
  "#f9e3cf",
  "#f1c79f",
  "#e7a86c",
  "#dc8d43",
  "#c9762b",
  "#ad611f",
  "#8b4b16",
  "#713c12",
  "#55290a",
];
/** Red, for stop and for nothing else. */
const stop: MantineColorsTuple = [
  "#fdeceb",
  "#fad5d2",
  "#f1aaa5",
  "#e87d76",
  "#dd574e",
  "#d03d34",
  "#c22a21",
  "#b3201a",
  "#951813",
  "#750f0b",
];
const stone: MantineColorsTuple = [
  "#faf7f2",
  "#f3eee6",
  "#e8e1d6",
  "#dbd2c5",
  "#c6bbac",
  "#a79b8b",
  "#857a6c",
  "#675e52",
  "#484139",
  "#2b2722",
];
const night: MantineColorsTuple = [
  "#ece7df",
  "#cfc8bd",
  "#b0a89c",
  "#8b8378",
  "#4a453e",
  "#3b3731",
  "#302c27",
  "#262320",
  "#1e1b19",
  "#171513",
];

export const theme = createTheme({
  fontFamily: '"Figtree Variable", system-ui, sans-serif',
  headings: { fontFamily: '"Figtree Variable", system-ui, sans-serif', fontWeight: "600" },
  colors: { sea, sand, clay, stop, gray: stone, dark: night },
  primaryColor: "sea",
  primaryShade: { light: 7, dark: 7 },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  focusRing: "auto",
});

/** The variables of a colour's quiet variant on a dark ground: a tint of it, and text that reads on the tint. */
function lightVariant(name: string, tint: string, text: string): Record<string, string> {
  return {
    [`--mantine-color-${name}-light`]: `rgba(${tint}, 0.16)`,
    [`--mantine-color-${name}-light-hover`]: `rgba(${tint}, 0.24)`,
    [`--mantine-color-${name}-light-color`]: text,
  };
}

/** Mantine's own dimmed and error colours miss the contrast of WCAG AA on warm paper, and its errors are red. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-body": "#fbf8f3",
    "--mantine-color-text": "#2b2722",
    "--mantine-color-dimmed": "#655c50",
    "--mantine-color-placeholder": "#756b5e",
    "--mantine-color-error": "#8b4b16",
    "--mantine-color-anchor": "#1f6556",
    "--mantine-color-default-border": "#d5cbbd",
    "--surface": "#ffffff",
    "--surface-sunken": "#f4efe7",
    "--line": "#e6ded2",
    "--control-line": "#857a6c",
  },
  dark: {
    "--mantine-color-body": "#1a1816",
    "--mantine-color-text": "#ece7df",
    "--mantine-color-dimmed": "#b0a89c",
    "--mantine-color-placeholder": "#a0978a",
    "--mantine-color-error": "#eab07a",
    "--mantine-color-anchor": "#8ec0b2",
    "--mantine-color-default-border": "#4a453e",
    "--surface": "#24211e",
    "--surface-sunken": "#1f1c1a",
    "--line": "#37332e",
    "--control-line": "#8b8378",
    // Mantine darkens these so far that they vanish on a warm dark ground.
    ...lightVariant("sea", "109, 173, 156", "#a9d6ca"),
    ...lightVariant("sand", "210, 174, 100", "#e9d6b0"),
    ...lightVariant("clay", "220, 141, 67", "#f1c79f"),
    ...lightVariant("gray", "176, 168, 156", "#dbd2c5"),
  },
});
