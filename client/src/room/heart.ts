/** A heart-rate strap over Web Bluetooth: the Heart Rate service (0x180D), Heart Rate Measurement (0x2A37). */
import type { Time } from "../live/clock.ts";

/** One measurement. `contact` is null where the strap cannot tell, `energy_kj` where it does not. */
export interface HeartMeasurement {
  rate_bpm: number;
  contact: boolean | null;
  energy_kj: number | null;
  /** Intervals between beats in seconds, oldest first. */
  rr_s: number[];
}

/** Reads a Heart Rate Measurement (Heart Rate Service 1.0, section 3.1); throws when it is cut short. */
export function parseHeartRate(view: DataView): HeartMeasurement {
  const flags = view.byteLength > 0 ? view.getUint8(0) : 0;
  const wide = (flags & 1) !== 0;
  const hasEnergy = (flags & 8) !== 0;
  const least = 1 + (wide ? 2 : 1) + (hasEnergy ? 2 : 0);
  if (view.byteLength < least) {
    throw new Error(`got a heart rate of ${view.byteLength} bytes, expected at least ${least}`);
  }
  let at = 1;
  const rate_bpm = wide ? view.getUint16(at, true) : view.getUint8(at);
  at += wide ? 2 : 1;
  const energy_kj = hasEnergy ? view.getUint16(at, true) : null;
  at += hasEnergy ? 2 : 0;
  const rr_s: number[] = [];
  if (flags & 16) {
    for (; at + 2 <= view.byteLength; at += 2) rr_s.push(view.getUint16(at, true) / 1024);
  }
  return { rate_bpm, contact: flags & 4 ? (flags & 2) !== 0 : null, energy_kj, rr_s };
}

const JUDGED = 12;
const SAME_S = 0.003;

/** Notices straps that make their intervals up from the rate: always 60 / rate, where a heart never is so even. */
export class IntervalDoubt {
  private readonly even: boolean[] = [];

  /** Takes a measurement; true while the last intervals all follow from the rate. */
  judge({ rate_bpm, rr_s }: HeartMeasurement): boolean {
    for (const interval of rr_s) {
      this.even.push(Math.abs(interval - 60 / rate_bpm) < SAME_S);
      if (this.even.length > JUDGED) this.even.shift();
    }
    return this.even.length === JUDGED && this.even.every(Boolean);
  }
}

export type StrapState = "absent" | "idle" | "connecting" | "connected" | "lost" | "refused";

/** What the strap tells the page. */
export interface StrapListener {
  onState(state: StrapState): void;
  /** `madeUp`: the intervals are not measured, only worked out from the rate. */
  onMeasurement(measurement: HeartMeasurement, madeUp: boolean): void;
}

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 10_000;

export class Strap {
  state: StrapState;
  private readonly bluetooth: Bluetooth | undefined;
  private readonly time: Time;
  private readonly listener: StrapListener;
  private readonly doubt = new IntervalDoubt();
  private attempts = 0;

  constructor(bluetooth: Bluetooth | undefined, time: Time, listener: StrapListener) {
    this.bluetooth = bluetooth;
    this.time = time;
    this.listener = listener;
    this.state = bluetooth ? "idle" : "absent";
  }

  /** Lets the subject choose a strap; call it from a gesture. */
  async choose(): Promise<void> {
    if (!this.bluetooth) return;
    try {
      const device = await this.bluetooth.requestDevice({ filters: [{ services: ["heart_rate"] }] });
      device.addEventListener("gattserverdisconnected", () => this.retry(device));
      await this.connect(device);
    } catch {
      this.become("refused");
    }
  }

  private async connect(device: BluetoothDevice): Promise<void> {
    this.become("connecting");
    const server = await device.gatt?.connect();
    const service = await server?.getPrimaryService("heart_rate");
    const measurement = await service?.getCharacteristic("heart_rate_measurement");
    if (!measurement) throw new Error("got a device without a heart rate, expected a heart-rate strap");
    measurement.addEventListener("characteristicvaluechanged", () => {
      if (measurement.value) this.take(measurement.value);
    });
    await measurement.startNotifications();
    this.attempts = 0;
    this.become("connected");
  }

  private take(value: DataView): void {
    const measurement = parseHeartRate(value);
    if (measurement.rate_bpm > 0) this.listener.onMeasurement(measurement, this.doubt.judge(measurement));
  }

  private retry(device: BluetoothDevice): void {
    this.become("lost");
    const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.attempts);
    this.attempts += 1;
    this.time.after(waitMs, () => {
      this.connect(device).catch(() => this.retry(device));
    });
  }

  private become(state: StrapState): void {
    this.state = state;
    this.listener.onState(state);
  }
}
