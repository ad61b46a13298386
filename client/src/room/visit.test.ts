import { beforeEach, describe, expect, it } from "vitest";
import type { Time } from "../live/clock.ts";
import { Watchdog } from "../live/heartbeat.ts";
import type { RoomSocket, SocketOptions } from "../live/socket.ts";
import type { ClientMessage, RoomMessage, RoomView, Welcome } from "../wire/generated.ts";
import { Visit } from "./visit.ts";

const VIEW: RoomView = {
  phase: "running",
  members: [{ participant: "me", role: "subject", slot: 1, admitted: true, connected: true }],
  agreed: [],
  question: null,
  recording: false,
  frozen_why: null,
  began_tick: 0,
  durable: true,
};

let nowMs: number;
let sent: ClientMessage[];
let told: string[];
let receive: (message: RoomMessage) => void;
let visit: Visit;

beforeEach(() => {
  nowMs = 0;
  sent = [];
  told = [];
  const time: Time = { nowMs: () => nowMs, after: () => () => undefined };
  const open = (listener: Pick<SocketOptions, "onMessage" | "onStatus">): RoomSocket => {
    receive = (message) => listener.onMessage(message, nowMs);
    return {
      watchdog: new Watchdog(0),
      clock: { roomMs: (ms: number) => ms },
      send: (message: ClientMessage) => sent.push(message) > 0,
    } as unknown as RoomSocket;
  };
  visit = new Visit(open, time, {
    onChange: () => undefined,
    onWelcome: () => told.push("welcome"),
    onStop: (why) => told.push(`stop ${why}`),
    onFreeze: (frozen, jumps) => told.push(`${frozen ? "freeze" : "thaw"}${jumps ? ", jumping" : ""}`),
    onStatus: () => undefined,
    say: () => undefined,
  });
});

function welcome(room: RoomView = VIEW): void {
  const message: Welcome = {
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
      state: [{ name: "height_m", label: "", kind: "number", minimum: 0, maximum: 60 }],
    },
    rate_hz: 60,
    seed: 1,
    tick: 0,
    time_us: nowMs * 1000,
    state: { height_m: 0 },
    room,
    event: 0,
    resumed: false,
    next_number: 1,
  };
  receive(message);
}

function follow(more: Partial<RoomView>): void {
  receive({ type: "room", room: { ...VIEW, ...more } });
}

/** Lets time pass in a page that is awake, with the room's heartbeat or without. */
function pass(seconds: number, heartbeat: boolean): void {
  for (let half = 0; half < 2 * seconds; half += 1) {
    nowMs += 500;
    if (heartbeat) visit.link.watchdog.answered(nowMs, nowMs);
    visit.judge();
  }
}

const stops = () => sent.filter(({ type }) => type === "stop");

describe("a visit", () => {
  it("waits, is let in, begins", () => {
    expect(visit.place).toBe("waiting");
    welcome({ ...VIEW, phase: "lobby", members: [] });
    expect(visit.place).toBe("waiting");
    follow({ phase: "lobby" });
    expect(visit.place).toBe("lobby");
    follow({});
    expect(visit.place).toBe("running");
    follow({ phase: "closed" });
    expect(visit.place).toBe("ended");
  });

  it("freezes after three seconds of silence, and goes on by itself", () => {
    welcome();
    pass(3, false);
    expect([visit.place, visit.frozenWhy]).toEqual(["frozen", "heartbeat"]);
    pass(1, true);
    expect(visit.place).toBe("running");
    expect(told).toEqual(["welcome", "freeze", "thaw"]);
  });

  it("is calm after ten seconds of silence, and stays so when the room is back", () => {
    welcome();
    pass(10, false);
    expect(visit.place).toBe("calm");
    pass(5, true);
    welcome();
    expect(visit.place).toBe("calm");
    expect(stops()[0]).toEqual({ type: "stop", why: "heartbeat" });
    expect(stops().length).toBeGreaterThan(1);
  });

  it("in the lobby is neither frozen nor stopped by silence", () => {
    welcome({ ...VIEW, phase: "lobby" });
    pass(60, false);
    expect(visit.place).toBe("lobby");
    expect(stops()).toEqual([]);
  });

  it("hidden is held until the subject goes on, and jumps unseen to where the room is", () => {
    welcome();
    visit.hold("hidden");
    expect(visit.frozenWhy).toBe("hidden");
    nowMs += 500;
    receive({ type: "patch", tick: 5, time_us: nowMs * 1000, changes: { height_m: 40 } });
    expect(visit.state?.sample(nowMs + 1000).height_m).toBe(0);
    visit.resume();
    expect(told.at(-1)).toBe("thaw, jumping");
    expect(visit.state?.sample(nowMs + 1000).height_m).toBe(40);
  });

  it("is held by nothing before it has begun", () => {
    welcome({ ...VIEW, phase: "lobby" });
    visit.hold("hidden");
    follow({});
    expect(visit.place).toBe("running");
  });

  it("is stopped by the lead without telling the lead so", () => {
    welcome();
    follow({ phase: "calm" });
    expect(visit.place).toBe("calm");
    expect(stops()).toEqual([]);
  });

  it("says again what the room does not hear, and not before it had time to", () => {
    welcome();
    visit.stop("word", 0);
    visit.repeat();
    expect(stops()).toHaveLength(1);
    visit.repeat();
    expect(stops()).toHaveLength(2);
    follow({ phase: "calm" });
    visit.repeat();
    visit.repeat();
    expect(stops()).toHaveLength(2);
  });

  it("answers once, and again to a room that came back and still asks", () => {
    const question = { number: 4, measure: "suds" };
    welcome();
    follow({ question });
    visit.rating.value = 30;
    visit.answer("gaze");
    visit.answer("gaze");
    const answers = () => sent.filter(({ type }) => type === "answer").length;
    expect(answers()).toBe(1);
    welcome({ ...VIEW, question });
    expect(answers()).toBe(2);
    welcome();
    expect(answers()).toBe(2);
  });

  it("never leaves the calm place by what a room says alone", () => {
    welcome();
    visit.stop("escape", 0);
    for (const phase of ["running", "calm", "frozen", "running"] as const) {
      follow({ phase });
      welcome({ ...VIEW, phase });
      expect(visit.place).toBe("calm");
    }
  });
});
