import { describe, expect, it } from "vitest";
import { type Pose, packPose, type Rigid, unpackPose } from "./pose.ts";

/** A small seeded generator, so that a failure can be met again. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function anyRigid(random: () => number): Rigid {
  const [x, y, z, w] = [random() - 0.5, random() - 0.5, random() - 0.5, random() - 0.5];
  const norm = Math.hypot(x, y, z, w) || 1;
  const metres = (): number => (random() - 0.5) * 60;
  return [metres(), metres(), metres(), x / norm, y / norm, z / norm, w / norm];
}

function angle(a: Rigid, b: Rigid): number {
  const dot = Math.abs(a[3] * b[3] + a[4] * b[4] + a[5] * b[5] + a[6] * b[6]);
  return 2 * Math.acos(Math.min(1, dot));
}

const IDENTITY: Rigid = [0, 1.6, 0, 0, 0, 0, 1];
const hand = (at: Rigid) => ({ at, tracked: false, pressed: false });
const pose = (more: Partial<Pose>): Pose => ({
  captured_us: 1_800_000_000_000_000,
  presenting: true,
  head: IDENTITY,
  left: null,
  right: null,
  ...more,
});

describe("a packed pose", () => {
  it("takes 43 bytes with both hands, and 12 less without one", () => {
    const both = pose({ left: hand(IDENTITY), right: hand(IDENTITY) });
    expect(packPose(both)).toHaveLength(43);
    expect(packPose({ ...both, left: null })).toHaveLength(31);
    expect(packPose(pose({}))).toHaveLength(19);
  });

  it("comes back within half a millimetre and a hundredth of a degree", () => {
    const random = generator(11);
    for (let round = 0; round < 2000; round += 1) {
      const before = pose({
        head: anyRigid(random),
        left: hand(anyRigid(random)),
        right: hand(anyRigid(random)),
      });
      const after = unpackPose(packPose(before));
      for (const [sent, got] of [
        [before.head, after.head],
        [before.left?.at, after.left?.at],
        [before.right?.at, after.right?.at],
      ] as [Rigid, Rigid][]) {
        for (let axis = 0; axis < 3; axis += 1) {
          expect(Math.abs((sent[axis] as number) - (got[axis] as number))).toBeLessThan(0.000501);
        }
        expect(angle(sent, got)).toBeLessThan((0.01 * Math.PI) / 180);
      }
    }
  });

  it("keeps who follows, what they are and when it was", () => {
    for (let flags = 0; flags < 128; flags += 1) {
      const side = (present: number, tracked: number, pressed: number) =>
        flags & present
          ? { at: IDENTITY, tracked: (flags & tracked) !== 0, pressed: (flags & pressed) !== 0 }
          : null;
      const before = pose({ left: side(1, 4, 16), right: side(2, 8, 32), presenting: (flags & 64) !== 0 });
      const after = unpackPose(packPose(before));
      expect(after.presenting).toBe(before.presenting);
      expect([after.left?.tracked, after.left?.pressed]).toEqual([
        before.left?.tracked,
        before.left?.pressed,
      ]);
      expect([after.right?.tracked, after.right?.pressed]).toEqual([
        before.right?.tracked,
        before.right?.pressed,
      ]);
      expect(after.captured_us).toBe(before.captured_us);
    }
  });

  it("holds positions that are too far at the limit", () => {
    const { head } = unpackPose(packPose(pose({ head: [1e6, -1e6, Number.NaN, 0, 0, 0, 1] })));
    expect(head.slice(0, 3)).toEqual([32.767, -32.767, 0]);
  });

  it("ignores bytes of a later version and refuses what is cut short", () => {
    const packed = packPose(pose({ left: hand(IDENTITY) }));
    expect(unpackPose(new Uint8Array([...packed, 1, 2, 3])).left).not.toBeNull();
    expect(() => unpackPose(packed.subarray(0, 30))).toThrow("got a pose of 30 bytes, expected 31");
  });

  it("has the layout that its description gives", () => {
    const packed = packPose(
      pose({ head: [0.001, -0.002, 0.256, 0, 0, 0, 1], captured_us: 0x010203040506 * 100 }),
    );
    const middle = 16_383n | (16_383n << 15n) | (16_383n << 30n);
    const rotation = (middle << 2n) | 3n;
    const bytes = Array.from({ length: 6 }, (_, index) => Number((rotation >> BigInt(8 * index)) & 255n));
    expect([...packed]).toEqual([64, 6, 5, 4, 3, 2, 1, 1, 0, 254, 255, 0, 1, ...bytes]);
  });
});
