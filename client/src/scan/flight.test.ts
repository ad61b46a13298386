import { describe, expect, it } from "vitest";
import { Flight } from "./flight";

const eyeOf = (view: Float32Array) =>
  [0, 1, 2].map(
    (axis) =>
      -[0, 1, 2].reduce((sum, row) => sum + (view[4 * axis + row] as number) * (view[12 + row] as number), 0),
  );
const aheadOf = (view: Float32Array) => [2, 6, 10].map((place) => -(view[place] as number));

describe("a flight", () => {
  it("goes along at the same pace, however its points are spaced", () => {
    const flight = new Flight([
      [0, 0, 0],
      [1, 0, 0],
      [100, 0, 0],
    ]);
    expect(flight.lengthMm).toBeCloseTo(100);
    const [x, y, z] = eyeOf(flight.viewAt(25));
    expect(x).toBeCloseTo(25, 3);
    expect(y).toBeCloseTo(0, 3);
    expect(z).toBeCloseTo(0, 3);
  });

  it("looks ahead, to the very end", () => {
    const flight = new Flight([
      [0, 0, 0],
      [0, 50, 0],
    ]);
    for (const along of [0, 20, 49, 50]) {
      expect(aheadOf(flight.viewAt(along))[1]).toBeCloseTo(1, 5);
    }
  });

  it("does not roll on a helix", () => {
    const points = Array.from({ length: 200 }, (_, n) => [30 * Math.cos(n / 10), 30 * Math.sin(n / 10), n]);
    const flight = new Flight(points);
    let before = flight.viewAt(0);
    for (let along = 1; along < flight.lengthMm; along++) {
      const view = flight.viewAt(along);
      const right = [0, 4, 8].reduce(
        (sum, place) => sum + (view[place] as number) * (before[place] as number),
        0,
      );
      expect(right).toBeGreaterThan(0.98);
      before = view;
    }
  });

  it.each([
    [[]],
    [[[1, 2, 3]]],
    [
      [
        [1, 2, 3],
        [1, 2, 3],
      ],
    ],
    [
      [
        [1, 2, 3],
        [Number.NaN, 0, 0],
      ],
    ],
  ])("refuses %j", (points) => {
    expect(() => new Flight(points)).toThrow(RangeError);
  });
});
