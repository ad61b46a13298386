import { decode, encode } from "@msgpack/msgpack";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { ClientMessage, RoomMessage, Welcome } from "../wire/generated.ts";
import type { Time } from "./clock.ts";
import { RequestRefused } from "./request.ts";
import { RoomSocket, type WireSocket } from "./socket.ts";

/** Time that passes when the test says so. */
class ManualTime implements Time {
  private ms = 1_000_000;
  private timers: { dueMs: number; action: () => void }[] = [];

  nowMs(): number {
    return this.ms;
  }

  after(delayMs: number, action: () => void): () => void {
    const timer = { dueMs: this.ms + delayMs, action };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  pass(ms: number): void {
    const endMs = this.ms + ms;
    for (;;) {
      const next = this.timers.filter(({ dueMs }) => dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs)[0];
      if (!next) break;
      this.timers = this.timers.filter((other) => other !== next);
      this.ms = Math.max(this.ms, next.dueMs);
      next.action();
    }
    this.ms = endMs;
  }
}

class FakeSocket implements WireSocket {
  binaryType: BinaryType = "blob";
  readyState = 0;
  bufferedAmount = 0;
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  readonly sent: Uint8Array[] = [];

  send(data: Uint8Array<ArrayBuffer>): void {
    this.sent.push(data);
  }

  close(): void {
    this.readyState = 3;
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.(new Event("open"));
  }

  lose(): void {
    this.readyState = 3;
    this.onclose?.(new Event("close") as CloseEvent);
  }

  receive(message: RoomMessage): void {
    this.raw(encode(message));
  }

  raw(bytes: Uint8Array): void {
    this.onmessage?.({ data: bytes.slice().buffer } as MessageEvent);
  }

  messages<Type extends ClientMessage["type"]>(type: Type): Extract<ClientMessage, { type: Type }>[] {
    const all = this.sent.filter((frame) => frame[0] !== 0xf0).map((frame) => decode(frame) as ClientMessage);
    return all.filter((message): message is Extract<ClientMessage, { type: Type }> => message.type === type);
  }
}

const welcome = (more: Partial<Welcome> = {}): Welcome => ({
  type: "welcome",
  participant: "me",
  role: "lead",
  session: "s",
  experience: { name: "", title: "", scene: "", version: "", state: [], commands: [] },
  rate_hz: 60,
  seed: 1,
  tick: 0,
  time_us: 5_000_000,
  state: {},
  room: {
    phase: "lobby",
    members: [],
    agreed: [],
    question: null,
    recording: false,
    frozen_why: null,
    began_tick: null,
    durable: true,
  },
  event: 4,
  resumed: false,
  next_number: 1,
  ...more,
});

let time: ManualTime;
let sockets: FakeSocket[];
let received: string[];
let statuses: string[];
let link: RoomSocket;
const newest = (): FakeSocket => sockets[sockets.length - 1] as FakeSocket;

beforeEach(() => {
  time = new ManualTime();
  sockets = [];
  received = [];
  statuses = [];
  link = new RoomSocket({
    address: "ws://clinic/api/live/s",
    token: "secret",
    time,
    random: () => 1,
    connect: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    onMessage: (message) =>
      received.push(message.type === "happened" ? `event ${message.event}` : message.type),
    onStatus: (status) => statuses.push(status),
  });
  link.start();
});

function join(more: Partial<Welcome> = {}): FakeSocket {
  newest().open();
  newest().receive(welcome(more));
  return newest();
}

function happen(event: number): void {
  newest().receive({ type: "happened", event, tick: 0, time_us: 0, actor: "", fact: {} });
}

describe("a connection", () => {
  it("greets first, with its token", () => {
    const socket = join();
    expect(socket.messages("hello")).toEqual([
      { type: "hello", protocol: 1, token: "secret", resume_from: null },
    ]);
    expect(statuses).toEqual(["joined"]);
  });

  it("sends nothing before it is welcomed", () => {
    newest().open();
    expect(link.send({ type: "agree" })).toBe(false);
    newest().receive(welcome());
    expect(link.send({ type: "agree" })).toBe(true);
  });

  it("waits longer after each failure, from a quarter of a second to three", () => {
    const waits: number[] = [];
    for (let attempt = 0; attempt < 7; attempt += 1) {
      const before = time.nowMs();
      const count = sockets.length;
      newest().lose();
      while (sockets.length === count) time.pass(10);
      waits.push(time.nowMs() - before);
    }
    expect(waits).toEqual([250, 500, 1000, 2000, 3000, 3000, 3000]);
  });

  it("begins anew with short waits once it was in", () => {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      newest().lose();
      time.pass(3000);
    }
    join().lose();
    const count = sockets.length;
    time.pass(250);
    expect(sockets).toHaveLength(count + 1);
  });

  it("resumes from the last event and hears each event once", () => {
    join();
    happen(5);
    happen(6);
    newest().lose();
    time.pass(250);
    join({ resumed: true, event: 8 });
    for (const event of [6, 7, 8]) happen(event);
    expect(newest().messages("hello")[0]?.resume_from).toBe(6);
    expect(received.filter((name) => name.startsWith("event"))).toEqual([
      "event 5",
      "event 6",
      "event 7",
      "event 8",
    ]);
  });

  it("hears the whole session where the room could not resume", () => {
    join();
    happen(5);
    newest().lose();
    time.pass(250);
    join({ resumed: false, event: 6 });
    for (const event of [0, 1, 2]) happen(event);
    newest().lose();
    time.pass(250);
    newest().open();
    expect(newest().messages("hello")[0]?.resume_from).toBe(2);
    expect(received.filter((name) => name.startsWith("event"))).toEqual([
      "event 5",
      "event 0",
      "event 1",
      "event 2",
    ]);
  });

  it("asks for the whole session again when it was lost before any of it came", () => {
    join({ event: 90 }).lose();
    time.pass(250);
    newest().open();
    expect(newest().messages("hello")[0]?.resume_from).toBeNull();
  });

  it("as a guest resumes from where it came in", () => {
    join({ event: 90, role: "subject" }).lose();
    time.pass(250);
    newest().open();
    expect(newest().messages("hello")[0]?.resume_from).toBe(90);
  });

  it("pings each second and gives up a line that is dead but looks open", () => {
    const socket = join();
    time.pass(3000);
    expect(socket.messages("ping")).toHaveLength(4);
    expect(statuses).toEqual(["joined"]);
    time.pass(3000);
    expect(statuses).toEqual(["joined", "lost"]);
    expect(sockets.length).toBeGreaterThan(1);
  });

  it("stays while pings are answered", () => {
    const socket = join();
    for (let second = 0; second < 60; second += 1) {
      time.pass(1000);
      const ping = socket.messages("ping").at(-1);
      socket.receive({ type: "pong", sent_us: ping?.sent_us ?? 0, time_us: 0 });
    }
    expect(statuses).toEqual(["joined"]);
    expect(link.watchdog.trust(time.nowMs())).toBe("live");
  });

  it("leaves out a frame that it cannot read", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const socket = join();
    socket.raw(new Uint8Array([0xc1, 1, 2]));
    happen(5);
    expect(received).toEqual(["welcome", "event 5"]);
    expect(warn).toHaveBeenCalledOnce();
    warn.mockRestore();
  });

  it("comes back from a restart of the room, and not from a goodbye", () => {
    join().receive({ type: "goodbye", code: "restart", reason: "" });
    newest().lose();
    time.pass(250);
    expect(sockets).toHaveLength(2);
    join().receive({ type: "goodbye", code: "removed", reason: "" });
    newest().lose();
    time.pass(60_000);
    expect(sockets).toHaveLength(2);
    expect(link.status).toBe("ended");
  });

  it("leaves a pose out where the line is busy", () => {
    const socket = join();
    link.sendPose(new Uint8Array(19));
    socket.bufferedAmount = 100_000;
    link.sendPose(new Uint8Array(19));
    expect(socket.sent.filter((frame) => frame[0] === 0xf0)).toHaveLength(1);
  });
});

describe("requests", () => {
  it("are numbered where the room goes on counting, without gaps", async () => {
    const socket = join({ next_number: 7 });
    const done = Promise.all([
      link.command("rise_to", { height_m: 3 }),
      link.control("ask"),
      link.note("well"),
    ]);
    const numbers = [
      ...socket.messages("command"),
      ...socket.messages("control"),
      ...socket.messages("note"),
    ];
    expect(numbers.map(({ number }) => number)).toEqual([7, 8, 9]);
    for (const number of [7, 8, 9]) socket.receive({ type: "acknowledged", number });
    await expect(done).resolves.toBeDefined();
  });

  it("are refused in the room's words", async () => {
    const socket = join();
    const asked = link.command("rise_to", { height_m: 99 });
    const refusal = { code: "ceiling", got: "99 m", expected: "at most 30 m", next: "Ask for less." };
    socket.receive({ type: "refused", number: 1, ...refusal });
    await expect(asked).rejects.toThrow("got 99 m, expected at most 30 m; Ask for less.");
  });

  it("fail when the connection ends first, and are not sent again by themselves", async () => {
    const asked = link.note("early");
    await expect(asked).rejects.toBeInstanceOf(RequestRefused);
    join();
    const lost = link.command("rise_to", { height_m: 20 });
    newest().lose();
    await expect(lost).rejects.toMatchObject({ refusal: { code: "unavailable" } });
    time.pass(250);
    expect(join({ next_number: 2 }).messages("command")).toEqual([]);
  });
});
