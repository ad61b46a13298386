import { expect, test } from "vitest";
import { LEVELS, prefixIntegrals, preintegrate, type TransferPoint, transferTable } from "./transfer";

const cell = (table: Float32Array, front: number, back: number) =>
  Array.from(table.subarray((back * LEVELS + front) * 4, (back * LEVELS + front) * 4 + 4));

test("points are joined by straight lines and go on behind their ends", () => {
  const table = transferTable([
    { at: 0.2, color: [0, 0, 0], opacity: 0 },
    { at: 0.6, color: [1, 0.5, 0], opacity: 0.4 },
  ]);
  // Byte 102 is 0.4, halfway between the points.
  expect(Array.from(table.subarray(408, 411))).toEqual([0.5, 0.25, 0].map((v) => expect.closeTo(v, 6)));
  expect(table[411]).toBeCloseTo(-Math.log(0.8), 6);
  expect(Array.from(table.subarray(0, 4))).toEqual([0, 0, 0, 0]);
  expect(table[255 * 4 + 3]).toBeCloseTo(-Math.log(0.6), 6);
});

test("two points at one place are a step", () => {
  const table = transferTable([
    { at: 0, color: [1, 1, 1], opacity: 0 },
    { at: 0.5, color: [1, 1, 1], opacity: 0 },
    { at: 0.5, color: [1, 1, 1], opacity: 0.9 },
    { at: 1, color: [1, 1, 1], opacity: 0.9 },
  ]);
  expect(table[127 * 4 + 3]).toBe(0);
  expect(table[128 * 4 + 3]).toBeCloseTo(-Math.log(0.1), 5);
});

test.each([
  [[]],
  [[{ at: 1.1, color: [0, 0, 0], opacity: 0 }]],
  [[{ at: 0, color: [0, 0, 0], opacity: Number.NaN }]],
  [[{ at: 0, color: [0, -1, 0], opacity: 0 }]],
])("%j is no transfer function", (points) => {
  expect(() => transferTable(points as unknown as TransferPoint[])).toThrow(RangeError);
});

test("a homogeneous step lets exp(-extinction d) pass", () => {
  const table = transferTable([{ at: 0, color: [0.2, 0.4, 0.8], opacity: 0.3 }]);
  for (const [stepMm, pairs] of [
    [0.7, [40, 40]],
    [2.5, [0, 255]],
  ] as const) {
    const opacity = 1 - 0.7 ** stepMm;
    const [red, green, blue, alpha] = cell(preintegrate(table, stepMm), pairs[0], pairs[1]);
    expect(alpha).toBeCloseTo(opacity, 5);
    expect([red, green, blue]).toEqual([0.2, 0.4, 0.8].map((c) => expect.closeTo(c * opacity, 5)));
  }
});

test("a linear ramp of extinction is integrated exactly", () => {
  // Extinction a v, v from 0 to 1: the optical depth of a step from u to w is d a (u + w) / 2.
  const slope = 2;
  const table = new Float32Array(LEVELS * 4);
  for (let byte = 0; byte < LEVELS; byte++) table.set([1, 1, 1, (slope * byte) / 255], byte * 4);
  const steps = preintegrate(table, 1.5);
  for (const [front, back] of [
    [0, 255],
    [255, 0],
    [10, 11],
    [200, 40],
  ] as const) {
    const depth = (1.5 * slope * (front + back)) / 2 / 255;
    expect(cell(steps, front, back)).toEqual(new Array(4).fill(expect.closeTo(1 - Math.exp(-depth), 5)));
  }
});

test("a thin shell between two samples is seen, and what lies in front hides what lies behind", () => {
  const shell = transferTable([
    { at: 0.45, color: [1, 0, 0], opacity: 0 },
    { at: 0.5, color: [1, 0, 0], opacity: 0.999 },
    { at: 0.55, color: [1, 0, 0], opacity: 0 },
  ]);
  // The integral of -ln(1 - s) over s from 0 to 1 is 1: a tenth of 4 mm at the mean extinction 1.
  expect(cell(preintegrate(shell, 4), 0, 255)[3]).toBeCloseTo(1 - Math.exp(-0.4), 1);
  const layers = transferTable([
    { at: 0.3, color: [1, 0, 0], opacity: 0 },
    { at: 0.4, color: [1, 0, 0], opacity: 0.999 },
    { at: 0.6, color: [0, 0, 1], opacity: 0.999 },
    { at: 0.7, color: [0, 0, 1], opacity: 0.999 },
  ]);
  const steps = preintegrate(layers, 10);
  const [redFirst, , blueBehind] = cell(steps, 0, 170);
  const [redBehind, , blueFirst] = cell(steps, 170, 0);
  expect(redFirst).toBeGreaterThan(0.8);
  expect(blueBehind).toBeLessThan(0.2);
  expect(blueFirst).toBeGreaterThan(0.8);
  expect(redBehind).toBeLessThan(0.2);
});

test("the table agrees with a fine sum over the step", () => {
  const table = transferTable([
    { at: 0, color: [0.1, 0.3, 0.9], opacity: 0 },
    { at: 0.3, color: [0.9, 0.2, 0.1], opacity: 0.6 },
    { at: 0.7, color: [0.2, 0.9, 0.3], opacity: 0.1 },
    { at: 1, color: [1, 1, 1], opacity: 0.9 },
  ]);
  const steps = preintegrate(table, 1.3);
  for (const [front, back] of [
    [0, 255],
    [255, 20],
    [90, 130],
    [60, 64],
  ] as const) {
    const found = cell(steps, front, back);
    const wanted = fineSum(table, front, back, 1.3);
    for (let c = 0; c < 4; c++) expect(found[c]).toBeCloseTo(wanted[c] as number, 2);
    expect(found[3]).toBeCloseTo(wanted[3] as number, 4);
  }
});

test("prefix integrals rise where there is extinction, and only there", () => {
  const sums = prefixIntegrals(
    transferTable([
      { at: 0.4, color: [1, 1, 1], opacity: 0 },
      { at: 0.6, color: [1, 1, 1], opacity: 0.5 },
    ]),
  );
  expect(sums[100 * 4 + 3]).toBe(0);
  for (let byte = 104; byte < 255; byte++)
    expect(sums[byte * 4 + 7]).toBeGreaterThan(sums[byte * 4 + 3] as number);
});

function fineSum(table: Float32Array, front: number, back: number, stepMm: number): number[] {
  const parts = 20_000;
  const sum = [0, 0, 0, 0];
  for (let part = 0; part < parts; part++) {
    const value = front + ((back - front) * (part + 0.5)) / parts;
    const byte = Math.min(254, Math.floor(value));
    const at = (c: number) =>
      (table[byte * 4 + c] as number) +
      ((table[byte * 4 + 4 + c] as number) - (table[byte * 4 + c] as number)) * (value - byte);
    const opacity = -Math.expm1((-at(3) * stepMm) / parts);
    const left = 1 - (sum[3] as number);
    for (let c = 0; c < 3; c++) sum[c] = (sum[c] as number) + left * opacity * at(c);
    sum[3] = (sum[3] as number) + left * opacity;
  }
  return sum;
}
