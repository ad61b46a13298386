import { browserTime } from "../../live/clock.ts";
import { RoomSocket, type SocketOptions, type WireSocket } from "../../live/socket.ts";
import { RoomState } from "../../live/state.ts";
import type { Incoming } from "../../wire/codec.ts";
import type { Pose } from "../../wire/pose.ts";
import { emptyRoom, type RoomModel, receive } from "./room_model.ts";

/** How often the page is drawn anew while state streams in. */
const SHOW_EVERY_MS = 100;

/** A connection to a room, and the room as it is known from there. */
export class RoomStore {
  readonly socket: RoomSocket;
  /** The state as it may be drawn, for the mirror view; null before the room greets. */
  drawn: RoomState | null = null;
  /** The newest pose of each participant, by slot. */
  readonly poses = new Map<number, Pose>();
  private latest: RoomModel = emptyRoom;
  private shown: RoomModel = emptyRoom;
  private cancel: (() => void) | null = null;
  private readonly listeners = new Set<() => void>();
  private readonly time: SocketOptions["time"];

  constructor(options: Omit<SocketOptions, "onMessage" | "onStatus">) {
    this.time = options.time;
    this.socket = new RoomSocket({
      ...options,
      onMessage: (message) => this.take(message),
      onStatus: (status, goodbye) =>
        this.become({ ...this.latest, status, goodbye: goodbye ?? this.latest.goodbye }),
    });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): RoomModel => this.shown;

  /** The room's clock now, in ms. */
  nowMs(): number {
    return this.socket.clock.roomMs(this.time.nowMs());
  }

  /** Forgets a refusal that was read. */
  readonly dismissRefusal = (): void => this.become({ ...this.latest, refused: null });

  /** Stops the room: now, or as soon as it can be reached again. A stop is never lost for want of a connection. */
  readonly stop = (): void => {
    const sent = this.socket.send({ type: "stop", why: "lead" });
    this.become({ ...this.latest, stopWaits: !sent });
  };

  close(): void {
    this.cancel?.();
    this.socket.close();
  }

  private take(message: Incoming): void {
    if (message.type === "poses") {
      for (const { slot, pose } of message.poses) this.poses.set(slot, pose);
      return;
    }
    if (message.type === "welcome") {
      if (this.latest.stopWaits) this.stop();
      if (this.drawn) this.drawn.greet(message);
      else this.drawn = new RoomState(message);
    }
    if (message.type === "patch") this.drawn?.patch(message);
    if (message.type === "room" && this.drawn) this.drawn.view = message.room;
    this.become(receive(this.latest, message));
  }

  private become(model: RoomModel): void {
    if (model === this.latest) return;
    this.latest = model;
    this.cancel ??= this.time.after(SHOW_EVERY_MS, () => {
      this.cancel = null;
      this.shown = this.latest;
      for (const listener of this.listeners) listener();
    });
  }
}

/** Opens the room of a session in this browser, as who is signed in. */
export function openRoom(sessionId: string): RoomStore {
  const { protocol, host } = window.location;
  const store = new RoomStore({
    address: `${protocol === "https:" ? "wss" : "ws"}://${host}/api/live/${sessionId}`,
    token: null,
    time: browserTime,
    random: Math.random,
    connect: (address) => new WebSocket(address) as WireSocket,
  });
  store.socket.start();
  return store;
}
