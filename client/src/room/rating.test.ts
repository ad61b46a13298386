import { describe, expect, it } from "vitest";
import { Rating } from "./rating.ts";

const question = (number: number) => ({ number, measure: "suds" });

describe("a rating", () => {
  it("is chosen, changed and sent once", () => {
    const rating = new Rating();
    expect(rating.follow(question(1))).toBe(true);
    expect(rating.answer("hand")).toBeNull();
    rating.value = 40;
    rating.value = 60;
    expect(rating.answer("hand")).toEqual({ type: "answer", question: 1, value: 60, how: "hand" });
    expect(rating.answer("hand")).toBeNull();
    expect(rating.answered).toBe(true);
  });

  it("steps by ten with the arrow keys, from the middle, within its ends", () => {
    const rating = new Rating();
    const press = (key: string): number => {
      rating.value = rating.step(key);
      return rating.value;
    };
    expect(["ArrowRight", "ArrowRight", "ArrowUp", "ArrowLeft"].map(press)).toEqual([50, 60, 70, 60]);
    for (let step = 0; step < 12; step += 1) press("ArrowRight");
    expect(rating.value).toBe(100);
    for (let step = 0; step < 12; step += 1) press("ArrowDown");
    expect(rating.value).toBe(0);
  });

  it("begins empty with each new question", () => {
    const rating = new Rating();
    rating.follow(question(1));
    rating.value = 40;
    rating.answer("gaze");
    expect(rating.follow(question(1))).toBe(false);
    expect(rating.follow(null)).toBe(false);
    expect(rating.follow(question(2))).toBe(true);
    expect([rating.value, rating.answered]).toEqual([null, false]);
  });

  it("is sent again to a room that still asks, and to no other", () => {
    const rating = new Rating();
    rating.follow(question(3));
    rating.value = 20;
    const answer = rating.answer("keyboard");
    expect(rating.toRepeat(question(3))).toEqual(answer);
    expect(rating.toRepeat(question(4))).toBeNull();
    expect(rating.toRepeat(null)).toBeNull();
  });
});
