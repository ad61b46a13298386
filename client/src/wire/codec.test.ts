import { encode } from "@msgpack/msgpack";
import { describe, expect, it } from "vitest";
import { decodeFrame, encodeMessage, encodePoseFrame } from "./codec.ts";
import { POSE, POSES } from "./generated.ts";
import { packPose } from "./pose.ts";

const frame = (bytes: Iterable<number>): ArrayBuffer => new Uint8Array([...bytes]).buffer;

const packed = packPose({
  captured_us: 1_700_000_000_000_000,
  presenting: false,
  head: [0, 1.6, 0, 0, 0, 0, 1],
  left: null,
  right: null,
});

describe("frames", () => {
  it("leaves out what is undefined, which the room would refuse as unknown", () => {
    const bytes = encodeMessage({ type: "device", presenting: true, visible: true, battery: undefined });
    expect(decodeFrame(bytes.slice().buffer)).toEqual({ type: "device", presenting: true, visible: true });
  });

  it("keeps whole microseconds exactly", () => {
    const sent_us = 1_795_000_123_456_789;
    expect(decodeFrame(encodeMessage({ type: "ping", sent_us }).slice().buffer)).toEqual({
      type: "ping",
      sent_us,
    });
  });

  it("marks a pose by its first byte", () => {
    const bytes = encodePoseFrame(packed);
    expect(bytes[0]).toBe(POSE);
    expect(bytes.subarray(1)).toEqual(packed);
  });

  it("reads joined poses by their slots", () => {
    const one = [packed.length & 255, packed.length >> 8, ...packed];
    const read = decodeFrame(frame([POSES, 3, ...one, 9, ...one]));
    if (read.type !== "poses") throw new Error("expected poses");
    expect(read.poses.map(({ slot }) => slot)).toEqual([3, 9]);
    expect(read.poses[1]?.pose.head[1]).toBeCloseTo(1.6, 3);
  });

  it("refuses poses that end too early, wherever that is", () => {
    const whole = [POSES, 3, packed.length & 255, packed.length >> 8, ...packed];
    for (let length = 2; length < whole.length; length += 1) {
      expect(() => decodeFrame(frame(whole.slice(0, length)))).toThrow();
    }
    expect(() => decodeFrame(frame(whole))).not.toThrow();
  });

  it("refuses what is no message", () => {
    expect(() => decodeFrame(frame(encode([1, 2])))).toThrow("without a type");
    expect(() => decodeFrame(frame([0xc1]))).toThrow();
  });
});
