import { expect, it } from "vitest";
import { Stopwatch } from "./stopwatch.ts";

it("measures from the input to the frame after the one that was drawn", () => {
  const watch = new Stopwatch();
  watch.markFrame(5);
  expect(watch.lastMs).toBeNull();
  watch.start(100);
  watch.markFrame(110);
  expect([watch.running, watch.lastMs]).toEqual([true, null]);
  watch.markDrawn();
  expect(watch.running).toBe(false);
  watch.markFrame(130);
  watch.markFrame(150);
  expect(watch.allMs).toEqual([30]);
});
