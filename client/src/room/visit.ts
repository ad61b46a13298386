/** A subject's visit to a room: what is known of it, what is stopped, frozen or asked, and what must be said again. */
import type { Time } from "../live/clock.ts";
import type { RoomSocket, SocketOptions, Status } from "../live/socket.ts";
import { RoomState } from "../live/state.ts";
import type { Incoming } from "../wire/codec.ts";
import type { ClientMessage, Device, Goodbye, RoomView, Welcome } from "../wire/generated.ts";
import type { How } from "../xr/input.ts";
import { StopLatch, type StopWay } from "../xr/stop.ts";
import type { PanelModel } from "./page.ts";
import { Rating } from "./rating.ts";
import { SPOKEN } from "./words.ts";

/** Why the page itself holds still: out of sight, or out of VR, until the subject goes on. */
export type Held = "hidden" | "left";

/** What the visit tells whoever shows it. */
export interface VisitListener {
  /** Something to be seen has changed. */
  onChange(): void;
  /** The first greeting: the experience can be prepared. */
  onWelcome(welcome: Welcome): void;
  /** The calm place is due at once; `inputMs` is when what stopped it happened, on the clock of `performance.now`. */
  onStop(why: StopWay, inputMs: number): void;
  /** What is drawn holds still from now on, or moves again; `jumps` where it then goes on from far away. */
  onFreeze(frozen: boolean, jumps: boolean): void;
  onStatus(status: Status, goodbye: Goodbye | null): void;
  say(words: string): void;
}

export class Visit {
  readonly latch = new StopLatch();
  readonly rating = new Rating();
  readonly link: RoomSocket;
  state: RoomState | null = null;
  goodbye: Goodbye | null = null;
  /** Why nothing moves; null while it moves. */
  frozenWhy: string | null = null;
  private unheard: ReadonlySet<string> = new Set();
  private readonly held = new Set<Held>();
  private readonly time: Time;
  private readonly listener: VisitListener;

  constructor(
    open: (listener: Pick<SocketOptions, "onMessage" | "onStatus">) => RoomSocket,
    time: Time,
    listener: VisitListener,
  ) {
    this.time = time;
    this.listener = listener;
    this.link = open({
      onMessage: (message) => this.receive(message),
      onStatus: (status, goodbye) => this.connected(status, goodbye),
    });
  }

  /** What the room does, as the subject meets it. */
  get place(): PanelModel["place"] {
    const phase = this.state?.view.phase;
    if (this.goodbye || phase === "closed") return "ended";
    if (this.latch.stopped) return "calm";
    if (this.under) return this.frozenWhy ? "frozen" : "running";
    return this.state?.self?.admitted ? "lobby" : "waiting";
  }

  /** Stops, with or without a room. */
  stop(why: StopWay, inputMs: number): void {
    const first = !this.latch.stopped;
    this.latch.stop(why);
    if (why !== "lead") this.link.send({ type: "stop", why });
    if (first) {
      this.listener.onStop(why, inputMs);
      if (why === "heartbeat") this.listener.say(SPOKEN.calmByHeartbeat);
      else this.listener.say(why === "lead" ? SPOKEN.calmByLead : SPOKEN.calmByStop);
    }
    this.listener.onChange();
  }

  /** The subject is ready to go on. */
  agree(): void {
    this.link.send({ type: "agree" });
    this.latch.agree(this.state?.view ?? null);
    this.listener.onChange();
  }

  /** Sends the rating that is chosen. */
  answer(how: How): void {
    const answer = this.rating.answer(how);
    if (answer) this.link.send(answer);
    this.listener.onChange();
  }

  /** The subject is out of sight or out of VR: an experience that is under way is held. */
  hold(why: Held): void {
    if (this.under) this.held.add(why);
    this.judge();
  }

  /** The subject goes on. */
  resume(): void {
    this.held.clear();
    this.judge();
  }

  /** Whether the subject can see the room. */
  get visible(): boolean {
    return !this.held.has("hidden");
  }

  /** Judges the connection; call it in every frame, and now and then where there are none. */
  judge(): void {
    const nowMs = this.time.nowMs();
    if (this.under && !this.latch.stopped && this.link.watchdog.trust(nowMs) === "calm") {
      this.stop("heartbeat", performance.now());
    }
    const why = this.whyFrozen(nowMs);
    if (why === this.frozenWhy) return;
    const wasFrozen = this.frozenWhy !== null;
    this.frozenWhy = why;
    if (why !== null && !wasFrozen) {
      this.state?.freeze();
      this.listener.onFreeze(true, false);
    } else if (why === null) {
      const near = this.state?.thaw(this.link.clock.roomMs(nowMs)) ?? true;
      this.listener.onFreeze(false, !near);
    }
    this.listener.onChange();
  }

  /**
   * Says again what the room does not seem to have heard: a stop, an agreement, an answer. Called now and then; what
   * was missing at the last call too is said again.
   */
  repeat(): void {
    const missing = this.missing();
    const before = this.unheard;
    this.unheard = new Set(missing.keys());
    for (const [name, message] of missing) if (before.has(name)) this.link.send(message);
  }

  /** Tells the room of this device. */
  tell(device: Device): void {
    this.link.send(device);
  }

  /** Whether an experience has begun and not ended. */
  private get under(): boolean {
    const phase = this.state?.view.phase;
    return phase === "running" || phase === "frozen";
  }

  private whyFrozen(nowMs: number): string | null {
    if (!this.state || !this.under || this.latch.stopped) return null;
    if (this.link.watchdog.trust(nowMs) !== "live") return "heartbeat";
    if (this.held.has("left")) return "left";
    if (this.held.has("hidden")) return "hidden";
    const { phase, frozen_why } = this.state.view;
    if (phase !== "frozen") return null;
    return frozen_why === "lead" ? "lead" : "room";
  }

  private missing(): Map<string, ClientMessage> {
    const missing = new Map<string, ClientMessage>();
    if (!this.state) return missing;
    const { view } = this.state;
    const repeat = this.latch.toRepeat(view);
    if (repeat === "stop") missing.set("stop", { type: "stop", why: this.latch.why ?? "word" });
    if (repeat === "agree") missing.set("agree", { type: "agree" });
    const answer = this.rating.toRepeat(view.question);
    if (answer) missing.set(`answer ${answer.question}`, answer);
    return missing;
  }

  private receive(message: Incoming): void {
    if (message.type === "patch") this.state?.patch(message);
    else if (message.type === "goodbye") this.goodbye = message.code === "restart" ? null : message;
    else if (message.type === "room") this.follow(message.room);
    else if (message.type === "welcome") {
      const before = this.state?.view.phase;
      if (this.state) this.state.greet(message);
      else {
        this.state = new RoomState(message);
        this.listener.onWelcome(message);
      }
      for (const missed of this.missing().values()) this.link.send(missed);
      this.follow(message.room, before);
    }
  }

  private follow(view: RoomView, before = this.state?.view.phase): void {
    const { state, latch } = this;
    if (!state) return;
    state.view = view;
    const stopped = latch.stopped;
    if (view.phase === "calm" && !stopped) this.stop("lead", performance.now());
    latch.follow(view);
    if (stopped && !latch.stopped) this.listener.say(SPOKEN.goOn);
    if (this.rating.follow(view.question) && view.phase === "running") this.listener.say(SPOKEN.ask);
    if (view.phase === "closed" && before !== "closed") this.listener.say(SPOKEN.closed);
    this.judge();
    this.listener.onChange();
  }

  private connected(status: Status, goodbye: Goodbye | null): void {
    if (goodbye) this.goodbye = goodbye;
    this.listener.onStatus(status, goodbye);
    this.listener.onChange();
  }
}
