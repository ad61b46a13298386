import { describe, expect, it } from "vitest";
import { Fineness } from "./fineness.ts";

function draw(fineness: Fineness, pictures: number, spanMs: number): number {
  for (let drawn = 0; drawn < pictures; drawn += 1) fineness.learn(spanMs);
  return fineness.value;
}

describe("Fineness", () => {
  it("is full where pictures are quick", () => {
    expect(draw(new Fineness(), 1000, 16.7)).toBe(1);
  });

  it("falls to half where they are slow, and no further", () => {
    const fineness = new Fineness();
    expect(draw(fineness, 4, 90)).toBeCloseTo(0.7);
    expect(draw(fineness, 100, 90)).toBe(0.5);
  });

  it("is not moved by a single hitch", () => {
    const fineness = new Fineness();
    for (let round = 0; round < 50; round += 1) {
      draw(fineness, 3, 90);
      draw(fineness, 1, 16.7);
    }
    expect(fineness.value).toBe(1);
  });

  it("comes back after some seconds of quick pictures", () => {
    const fineness = new Fineness();
    draw(fineness, 100, 90);
    expect(draw(fineness, 299, 16.7)).toBe(0.5);
    expect(draw(fineness, 1000, 16.7)).toBe(1);
  });

  it("tells when it has changed", () => {
    const fineness = new Fineness();
    draw(fineness, 3, 90);
    expect(fineness.learn(90)).toBe(true);
    expect(fineness.learn(90)).toBe(false);
  });
});
