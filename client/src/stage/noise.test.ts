import { describe, expect, it } from "vitest";
import { fractalNoise } from "./noise";

describe("fractalNoise", () => {
  const size = 64;
  const field = fractalNoise(3, size, 4, 5);

  it("repeats for a seed and spans 0..1", () => {
    expect(fractalNoise(3, size, 4, 5)).toEqual(field);
    expect(fractalNoise(4, size, 4, 5)).not.toEqual(field);
    expect(Math.min(...field)).toBe(0);
    expect(Math.max(...field)).toBe(1);
  });

  it("tiles: the step over the edge is no larger than the steps within", () => {
    const step = (row: number, from: number, to: number) =>
      Math.abs((field[row * size + from] as number) - (field[row * size + to] as number));
    let within = 0;
    let over = 0;
    for (let row = 0; row < size; row++) {
      over = Math.max(over, step(row, size - 1, 0));
      for (let column = 0; column + 1 < size; column++)
        within = Math.max(within, step(row, column, column + 1));
    }
    expect(over).toBeLessThanOrEqual(within);
  });
});
