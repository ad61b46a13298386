import { describe, expect, it } from "vitest";
import { between, choose, mulberry32 } from "./random";

const draw = (seed: number, count = 200) => {
  const random = mulberry32(seed);
  return Array.from({ length: count }, () => random());
};

describe("mulberry32", () => {
  it("repeats itself for a seed and differs for another", () => {
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it("gives the numbers of the published generator", () => {
    expect(draw(1, 3).map((value) => Math.round(value * 2 ** 32))).toEqual([
      2693262067, 11749833, 2265367787,
    ]);
  });

  it("stays in [0, 1) and fills it evenly", () => {
    const values = draw(3, 4000);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(0.5, 1);
  });

  it("scatters within limits and chooses every item", () => {
    const random = mulberry32(5);
    const chosen = new Set(Array.from({ length: 60 }, () => choose(random, ["oak", "ash", "elm"])));
    expect(chosen).toEqual(new Set(["oak", "ash", "elm"]));
    for (let at = 0; at < 100; at++) expect(Math.abs(between(random, -2, 2))).toBeLessThanOrEqual(2);
  });
});
