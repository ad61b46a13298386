/** The square as people use it: where things stand, and the ways between them. */
import { firstStreet } from "../../stage/city_plan";
import { kerb, roadHalf } from "../../stage/ground";
import type { Walk } from "../../stage/people";
import { between, type Random } from "../../stage/random";

/** Middle of the fountain, metres. */
export const fountain = { x: 13, z: -18 } as const;
export const kiosks = [
  { x: -17, z: -27 },
  { x: 27, z: -13 },
] as const;
/** Benches in a ring about the fountain and in a row before the lift; `turn` in radians. */
export const benches: readonly { x: number; z: number; turn: number }[] = [
  ...Array.from({ length: 8 }, (_, at) => {
    const angle = (at + 0.5) * (Math.PI / 4);
    return {
      x: fountain.x + 9.2 * Math.cos(angle),
      z: fountain.z + 9.2 * Math.sin(angle),
      turn: Math.PI / 2 - angle,
    };
  }),
  ...[-11, -5.5, 5.5, 11].map((x) => ({ x, z: -8.5, turn: 0 })),
];

/** Discs that nobody walks through. */
export const obstacles: readonly { x: number; z: number; radius: number }[] = [
  { ...fountain, radius: 5.6 },
  ...kiosks.map((kiosk) => ({ ...kiosk, radius: 3.4 })),
  ...benches.map(({ x, z }) => ({ x, z, radius: 1.2 })),
  { x: 0, z: 0, radius: 4 },
];

/** A band of the square in which people walk to and fro; ranges are low, high. */
interface Stroll {
  count: number;
  x: readonly [number, number];
  z: readonly [number, number];
  heading: readonly [number, number];
  length: readonly [number, number];
}

const beforeStreet = firstStreet + roadHalf + 1.6;
const beyondStreet = firstStreet - roadHalf - 1.8;
const north = -Math.PI / 2;
const strolls: readonly Stroll[] = [
  { count: 28, x: [-40, 30], z: [-31, -9.5], heading: [-0.12, 0.12], length: [12, 26] },
  { count: 10, x: [-6, 4], z: [-26, -10], heading: [north - 0.2, north + 0.2], length: [5, 10] },
  { count: 8, x: [10.4, 12.2], z: [-100, -60], heading: [north, north], length: [20, 38] },
  { count: 8, x: [-12.2, -10.4], z: [-100, -60], heading: [north, north], length: [20, 38] },
  { count: 14, x: [-80, 50], z: [beforeStreet - 0.9, beforeStreet + 0.9], heading: [0, 0], length: [20, 40] },
  { count: 14, x: [-80, 50], z: [beyondStreet - 0.9, beyondStreet + 0.9], heading: [0, 0], length: [20, 40] },
];

/** Whether a walk keeps clear of everything that stands on the square. */
function isClear(walk: Walk): boolean {
  return obstacles.every(({ x, z, radius }) => {
    const along = [Math.cos(walk.heading), Math.sin(walk.heading)] as const;
    const run = (x - walk.x) * along[0] + (z - walk.z) * along[1];
    const nearest = Math.min(walk.length, Math.max(0, run));
    return Math.hypot(walk.x + along[0] * nearest - x, walk.z + along[1] * nearest - z) > radius;
  });
}

/** Where people walk, and where they stand about the fountain. */
export function planWalks(random: Random): Walk[] {
  const within = (range: readonly [number, number]) => between(random, range[0], range[1]);
  const stroll = (band: Stroll): Walk => ({
    x: within(band.x),
    y: kerb,
    z: within(band.z),
    heading: within(band.heading),
    length: within(band.length),
    speed: between(random, 1, 1.5),
    phase: between(random, 0, 200),
  });
  const strolling = strolls.flatMap((band) =>
    Array.from({ length: band.count * 3 }, () => stroll(band))
      .filter(isClear)
      .slice(0, band.count),
  );
  const standing = Array.from({ length: 16 }, () => {
    const angle = between(random, 0, Math.PI * 2);
    const away = between(random, 5.8, 7.4);
    const place = { x: fountain.x + away * Math.cos(angle), y: kerb, z: fountain.z + away * Math.sin(angle) };
    return { ...place, heading: between(random, 0, Math.PI * 2), length: 0, speed: 0, phase: 0 };
  });
  return [...strolling, ...standing];
}
