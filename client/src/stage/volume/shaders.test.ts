import { expect, test } from "vitest";
import { powerOf } from "./shaders";

/** Runs the products of the GLSL. */
function run(glsl: string, x: number): number {
  let [product, factor] = [1, x];
  for (const line of glsl.split("\n")) {
    if (line.includes("product *= x")) product *= factor;
    else if (line.includes("x *= x")) factor *= factor;
  }
  return product;
}

test.each([1, 2, 20, 24, 127, 128])("whole powers are multiplied out (%d)", (n) => {
  expect(powerOf(n)).not.toContain("pow(");
  expect(run(powerOf(n), 0.97)).toBeCloseTo(0.97 ** n, 12);
});

test.each([0, 0.5, 20.5, 129, Number.NaN])("others are left to the card (%d)", (n) => {
  expect(powerOf(n)).toContain("pow(x, shading.w)");
});
