import { expect, test } from "vitest";
import {
  type BudgetSetting,
  type BudgetState,
  LADDER,
  nextBudget,
  pictureError,
  publishedErrors,
  startOfBudget,
  workOf,
} from "./budget";

const headset: BudgetSetting = { budgetMs: 11, stillFrames: Number.POSITIVE_INFINITY };
const desk: BudgetSetting = { budgetMs: 33, stillFrames: 5 };

/** A machine on which the best quality takes `fullMs`, with a fixed cost and some unrest. */
function run(
  state: BudgetState,
  frames: number,
  fullMs: number,
  setting: BudgetSetting,
  moved = true,
): BudgetState[] {
  const states: BudgetState[] = [];
  for (let n = 0; n < frames; n++) {
    const work = workOf(LADDER[state.rung] ?? { scale: 1, stepVoxels: 1 });
    const durationMs = 0.5 + fullMs * work * (1 + 0.05 * Math.sin(n * 2.4));
    state = nextBudget(state, { durationMs, moved }, setting);
    states.push(state);
  }
  return states;
}

const costAt = (rung: number, fullMs: number) =>
  0.5 + fullMs * workOf(LADDER[rung] ?? { scale: 1, stepVoxels: 1 });

test("every rung is cheaper than the one before", () => {
  for (let rung = 1; rung < LADDER.length; rung++)
    expect(workOf(LADDER[rung] as never)).toBeLessThan(workOf(LADDER[rung - 1] as never));
});

test.each([5, 12, 20, 60, 120])(
  "a machine that takes %d ms is held within the budget after two frames",
  (fullMs) => {
    const states = run(startOfBudget, 200, fullMs, headset);
    for (const { rung } of states.slice(2))
      expect(costAt(rung, fullMs)).toBeLessThan(headset.budgetMs * 1.06);
  },
);

test("it settles instead of going up and down", () => {
  const states = run(startOfBudget, 400, 40, headset).slice(60);
  expect(new Set(states.map(({ rung }) => rung)).size).toBe(1);
});

test("it climbs back when there is time again, a rung at a time", () => {
  const down = run(startOfBudget, 50, 100, headset).at(-1) as BudgetState;
  expect(down.rung).toBeGreaterThan(3);
  const up = run(down, 400, 5, headset);
  expect(up.at(-1)?.rung).toBe(0);
  up.forEach(({ rung }, n) => {
    expect((up[n - 1] ?? down).rung - rung).toBeLessThanOrEqual(1);
  });
});

test("nothing is slower than the last rung, and it stays there", () => {
  expect(run(startOfBudget, 50, 1e6, headset).at(-1)?.rung).toBe(LADDER.length - 1);
});

test("a picture that stands still is refined whatever it costs, and returns when it moves", () => {
  const moving = run(startOfBudget, 60, 300, desk).at(-1) as BudgetState;
  expect(moving.rung).toBeGreaterThan(2);
  const still = run(moving, 30, 300, desk, false).at(-1) as BudgetState;
  expect(still.rung).toBe(0);
  const again = nextBudget(still, { durationMs: 300, moved: true }, desk);
  expect(again.rung).toBe(moving.rung);
});

test("in a headset stillness changes nothing", () => {
  const moving = run(startOfBudget, 60, 60, headset).at(-1) as BudgetState;
  expect(run(moving, 500, 60, headset, false).at(-1)?.rung).toBe(moving.rung);
});

test.each([0, -3, Number.NaN, Number.POSITIVE_INFINITY])(
  "a frame of %d ms is no measurement",
  (durationMs) => {
    expect(nextBudget(startOfBudget, { durationMs, moved: true }, headset)).toBe(startOfBudget);
  },
);

test("errors are means and maxima over what either picture shows", () => {
  const full = Uint8Array.of(0, 0, 0, 0, 100, 100, 100, 255, 51, 0, 0, 51);
  const other = Uint8Array.of(0, 0, 0, 0, 110, 90, 100, 255, 0, 0, 0, 0);
  const { mean, greatest } = pictureError(full, other);
  expect(mean).toBeCloseTo((10 + 10 + 51 + 51) / 8 / 255, 10);
  expect(greatest).toBeCloseTo(51 / 255, 10);
  expect(pictureError(full, full)).toEqual({ mean: 0, greatest: 0 });
  expect(() => pictureError(full, other.subarray(4))).toThrow(RangeError);
});

test("a worse rung never publishes a smaller error", () => {
  const published = publishedErrors([
    { mean: 0.01, greatest: 0.2 },
    { mean: 0.005, greatest: 0.3 },
    { mean: 0.02, greatest: 0.1 },
  ]);
  expect(published).toEqual([
    { mean: 0.01, greatest: 0.2 },
    { mean: 0.01, greatest: 0.3 },
    { mean: 0.02, greatest: 0.3 },
  ]);
});
