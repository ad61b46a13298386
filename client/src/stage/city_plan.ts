/** The plan of a city: where its streets, houses, parks and river lie. Pure data, no drawing. */
import { between, choose, mulberry32, type Random } from "./random";

/** What a block of the grid holds. */
export type BlockUse = "houses" | "towers" | "park" | "plaza" | "river";

/** An upright building on the ground; sizes in metres. */
export interface Building {
  x: number;
  z: number;
  width: number;
  depth: number;
  height: number;
  /** 0 masonry with windows, 1 ribbons of glass, 2 curtain wall. */
  style: number;
  /** Pitched roof rather than a flat one. */
  pitched: boolean;
  wall: string;
  seed: number;
}

/** A rectangle of ground between streets. */
export interface Block {
  left: number;
  right: number;
  /** Nearer edge (larger z). */
  near: number;
  far: number;
  use: BlockUse;
  column: number;
  row: number;
}

export interface Plant {
  x: number;
  z: number;
  height: number;
}

export interface CityPlan {
  blocks: Block[];
  buildings: Building[];
  /** Buildings so far away that only their outline matters. */
  skyline: Building[];
  trees: Plant[];
}

/** Streets run at these distances, metres between their middles. */
export const pitch = { x: 86, z: 74 } as const;
/** Half the width of a street from house front to house front. */
export const streetHalf = 9;
/** The plaza's street in front of the tower. */
export const firstStreet = -46;
/** Half of the middle avenue, a walk under trees without cars. */
export const promenadeHalf = 13;

const columns = { first: -7, last: 6 } as const;
const rows = { first: -3, last: 8 } as const;
const riverRow = 4;

const walls = [
  "#d9c7a8",
  "#e2d4bb",
  "#c9ad8b",
  "#d3bfa6",
  "#bfae9b",
  "#e6dccb",
  "#c6a083",
  "#d8cdbd",
] as const;
const modern = ["#c9ced0", "#b9c2c6", "#d8d6d0", "#a9b4ba"] as const;

function useOf(column: number, row: number): BlockUse {
  if (row === riverRow) return "river";
  if (row === -1 && (column === 0 || column === -1)) return "plaza";
  if (column === 0 && (row === 1 || row === 2)) return "park";
  if (column === -4 && row === 1) return "park";
  if (row > riverRow && column > 0) return "towers";
  if (column > 3 && row > 1) return "towers";
  return "houses";
}

/** Left edge of a column's block; the promenade between columns -1 and 0 is wider. */
function edges(column: number, row: number): Omit<Block, "use" | "column" | "row"> {
  const left = column * pitch.x + (column === 0 ? promenadeHalf : streetHalf);
  const right = (column + 1) * pitch.x - (column === -1 ? promenadeHalf : streetHalf);
  const near = firstStreet - row * pitch.z - streetHalf;
  return { left, right, near, far: near - pitch.z + 2 * streetHalf };
}

function layBlocks(): Block[] {
  const blocks: Block[] = [];
  for (let row = rows.first; row <= rows.last; row++) {
    for (let column = columns.first; column <= columns.last; column++) {
      blocks.push({ ...edges(column, row), use: useOf(column, row), column, row });
    }
  }
  return blocks;
}

/** Houses wall to wall along one side of a block. */
function lineSide(random: Random, block: Block, side: number, into: Building[]): void {
  const deep = 12.5;
  const across = side < 2;
  const from = across ? block.left : block.far + deep;
  const to = across ? block.right : block.near - deep;
  const middle = [block.near - deep / 2, block.far + deep / 2, block.left + deep / 2, block.right - deep / 2][
    side
  ] as number;
  for (let at = from; at < to - 1; ) {
    let wide = between(random, 11, 21);
    if (to - at - wide < 9) wide = to - at;
    const height = 3.4 * Math.floor(between(random, 4, 8)) + 1.2;
    const style = random() < 0.16 ? 1 : 0;
    const place = across
      ? { x: at + wide / 2, z: middle, width: wide, depth: deep }
      : { x: middle, z: at + wide / 2, width: deep, depth: wide };
    const wall = choose(random, style === 0 ? walls : modern);
    into.push({ ...place, height, style, pitched: style === 0 && random() < 0.62, wall, seed: random() });
    at += wide;
  }
}

/** Two to four free-standing towers on a block. */
function standTowers(random: Random, block: Block, into: Building[]): void {
  const count = Math.floor(between(random, 2, 5));
  const step = (block.right - block.left) / count;
  for (let at = 0; at < count; at++) {
    const height = between(random, 32, 60) + (random() < 0.4 ? between(random, 30, 90) : 0);
    into.push({
      x: block.left + step * (at + 0.5),
      z: between(random, block.far + 16, block.near - 16),
      width: step - between(random, 3, 8),
      depth: between(random, 20, 30),
      height,
      style: random() < 0.55 ? 2 : 1,
      pitched: false,
      wall: choose(random, modern),
      seed: random(),
    });
  }
}

/** A house on the outer side of the plaza, so that the square is a room. */
function closePlaza(random: Random, block: Block, into: Building[]): void {
  const out = block.column < 0 ? block.left + 9 : block.right - 9;
  for (const z of [block.near - 10, block.near - 30]) {
    const height = 3.4 * Math.floor(between(random, 4, 6)) + 1.2;
    into.push({
      x: out,
      z,
      width: 18,
      depth: 20,
      height,
      style: 0,
      pitched: true,
      wall: choose(random, walls),
      seed: random(),
    });
  }
}

/** Trees over a park, in loose groups. */
function plantPark(random: Random, block: Block, into: Plant[]): void {
  for (let at = 0; at < 34; at++) {
    into.push({
      x: between(random, block.left + 3, block.right - 3),
      z: between(random, block.far + 3, block.near - 3),
      height: between(random, 6, 12),
    });
  }
}

function plantCourt(random: Random, block: Block, into: Plant[]): void {
  for (let at = 0; at < 3; at++) {
    into.push({
      x: between(random, block.left + 17, block.right - 17),
      z: between(random, block.far + 16, block.near - 16),
      height: between(random, 6, 10),
    });
  }
}

function plantPromenade(random: Random, into: Plant[]): void {
  for (let z = firstStreet - 16; z > firstStreet - 4 * pitch.z + 12; z -= 9) {
    const fromStreet = (firstStreet - z) % pitch.z;
    if (fromStreet < 13 || fromStreet > pitch.z - 13) continue;
    for (const x of [-7.5, 7.5])
      into.push({ x, z: z + between(random, -0.6, 0.6), height: between(random, 7, 9.5) });
  }
}

/** The towers of the other quarters, out to where the haze takes them. */
function raiseSkyline(random: Random): Building[] {
  const skyline: Building[] = [];
  while (skyline.length < 480) {
    const angle = between(random, 0, Math.PI * 2);
    const away = 560 + 900 * random() ** 1.3;
    const x = Math.sin(angle) * away;
    const z = Math.cos(angle) * away - 120;
    if (Math.abs(x) < 620 && z > -690 && z < 190) continue;
    const downtown = Math.exp(-(((x - 560) / 380) ** 2) - ((z + 900) / 340) ** 2);
    const second = Math.exp(-(((x + 950) / 240) ** 2) - ((z + 500) / 300) ** 2);
    const height =
      between(random, 10, 30) + (downtown * between(random, 30, 190) + second * between(random, 20, 120));
    const wide = between(random, 18, 52);
    skyline.push({
      x,
      z,
      width: wide,
      depth: between(random, 18, 46),
      height,
      style: height > 60 ? 2 : 0,
      pitched: false,
      wall: choose(random, height > 60 ? modern : walls),
      seed: random(),
    });
  }
  return skyline;
}

/** Plans a city; the same seed gives the same city. */
export function planCity(seed: number): CityPlan {
  const random = mulberry32(seed);
  const blocks = layBlocks();
  const buildings: Building[] = [];
  const trees: Plant[] = [];
  for (const block of blocks) {
    if (block.use === "houses") {
      for (let side = 0; side < 4; side++) lineSide(random, block, side, buildings);
      if (Math.abs(block.column) < 4 && block.row < 4) plantCourt(random, block, trees);
    } else if (block.use === "towers") standTowers(random, block, buildings);
    else if (block.use === "park") plantPark(random, block, trees);
    else if (block.use === "plaza") closePlaza(random, block, buildings);
  }
  plantPromenade(random, trees);
  return { blocks, buildings, skyline: raiseSkyline(random), trees };
}
