import { expect, test } from "vitest";
import { placePreset, presetFor, presets } from "./presets";
import { transferTable } from "./transfer";

test.each(Object.entries(presets))("%s is a transfer function in every usual range", (_, preset) => {
  for (const range of [
    [-1000, 1000],
    [-1024, 3071],
    [0, 255],
    [-160, 240],
  ] as const)
    expect(() => transferTable(placePreset(preset, range))).not.toThrow();
});

test("Hounsfield units keep their opacity in any range", () => {
  for (const [low, high] of [
    [-1000, 1000],
    [0, 600],
    [300, 2000],
  ] as const) {
    const table = transferTable(placePreset(presets.ct_bone, [low, high]));
    // 600 HU lies halfway between 300 (0.5) and 900 (0.9).
    const opacity = 1 - Math.exp(-(table[Math.round(((600 - low) / (high - low)) * 255) * 4 + 3] as number));
    expect(opacity).toBeCloseTo(0.7, 2);
  }
});

test("an unknown name begins with what suits the modality; a range must rise", () => {
  expect(presetFor("CT", "no such")).toBe(presets.ct_soft_tissue);
  expect(presetFor("MR", "toString")).toBe(presets.mr_head);
  expect(presetFor("MR", "ct_bone")).toBe(presets.ct_bone);
  expect(() => placePreset(presets.ct_bone, [5, 5])).toThrow(RangeError);
});
