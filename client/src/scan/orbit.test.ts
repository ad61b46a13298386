import { describe, expect, it } from "vitest";
import {
  axesOf,
  extentOf,
  LEAST_ZOOM,
  MOST_ZOOM,
  SIDES,
  START,
  sideOf,
  turned,
  viewOf,
  zoomed,
} from "./orbit";

const close = (a: readonly number[], b: readonly number[]) =>
  a.forEach((value, at) => {
    expect(value).toBeCloseTo(b[at] as number, 6);
  });

describe("sides of the patient", () => {
  it("looks at the face with the patient's left on the right of the picture and the head up", () => {
    const { back, up, right } = axesOf({ ...START, ...SIDES.Front });
    expect([back, up, right].map(sideOf)).toEqual(["A", "S", "L"]);
  });

  it.each([
    ["Back", ["P", "S", "R"]],
    ["Left", ["L", "S", "P"]],
    ["Right", ["R", "S", "A"]],
    ["Above", ["S", "P", "L"]],
    ["Below", ["I", "A", "L"]],
  ] as const)("looks from %s", (side, letters) => {
    const { back, up, right } = axesOf({ ...START, ...SIDES[side] });
    expect([back, up, right].map(sideOf)).toEqual(letters);
  });

  it("names two sides half-way between them", () => {
    expect(sideOf([0.7, -0.7, 0.1])).toBe("LA");
  });
});

describe("turning", () => {
  it("goes around and stops at the poles", () => {
    expect(turned({ ...START, azimuth: 350 }, 20, 0).azimuth).toBeCloseTo(10);
    expect(turned(START, 0, 500).elevation).toBe(90);
    expect(turned(START, 0, -500).elevation).toBe(-90);
  });

  it("keeps the zoom within its limits", () => {
    expect(zoomed(START, 100).zoom).toBe(MOST_ZOOM);
    expect(zoomed(START, 0.001).zoom).toBe(LEAST_ZOOM);
  });

  it("keeps the axes at right angles wherever it is turned", () => {
    for (let step = 0; step < 50; step++) {
      const { back, up, right } = axesOf(turned(START, step * 37, step * 11 - 200));
      const cross = [
        up[1] * back[2] - up[2] * back[1],
        up[2] * back[0] - up[0] * back[2],
        up[0] * back[1] - up[1] * back[0],
      ];
      close(right, cross);
    }
  });
});

describe("what is drawn", () => {
  it("has its middle between the outer faces of the voxels", () => {
    const extent = extentOf([4, 2, 2], [2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 10, 20, 30, 1]);
    close(extent.middle, [13, 20.5, 30.5]);
    expect(extent.radiusMm).toBeCloseTo(Math.hypot(4, 1, 1));
  });

  it("lies in the middle of the view, in front of the eye", () => {
    const extent = { middle: [5, -3, 8] as const, radiusMm: 100 };
    const view = viewOf(START, extent);
    const [x, y, z] = [0, 1, 2].map(
      (row) =>
        [0, 1, 2].reduce((sum, c) => sum + (view[4 * c + row] as number) * (extent.middle[c] as number), 0) +
        (view[12 + row] as number),
    );
    expect(x).toBeCloseTo(0, 3);
    expect(y).toBeCloseTo(0, 3);
    expect(z).toBeLessThan(-100);
  });
});
