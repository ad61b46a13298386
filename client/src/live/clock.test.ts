import { describe, expect, it } from "vitest";
import { RoomClock } from "./clock.ts";

const OFFSET_MS = 5000;

describe("the room's clock", () => {
  it("is as the greeting says before any exchange", () => {
    const clock = new RoomClock();
    clock.greet(8_000_000, 3000);
    expect(clock.roomMs(3100)).toBe(8100);
  });

  it("trusts the exchange with the least delay, in whatever order they come", () => {
    const clock = new RoomClock();
    // The way there took 400 ms and the way back none: on its own this would be 200 ms wrong.
    clock.learn(0, (400 + OFFSET_MS) * 1000, 400);
    expect(clock.roomMs(0)).toBe(5200);
    clock.learn(1000, (1005 + OFFSET_MS) * 1000, 1010);
    clock.learn(2000, (2300 + OFFSET_MS) * 1000, 2300);
    expect(clock.roomMs(0)).toBe(OFFSET_MS);
    expect(clock.delayMs).toBe(10);
  });

  it("forgets old exchanges, so that a drifting clock is followed", () => {
    const clock = new RoomClock();
    clock.learn(0, OFFSET_MS * 1000, 0);
    for (let at = 1; at <= 16; at += 1)
      clock.learn(at * 1000, (at * 1000 + 10 + OFFSET_MS + 50) * 1000, at * 1000 + 20);
    expect(clock.roomMs(0)).toBe(OFFSET_MS + 50);
  });

  it("is never before the epoch", () => {
    expect(new RoomClock().roomUs(-5)).toBe(0);
  });
});
