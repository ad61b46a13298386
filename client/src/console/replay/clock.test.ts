import { describe, expect, it } from "vitest";
import { advanced, movedTo, neighbour, startOf, toggled } from "./clock.ts";

describe("a replay", () => {
  const playing = toggled(startOf(100));

  it("goes on by its speed, and not while it is held", () => {
    expect(advanced({ ...playing, speed: 4 }, 2).at_s).toBe(8);
    expect(advanced(startOf(100), 2).at_s).toBe(0);
  });

  it("stops at its end, and begins anew when it is played again", () => {
    const over = advanced({ ...playing, speed: 16 }, 60);
    expect(over).toMatchObject({ at_s: 100, playing: false });
    expect(toggled(over)).toMatchObject({ at_s: 0, playing: true });
  });

  it("stays within the session", () => {
    expect(movedTo(playing, -5).at_s).toBe(0);
    expect(movedTo(playing, 500).at_s).toBe(100);
  });
});

describe("neighbour", () => {
  const times = [30, 10, 20];

  it("finds the next event and the one before", () => {
    expect(neighbour(times, 10, 1)).toBe(20);
    expect(neighbour(times, 20, -1)).toBe(10);
    expect(neighbour(times, 30, 1)).toBeNull();
    expect(neighbour(times, 5, -1)).toBeNull();
  });

  it("leads past an event that one has only just come to", () => {
    expect(neighbour(times, 20.3, -1)).toBe(10);
  });
});
