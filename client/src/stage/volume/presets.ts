/** Transfer functions to begin with, and their place in a scan's byte range. */
import type { TransferPoint } from "./transfer";

export interface PresetPoint {
  /** In the preset's unit. */
  value: number;
  /** Red, green, blue as displayed, 0..1. */
  color: readonly [number, number, number];
  /** Share of light that one millimetre takes away, 0..1. */
  opacity: number;
}

export interface Preset {
  title: string;
  /** Hounsfield units for CT; share of the byte range for MR, whose values have no unit. */
  unit: "HU" | "share";
  mode: "composite" | "mip";
  /** Best with light from the eye. */
  lit: boolean;
  points: readonly PresetPoint[];
}

const skin = [0.91, 0.68, 0.56] as const;
const bone = [0.97, 0.93, 0.84] as const;

/** By name, as a report asks for them. */
export const presets = {
  mr_head: {
    title: "Head, skin",
    unit: "share",
    mode: "composite",
    lit: true,
    points: [
      { value: 0.1, color: [0.6, 0.36, 0.28], opacity: 0 },
      { value: 0.2, color: skin, opacity: 0.35 },
      { value: 1, color: [1, 0.93, 0.86], opacity: 0.8 },
    ],
  },
  mr_brain: {
    title: "Brain",
    unit: "share",
    mode: "composite",
    lit: true,
    points: [
      { value: 0.3, color: [0.62, 0.34, 0.3], opacity: 0 },
      { value: 0.5, color: [0.85, 0.6, 0.52], opacity: 0.03 },
      { value: 0.75, color: [0.94, 0.8, 0.72], opacity: 0.3 },
      { value: 1, color: [1, 0.97, 0.92], opacity: 0.7 },
    ],
  },
  ct_bone: {
    title: "Bone",
    unit: "HU",
    mode: "composite",
    lit: true,
    points: [
      { value: 140, color: [0.75, 0.5, 0.4], opacity: 0 },
      { value: 300, color: [0.93, 0.84, 0.7], opacity: 0.5 },
      { value: 900, color: bone, opacity: 0.9 },
    ],
  },
  ct_soft_tissue: {
    title: "Soft tissue",
    unit: "HU",
    mode: "composite",
    lit: true,
    points: [
      { value: -100, color: [0.5, 0.25, 0.15], opacity: 0 },
      { value: 40, color: [0.75, 0.35, 0.25], opacity: 0.02 },
      { value: 150, color: [0.9, 0.5, 0.35], opacity: 0.08 },
      { value: 250, color: [0.95, 0.85, 0.7], opacity: 0.35 },
      { value: 500, color: [1, 0.96, 0.88], opacity: 0.8 },
    ],
  },
  ct_lung: {
    title: "Lung",
    unit: "HU",
    mode: "composite",
    lit: true,
    points: [
      { value: -900, color: [0.3, 0.45, 0.6], opacity: 0 },
      { value: -800, color: [0.55, 0.7, 0.85], opacity: 0.02 },
      { value: -600, color: [0.85, 0.6, 0.55], opacity: 0.05 },
      { value: -400, color: [0.9, 0.7, 0.65], opacity: 0 },
    ],
  },
  ct_colon_air: {
    title: "Colon and other air",
    unit: "HU",
    mode: "composite",
    lit: true,
    points: [
      { value: -800, color: [0.85, 0.5, 0.45], opacity: 0 },
      { value: -500, color: [0.95, 0.66, 0.58], opacity: 0.9 },
      { value: -200, color: [0.9, 0.6, 0.5], opacity: 0 },
    ],
  },
  mip: {
    title: "Brightest along the ray",
    unit: "share",
    mode: "mip",
    lit: false,
    points: [
      { value: 0, color: [0, 0, 0], opacity: 0 },
      { value: 1, color: [1, 1, 1], opacity: 1 },
    ],
  },
} as const satisfies Record<string, Preset>;

export type PresetName = keyof typeof presets;

/** The preset of that name, or the one a modality begins with. */
export function presetFor(modality: string, name?: string): Preset {
  if (name !== undefined && Object.hasOwn(presets, name)) return presets[name as PresetName];
  return modality === "CT" ? presets.ct_soft_tissue : presets.mr_head;
}

/**
 * The preset's points in the byte range of a scan; the ends of the range get the values that the preset has there.
 *
 * @param range - Value of byte 0 and of byte 255, in the scan's unit.
 */
export function placePreset(preset: Preset, range: readonly [number, number]): TransferPoint[] {
  const [low, high] = preset.unit === "share" ? [0, 1] : range;
  if (!(high > low)) throw new RangeError(`a range that rises was expected, got ${low} to ${high}`);
  const inside = preset.points.filter(({ value }) => value > low && value < high);
  const points = [pointAt(preset.points, low), ...inside, pointAt(preset.points, high)];
  return points.map(({ value, color, opacity }) => ({ at: (value - low) / (high - low), color, opacity }));
}

function pointAt(points: readonly PresetPoint[], value: number): PresetPoint {
  const next = points.findIndex((point) => point.value > value);
  const after = points[next] ?? points.at(-1);
  const before = next < 0 ? after : (points[next - 1] ?? after);
  if (!before || !after) throw new RangeError("a preset needs at least one point, got none");
  const span = after.value - before.value;
  const share = span > 0 ? (value - before.value) / span : 0;
  const mix = (a: number, b: number) => a + (b - a) * share;
  const [red, green, blue] = before.color;
  return {
    value,
    color: [mix(red, after.color[0]), mix(green, after.color[1]), mix(blue, after.color[2])],
    opacity: mix(before.opacity, after.opacity),
  };
}
