/** Requests that wait for the room's answer. */
import type { Refused } from "../wire/generated.ts";

/** Why a request was not carried out, in the words of the room: what it got, what it expected, what to do next. */
export class RequestRefused extends Error {
  readonly refusal: Refused;

  constructor(refusal: Refused) {
    super(`got ${refusal.got}, expected ${refusal.expected}; ${refusal.next}`);
    this.name = "RequestRefused";
    this.refusal = refusal;
  }
}

/** Numbers requests and settles each with the room's answer. */
export class Requests {
  private readonly waiting = new Map<
    number,
    { resolve: () => void; reject: (reason: RequestRefused) => void }
  >();
  private nextNumber = 1;

  /** Goes on counting where the room expects it. */
  continueAt(number: number): void {
    this.nextNumber = number;
  }

  /** Takes the next number, hands it to `send`, and waits for the answer; `send` says whether it could be sent. */
  make(send: (number: number) => boolean): Promise<void> {
    const number = this.nextNumber;
    return new Promise((resolve, reject) => {
      if (!send(number)) {
        reject(lost(number, "no connection"));
        return;
      }
      this.nextNumber += 1;
      this.waiting.set(number, { resolve, reject });
    });
  }

  /** The room carried it out. */
  acknowledge(number: number): void {
    this.waiting.get(number)?.resolve();
    this.waiting.delete(number);
  }

  /** The room refused it. False when nobody waits for this answer. */
  refuse(refusal: Refused): boolean {
    const request = refusal.number === null ? undefined : this.waiting.get(refusal.number);
    if (!request || refusal.number === null) return false;
    this.waiting.delete(refusal.number);
    request.reject(new RequestRefused(refusal));
    return true;
  }

  /** The connection ended before the room answered: whether it acted is to be seen in its events. */
  abandon(): void {
    for (const [number, { reject }] of this.waiting) reject(lost(number, "the connection ended first"));
    this.waiting.clear();
  }
}

function lost(number: number, got: string): RequestRefused {
  const next = "wait until the room is back, look at its state, then ask again";
  return new RequestRefused({
    type: "refused",
    number,
    code: "unavailable",
    got,
    expected: "an answer of the room",
    next,
  });
}
