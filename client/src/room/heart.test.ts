import { describe, expect, it } from "vitest";
import type { Time } from "../live/clock.ts";
import { IntervalDoubt, parseHeartRate, Strap, type StrapState } from "./heart.ts";

const bytes = (hex: string): DataView =>
  new DataView(Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)).buffer);

// Own vectors, made after the Heart Rate Service 1.0.
describe("a heart rate measurement", () => {
  it.each([
    ["165000048003", { rate_bpm: 80, contact: true, energy_kj: null, rr_s: [1, 0.875] }],
    ["104472038a03", { rate_bpm: 68, contact: null, energy_kj: null, rr_s: [882 / 1024, 906 / 1024] }],
    ["012c01", { rate_bpm: 300, contact: null, energy_kj: null, rr_s: [] }],
    ["1e3c0a000004", { rate_bpm: 60, contact: true, energy_kj: 10, rr_s: [1] }],
    ["0448", { rate_bpm: 72, contact: false, energy_kj: null, rr_s: [] }],
    ["0248", { rate_bpm: 72, contact: null, energy_kj: null, rr_s: [] }],
    ["094b000500", { rate_bpm: 75, contact: null, energy_kj: 5, rr_s: [] }],
    ["1048000403", { rate_bpm: 72, contact: null, energy_kj: null, rr_s: [1] }],
  ])("reads %s", (hex, expected) => {
    expect(parseHeartRate(bytes(hex))).toEqual(expected);
  });

  it.each(["", "00", "0148", "084800"])("refuses %s, which is cut short", (hex) => {
    expect(() => parseHeartRate(bytes(hex))).toThrow("expected at least");
  });
});

describe("doubt about intervals", () => {
  const measure = (rate_bpm: number, ...rr_s: number[]) => ({
    rate_bpm,
    contact: null,
    energy_kj: null,
    rr_s,
  });

  it("arises where each follows from the rate", () => {
    const doubt = new IntervalDoubt();
    const judged = Array.from({ length: 14 }, (_, beat) => {
      const rate = 70 + (beat % 5);
      return doubt.judge(measure(rate, Math.round((60 / rate) * 1024) / 1024));
    });
    expect(judged.slice(0, 11)).not.toContain(true);
    expect(judged.slice(11)).toEqual([true, true, true]);
  });

  it("does not arise for a heart, and passes when a strap begins to measure", () => {
    const doubt = new IntervalDoubt();
    for (let beat = 0; beat < 12; beat += 1) doubt.judge(measure(60, 1));
    expect(doubt.judge(measure(60, 1.04))).toBe(false);
    expect(doubt.judge(measure(60, 0.97, 1.02))).toBe(false);
  });
});

/** A strap that a test connects, moves and takes away. */
class FakeStrap extends EventTarget {
  connections = 0;
  reachable = true;
  readonly measurement = Object.assign(new EventTarget(), {
    value: undefined as DataView | undefined,
    startNotifications: () => Promise.resolve(),
  });
  readonly gatt = {
    connect: async () => {
      this.connections += 1;
      if (!this.reachable) throw new Error("out of reach");
      return { getPrimaryService: async () => ({ getCharacteristic: async () => this.measurement }) };
    },
  };

  notify(hex: string): void {
    this.measurement.value = bytes(hex);
    this.measurement.dispatchEvent(new Event("characteristicvaluechanged"));
  }
}

describe("a strap", () => {
  const waiting: (() => void)[] = [];
  const time: Time = {
    nowMs: () => 0,
    after: (_, action) => {
      waiting.push(action);
      return () => undefined;
    },
  };

  function wear(device: FakeStrap | null) {
    const states: StrapState[] = [];
    const rates: number[] = [];
    const bluetooth = {
      requestDevice: () => (device ? Promise.resolve(device) : Promise.reject(new Error("declined"))),
    } as unknown as Bluetooth;
    const strap = new Strap(bluetooth, time, {
      onState: (state) => states.push(state),
      onMeasurement: ({ rate_bpm }) => rates.push(rate_bpm),
    });
    return { strap, states, rates };
  }

  it("is absent where the browser has no Bluetooth", async () => {
    const strap = new Strap(undefined, time, { onState: () => undefined, onMeasurement: () => undefined });
    await strap.choose();
    expect(strap.state).toBe("absent");
  });

  it("measures, and leaves out a pulse of nothing", async () => {
    const device = new FakeStrap();
    const { strap, states, rates } = wear(device);
    await strap.choose();
    device.notify("0048");
    device.notify("0000");
    expect(states).toEqual(["connecting", "connected"]);
    expect(rates).toEqual([72]);
  });

  it("comes back by itself when it is in reach again", async () => {
    const device = new FakeStrap();
    const { strap, states } = wear(device);
    await strap.choose();
    device.reachable = false;
    device.dispatchEvent(new Event("gattserverdisconnected"));
    waiting.shift()?.();
    await Promise.resolve().then(() => Promise.resolve());
    device.reachable = true;
    await new Promise((resolve) => queueMicrotask(() => resolve(waiting.shift()?.())));
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    expect(states.at(-1)).toBe("connected");
    expect(device.connections).toBe(3);
  });

  it("takes no for an answer", async () => {
    const { strap, states } = wear(null);
    await strap.choose();
    expect(states).toEqual(["refused"]);
  });
});
