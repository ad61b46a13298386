import { describe, expect, it } from "vitest";
import { Dwell } from "./dwell.ts";

const FRAME = 1 / 64;

/** Looks at one thing for a time; gives back what was selected. */
function look(dwell: Dwell, target: string | null, seconds: number): string[] {
  const selected: string[] = [];
  for (let passed = 0; passed < seconds; passed += FRAME) {
    const hit = dwell.update(target, FRAME);
    if (hit) selected.push(hit);
  }
  return selected;
}

describe("gaze-and-wait", () => {
  it("selects what is looked at for a second and a half, once", () => {
    const dwell = new Dwell();
    expect(look(dwell, "send", 1.4)).toEqual([]);
    expect(dwell.progress).toBeGreaterThan(0.9);
    expect(look(dwell, "send", 5)).toEqual(["send"]);
  });

  it("begins anew on something else", () => {
    const dwell = new Dwell();
    look(dwell, "rate-10", 1.4);
    expect(look(dwell, "rate-20", 1.4)).toEqual([]);
    expect(look(dwell, "rate-20", 0.3)).toEqual(["rate-20"]);
  });

  it("forgives a blink and not a look away", () => {
    const blink = new Dwell();
    look(blink, "send", 1);
    look(blink, null, 0.1);
    expect(look(blink, "send", 0.7)).toEqual(["send"]);
    const away = new Dwell();
    look(away, "send", 1);
    look(away, null, 0.6);
    expect(look(away, "send", 0.7)).toEqual([]);
  });

  it("selects again after a look away", () => {
    const dwell = new Dwell();
    look(dwell, "send", 2);
    look(dwell, null, 0.5);
    expect(look(dwell, "send", 2)).toEqual(["send"]);
  });
});
