import { describe, expect, it } from "vitest";
import type { Fact, Welcome } from "../../wire/generated.ts";
import { eventWords } from "./event_words.ts";
import { beganAt, lastAskedAt, notesOf, ratingsOf, ratingsOfThisLevel } from "./room_facts.ts";
import { emptyRoom, type RoomModel, receive } from "./room_model.ts";

const welcome = {
  type: "welcome",
  participant: "lead",
  state: { height_m: 0, railing: "full" },
  resumed: false,
} as unknown as Welcome;

function told(model: RoomModel, ...facts: Fact[]): RoomModel {
  return facts.reduce((room, fact, index) => {
    const event = (model.happenings.at(-1)?.event ?? 0) + index + 1;
    return receive(room, {
      type: "happened",
      event,
      tick: 0,
      time_us: event * 1_000_000,
      actor: "x",
      fact: { ...fact },
    });
  }, model);
}

const answered = (value: number): Fact => ({
  kind: "answered",
  question: 1,
  measure: "suds",
  value,
  how: "gaze",
});
const raised: Fact = { kind: "commanded", name: "rise_to", number: 1, arguments: { height_m: 6 } };

describe("receive", () => {
  it("keeps the fields of the state that a patch does not name", () => {
    const room = receive(receive(emptyRoom, welcome), {
      type: "patch",
      tick: 1,
      time_us: 1,
      changes: { height_m: 3 },
    });
    expect(room.state).toEqual({ height_m: 3, railing: "full" });
  });

  it("takes each event once, however often it is told", () => {
    const room = told(emptyRoom, answered(40));
    const again = receive(room, { type: "happened", event: 1, tick: 0, time_us: 1, actor: "x", fact: {} });
    expect(again).toBe(room);
  });

  it("forgets the events of a connection that was not resumed, for they are all told again", () => {
    const room = told(emptyRoom, answered(40));
    expect(receive(room, welcome).happenings).toEqual([]);
    expect(receive(room, { ...welcome, resumed: true }).happenings).toHaveLength(1);
  });

  it("keeps heart rate with its source, and no other signal", () => {
    const sample = { type: "sample_of", participant: "s", captured_us: 5, source: "strap" } as const;
    const room = receive(emptyRoom, { ...sample, signal: "heart_rate", values: [72, 0.83] });
    expect(room.heart).toEqual([{ time_us: 5, bpm: 72, source: "strap" }]);
    expect(receive(room, { ...sample, signal: "breath", values: [1] })).toBe(room);
  });
});

describe("facts of a room", () => {
  it("finds the beginning, the ratings and the notes", () => {
    const room = told(
      emptyRoom,
      { kind: "began" },
      answered(35),
      { kind: "noted", text: "Calm." },
      answered(50),
    );
    expect(beganAt(room)).toBe(1_000_000);
    expect(ratingsOf(room.happenings).map(({ value }) => value)).toEqual([35, 50]);
    expect(notesOf(room.happenings)).toEqual([{ event: 3, time_us: 3_000_000, text: "Calm." }]);
    expect(lastAskedAt(room)).toBe(4_000_000);
  });

  it("counts the ratings of this level from the last change", () => {
    const room = told(emptyRoom, answered(35), raised, answered(60), answered(55));
    expect(ratingsOfThisLevel(room.happenings)).toEqual([60, 55]);
  });
});

describe("eventWords", () => {
  it("tells what a clinician would look for, and leaves out the machinery", () => {
    expect(eventWords({ kind: "stopped", by: "subject", why: "wrist" }, null)).toBe(
      "Stopped by the subject: the button on the wrist",
    );
    expect(eventWords(answered(55), null)).toBe("SUDS 55");
    expect(eventWords({ kind: "checkpoint", digest: "00" }, null)).toBeNull();
  });
});
