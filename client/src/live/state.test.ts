import { describe, expect, it } from "vitest";
import type { RoomView, Welcome } from "../wire/generated.ts";
import { RoomState } from "./state.ts";

const view: RoomView = {
  phase: "running",
  members: [{ participant: "me", role: "subject", slot: 1, admitted: true, connected: true }],
  agreed: [],
  question: null,
  recording: false,
  frozen_why: null,
  began_tick: 0,
  durable: true,
};

function welcome(more: Partial<Welcome> = {}): Welcome {
  return {
    type: "welcome",
    participant: "me",
    role: "subject",
    session: "s",
    experience: {
      name: "heights",
      title: "",
      scene: "heights",
      version: "1",
      commands: [],
      state: [
        { name: "height_m", label: "", kind: "number", minimum: 0, maximum: 60, ceiling: 30 },
        { name: "floor", label: "", kind: "choice", choices: ["opaque", "glass"] },
      ],
    },
    rate_hz: 60,
    seed: 1,
    tick: 10,
    time_us: 1_000_000,
    state: { height_m: 3, floor: "opaque" },
    room: view,
    event: 0,
    resumed: false,
    next_number: 1,
    ...more,
  };
}

const patch = (tick: number, changes: Record<string, unknown>) =>
  ({ type: "patch", tick, time_us: 1_000_000 + tick * 1000, changes }) as const;

describe("a room's state", () => {
  it("takes the latest of each field, whatever the order", () => {
    const room = new RoomState(welcome());
    room.patch(patch(20, { height_m: 8 }));
    room.patch(patch(15, { height_m: 99, floor: "glass" }));
    expect(room.latest).toEqual({ height_m: 8, floor: "glass" });
  });

  it("never shows more than the ceiling, whatever arrives", () => {
    const room = new RoomState(welcome({ state: { height_m: 59, floor: "opaque" } }));
    expect(room.shown.height_m).toBe(30);
    room.patch(patch(20, { height_m: 60 }));
    expect(room.sample(5000).height_m).toBe(30);
    const higher = welcome({ tick: 30, time_us: 2_000_000, state: { height_m: 60, floor: "opaque" } });
    for (const parameter of higher.experience.state) parameter.ceiling = null;
    room.greet(higher);
    expect(room.sample(9000).height_m).toBe(30);
  });

  it("shows one and the same object", () => {
    const room = new RoomState(welcome());
    expect(room.sample(2000)).toBe(room.sample(3000));
  });

  it("frozen shows nothing new, of numbers and of choices", () => {
    const room = new RoomState(welcome());
    room.sample(5000);
    room.freeze();
    room.patch(patch(20, { height_m: 12, floor: "glass" }));
    expect(room.sample(9000)).toEqual({ height_m: 3, floor: "opaque" });
    expect(room.thaw(9000)).toBe(false);
    expect(room.sample(9000)).toEqual({ height_m: 12, floor: "glass" });
  });

  it("thaws softly where little has changed", () => {
    const room = new RoomState(welcome());
    room.sample(5000);
    room.freeze();
    room.patch(patch(20, { height_m: 3.5 }));
    expect(room.thaw(9000)).toBe(true);
    expect(room.sample(9000).height_m).toBe(3);
    expect(room.sample(11_000).height_m).toBe(3.5);
  });

  it("knows which member it is", () => {
    expect(new RoomState(welcome()).self?.admitted).toBe(true);
  });
});
