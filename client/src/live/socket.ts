/** The connection to a room: greets, keeps the heartbeat, comes back by itself, and loses no event. */
import { decodeFrame, encodeMessage, encodePoseFrame, type Incoming } from "../wire/codec.ts";
import { type ClientMessage, type Goodbye, PROTOCOL, type Welcome } from "../wire/generated.ts";
import { RoomClock, type Time } from "./clock.ts";
import { FREEZE_AFTER_MS, PING_EVERY_MS, Watchdog } from "./heartbeat.ts";
import { Requests } from "./request.ts";

/** The part of a browser's WebSocket that is used here. */
export interface WireSocket {
  binaryType: BinaryType;
  readonly readyState: number;
  readonly bufferedAmount: number;
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(): void;
}

/** `connecting`: no room yet. `joined`: in the room. `lost`: waiting to try again. `ended`: over for good. */
export type Status = "connecting" | "joined" | "lost" | "ended";

export interface SocketOptions {
  /** Address of the socket, as `wss://host/api/live/<session>`. */
  address: string;
  /** The subject's device token; null for a signed-in practitioner. */
  token: string | null;
  time: Time;
  /** A number from 0 to 1, to spread the attempts of many clients. */
  random: () => number;
  connect: (address: string) => WireSocket;
  onMessage: (message: Incoming, receivedMs: number) => void;
  onStatus: (status: Status, goodbye: Goodbye | null) => void;
}

const OPEN = 1;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 3000;
/** Silence after which a connection that still looks open is given up, to begin a new one. */
const GIVE_UP_MS = FREEZE_AFTER_MS + 1000;
/** A pose waits for no other: with this much unsent it is left out. */
const POSE_BACKLOG_BYTES = 2048;

export class RoomSocket {
  readonly clock = new RoomClock();
  readonly watchdog: Watchdog;
  readonly requests = new Requests();
  status: Status = "connecting";
  private readonly options: SocketOptions;
  private socket: WireSocket | null = null;
  /** The last event heard, and what to resume from where none was. */
  private lastEvent: number | null = null;
  private resumeFrom: number | null = null;
  private attempts = 0;
  private openedMs = 0;
  private readonly timers = new Set<() => void>();

  constructor(options: SocketOptions) {
    this.options = options;
    this.watchdog = new Watchdog(options.time.nowMs());
  }

  /** Connects, and again whenever the connection is lost, until `close` or the room says goodbye. */
  start(): void {
    this.connect();
    this.every(PING_EVERY_MS, () => this.beat());
  }

  /** Leaves for good. */
  close(): void {
    this.end(null);
  }

  /** Sends a message if in the room; false when it could not be sent. */
  send(message: ClientMessage): boolean {
    if (this.status !== "joined" || this.socket?.readyState !== OPEN) return false;
    this.socket.send(encodeMessage(message));
    return true;
  }

  /** Sends a packed pose; leaves it out where the line is busy. */
  sendPose(packed: Uint8Array): void {
    if (this.status !== "joined" || this.socket?.readyState !== OPEN) return;
    if (this.socket.bufferedAmount <= POSE_BACKLOG_BYTES) this.socket.send(encodePoseFrame(packed));
  }

  /** Gives a command of the experience; rejects with `RequestRefused`. */
  command(name: string, parameters: Record<string, unknown>): Promise<void> {
    return this.requests.make((number) =>
      this.send({ type: "command", number, name, arguments: parameters }),
    );
  }

  /** Asks for something of the room itself: begin, freeze, thaw, ask, admit, remove, close. */
  control(action: string, participant: string | null = null): Promise<void> {
    return this.requests.make((number) => this.send({ type: "control", number, action, participant }));
  }

  /** Writes a note into the session. */
  note(text: string): Promise<void> {
    return this.requests.make((number) => this.send({ type: "note", number, text }));
  }

  private connect(): void {
    const socket = this.options.connect(this.options.address);
    this.socket = socket;
    this.openedMs = this.options.time.nowMs();
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      const { token } = this.options;
      socket.send(encodeMessage({ type: "hello", protocol: PROTOCOL, token, resume_from: this.resumeFrom }));
    };
    socket.onmessage = ({ data }) => {
      if (socket === this.socket && data instanceof ArrayBuffer) this.receive(data);
    };
    socket.onclose = () => {
      if (socket === this.socket) this.lose();
    };
  }

  private receive(data: ArrayBuffer): void {
    const nowMs = this.options.time.nowMs();
    let message: Incoming;
    try {
      message = decodeFrame(data);
    } catch (error) {
      console.warn("a frame of the room could not be read and is left out:", error);
      return;
    }
    if (message.type === "welcome") this.join(message, nowMs);
    if (message.type === "pong") {
      this.clock.learn(message.sent_us / 1000, message.time_us, nowMs);
      this.watchdog.answered(message.sent_us / 1000, nowMs);
    }
    if (message.type === "happened") {
      if (message.event <= (this.lastEvent ?? -1)) return;
      this.lastEvent = message.event;
      this.resumeFrom = message.event;
    }
    if (message.type === "acknowledged") this.requests.acknowledge(message.number);
    if (message.type === "refused" && this.requests.refuse(message)) return;
    this.options.onMessage(message, nowMs);
    if (message.type === "goodbye" && message.code !== "restart") this.end(message);
  }

  private join(welcome: Welcome, nowMs: number): void {
    this.attempts = 0;
    this.clock.greet(welcome.time_us, nowMs);
    this.watchdog.restart(nowMs);
    this.requests.continueAt(welcome.next_number);
    if (!welcome.resumed) {
      this.lastEvent = null;
      // The clinic's side is now told the whole session from its beginning, a guest only what follows.
      const guest = welcome.role === "subject" || welcome.role === "peer";
      this.resumeFrom = guest ? welcome.event : null;
    }
    this.become("joined");
    this.ping(nowMs);
  }

  private beat(): void {
    const nowMs = this.options.time.nowMs();
    if (this.status === "joined") this.ping(nowMs);
    const silentMs = Math.min(this.watchdog.silenceMs(nowMs), nowMs - this.openedMs);
    if (this.socket && this.status !== "lost" && silentMs > GIVE_UP_MS) this.lose();
  }

  private ping(nowMs: number): void {
    this.send({ type: "ping", sent_us: Math.round(nowMs * 1000) });
  }

  private lose(): void {
    if (this.status === "ended") return;
    const socket = this.socket;
    this.socket = null;
    socket?.close();
    this.requests.abandon();
    this.become("lost");
    const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.attempts);
    this.attempts += 1;
    this.after(waitMs * (0.75 + 0.25 * this.options.random()), () => this.connect());
  }

  private end(goodbye: Goodbye | null): void {
    if (this.status === "ended") return;
    this.become("ended", goodbye);
    for (const cancel of this.timers) cancel();
    this.timers.clear();
    this.requests.abandon();
    this.socket?.close();
    this.socket = null;
  }

  private become(status: Status, goodbye: Goodbye | null = null): void {
    if (status === this.status) return;
    this.status = status;
    this.options.onStatus(status, goodbye);
  }

  private after(delayMs: number, action: () => void): void {
    const cancel = this.options.time.after(delayMs, () => {
      this.timers.delete(cancel);
      action();
    });
    this.timers.add(cancel);
  }

  private every(periodMs: number, action: () => void): void {
    this.after(periodMs, () => {
      this.every(periodMs, action);
      action();
    });
  }
}
