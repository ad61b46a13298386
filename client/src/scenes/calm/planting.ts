/** What grows about the clearing, and where. */
import type { TreePlace } from "../../stage/foliage";
import type { Tuft } from "../../stage/grass";
import { between, choose, type Random } from "../../stage/random";
import type { Blocker } from "../../stage/shade";
import { groundHeight, outOfLake } from "./terrain";

const leafColours = ["#6f9038", "#81993e", "#8f9d45", "#5c8238", "#a0a048"] as const;
const grassColours = ["#7f9a3a", "#8fa544", "#728f36", "#a2a950"] as const;

/** Groves that close the clearing, with bushes at their edge. */
function growWood(random: Random, plant: (x: number, z: number, height: number) => void): void {
  for (let grove = 0; grove < 27; grove++) {
    const angle = (grove / 27) * Math.PI * 2 + between(random, -0.08, 0.08);
    const away = between(random, 40, 56);
    for (let at = 0; at < 5; at++) {
      const reach = away + between(random, -5, 11);
      const x = 4 + Math.cos(angle) * reach * 1.12 + between(random, -6, 6);
      const z = -27 + Math.sin(angle) * reach * 0.88 + between(random, -5, 5);
      if (outOfLake(x, z) < 1.22 || Math.hypot(x, z) < 11) continue;
      plant(x, z, at === 0 ? between(random, 2.6, 3.6) : between(random, 8, 15));
    }
  }
}

/** A wood about the clearing, open over the water. */
export function plantTrees(random: Random): TreePlace[] {
  const trees: TreePlace[] = [];
  const plant = (x: number, z: number, height: number) =>
    trees.push({
      x,
      y: groundHeight(x, z) - (height < 4 ? 0.5 * height : 0.1),
      z,
      height,
      colour: choose(random, leafColours),
    });
  for (const [x, z, height] of [
    [-10.5, 1.5, 9.5],
    [-15, 8, 11],
    [10.5, 4.5, 10],
    [16.5, -1.5, 9],
    [-5, 13, 10],
    [6, 14, 11.5],
    [0.5, 19, 9],
  ] as const)
    plant(x, z, height);
  growWood(random, plant);
  return trees;
}

/** Grass about the feet, thinner with distance; none in the water nor where one stands. */
export function sowGrass(random: Random, count: number): Tuft[] {
  const tufts: Tuft[] = [];
  while (tufts.length < count) {
    const angle = between(random, 0, Math.PI * 2);
    const away = 0.9 + 15 * random() ** 1.5;
    const x = Math.cos(angle) * away;
    const z = Math.sin(angle) * away;
    if (outOfLake(x, z) < 1.1) continue;
    tufts.push({
      x,
      y: groundHeight(x, z) - 0.02,
      z,
      height: between(random, 0.16, 0.34) * Math.min(1, away / 2.2),
      colour: choose(random, grassColours),
    });
  }
  return tufts;
}

/** Places along the shore where reeds or flowers gather. */
export function alongShore(
  random: Random,
  count: number,
  low: number,
  high: number,
  tall: readonly [number, number],
  colour: string,
): Tuft[] {
  const tufts: Tuft[] = [];
  for (let tries = 0; tufts.length < count && tries < count * 400; tries++) {
    const x = between(random, -26, 32);
    const z = between(random, -40, -3);
    const out = outOfLake(x, z);
    const gathered = Math.sin(x * 0.45 + 1) + Math.sin(z * 0.6) > 0.25;
    if (out < low || out > high || !gathered || (Math.abs(x) < 4.5 && z > -12)) continue;
    tufts.push({ x, y: groundHeight(x, z) - 0.03, z, height: between(random, tall[0], tall[1]), colour });
  }
  return tufts;
}

/** Flowers among the grass. */
export function scatterFlowers(random: Random, count: number): Tuft[] {
  return sowGrass(random, count).map((tuft) => ({ ...tuft, height: between(random, 0.26, 0.44) }));
}

/** What the trees take of the light, as upright blocks. */
export function shadesOf(trees: readonly TreePlace[]): Blocker[] {
  return trees.map(({ x, z, height }) => ({
    x,
    z,
    width: height * 0.55,
    depth: height * 0.55,
    height: height * 0.82,
  }));
}
