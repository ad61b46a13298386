import { describe, expect, it } from "vitest";
import type { Time } from "../../../live/clock.ts";
import { type Outcome, Sender } from "./sender.ts";

class HandTime implements Time {
  private ms = 0;
  private waiting: { atMs: number; action: () => void }[] = [];

  nowMs(): number {
    return this.ms;
  }

  after(delayMs: number, action: () => void): () => void {
    const entry = { atMs: this.ms + delayMs, action };
    this.waiting.push(entry);
    return () => {
      this.waiting = this.waiting.filter((one) => one !== entry);
    };
  }

  async pass(ms: number): Promise<void> {
    const endMs = this.ms + ms;
    for (;;) {
      await settled();
      const next = this.waiting.toSorted((a, b) => a.atMs - b.atMs)[0];
      if (!next || next.atMs > endMs) break;
      this.ms = next.atMs;
      this.waiting = this.waiting.filter((one) => one !== next);
      next.action();
    }
    this.ms = endMs;
  }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
}

function made(give: (values: Record<string, unknown>) => Promise<void>) {
  const time = new HandTime();
  const outcomes: Outcome["kind"][] = [];
  return { time, outcomes, sender: new Sender(200, time, give, (outcome) => outcomes.push(outcome.kind)) };
}

describe("Sender", () => {
  it("sends at once, and tells when the room has carried it out", async () => {
    const sent: unknown[] = [];
    const { sender, outcomes } = made(async (values) => void sent.push(values.height_m));
    sender.send({ height_m: 3 });
    await settled();
    expect(sent).toEqual([3]);
    expect(outcomes).toEqual(["sending", "done"]);
  });

  it("of many in a hurry sends the first and the last, no closer than the room allows", async () => {
    const sent: [number, unknown][] = [];
    const { sender, time } = made(async (values) => void sent.push([time.nowMs(), values.height_m]));
    for (let height = 1; height <= 20; height += 1) {
      sender.send({ height_m: height });
      await time.pass(5);
    }
    await time.pass(1000);
    expect(sent.map(([, height]) => height)).toEqual([1, 20]);
    expect((sent[1]?.[0] ?? 0) - (sent[0]?.[0] ?? 0)).toBeGreaterThanOrEqual(200);
  });

  it("tells a refusal, and can send again", async () => {
    let refuse = true;
    const { sender, outcomes, time } = made(() =>
      refuse ? Promise.reject(new Error("no")) : Promise.resolve(),
    );
    sender.send({ height_m: 3 });
    await settled();
    refuse = false;
    sender.send({ height_m: 4 });
    await time.pass(500);
    expect(outcomes).toEqual(["sending", "refused", "sending", "done"]);
  });
});
