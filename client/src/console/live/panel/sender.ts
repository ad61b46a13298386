import type { Time } from "../../../live/clock.ts";

type Values = Record<string, unknown>;

/** What became of the last command: nothing yet, waiting for its turn or its answer, done, or refused. */
export type Outcome =
  | { kind: "idle" }
  | { kind: "sending" }
  | { kind: "done" }
  | { kind: "refused"; error: unknown };

/**
 * Sends one command no more often than its experience allows. What comes meanwhile waits, and of that only the latest
 * is sent: a held key or a hasty hand never floods the room.
 */
export class Sender {
  private waiting: Values | null = null;
  private busy = false;
  private nextMs = Number.NEGATIVE_INFINITY;
  private readonly everyMs: number;
  private readonly time: Time;
  private readonly give: (values: Values) => Promise<void>;
  private readonly tell: (outcome: Outcome) => void;

  constructor(
    everyMs: number,
    time: Time,
    give: (values: Values) => Promise<void>,
    tell: (outcome: Outcome) => void,
  ) {
    this.everyMs = everyMs;
    this.time = time;
    this.give = give;
    this.tell = tell;
  }

  /** Sends these values, now or as soon as it may be. */
  send(values: Values): void {
    this.waiting = values;
    this.tell({ kind: "sending" });
    if (!this.busy) this.turn();
  }

  private turn(): void {
    this.busy = true;
    const waitMs = this.nextMs - this.time.nowMs();
    if (waitMs > 0) this.time.after(waitMs, () => this.deliver());
    else this.deliver();
  }

  private deliver(): void {
    const values = this.waiting;
    this.waiting = null;
    if (values === null) {
      this.busy = false;
      return;
    }
    // A little more than the room asks for: its clock and ours count the same interval differently.
    this.nextMs = this.time.nowMs() + this.everyMs * 1.1;
    this.give(values).then(
      () => this.settle({ kind: "done" }),
      (error: unknown) => this.settle({ kind: "refused", error }),
    );
  }

  private settle(outcome: Outcome): void {
    if (this.waiting !== null) {
      this.turn();
      return;
    }
    this.busy = false;
    this.tell(outcome);
  }
}
