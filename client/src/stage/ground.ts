/** The ground of a city: streets with markings, pavements with kerbs, parks, and land out to the haze. */
import * as THREE from "three";
import type { CityPlan } from "./city_plan";
import { firstStreet, pitch, promenadeHalf, streetHalf } from "./city_plan";
import type { Daylight } from "./daylight";
import { groundFunctions, groundPaint, groundShared } from "./ground_paint";
import type { BakedShade } from "./shade";
import { makeSurface } from "./surface";

/** What a piece of ground is made of; the shader paints it. */
const kinds = { road: 0, paving: 1, grass: 2, plaza: 3, court: 4, land: 5, promenade: 6, stone: 7 } as const;
type Kind = keyof typeof kinds;

/** Half the width of the roadway, metres. */
export const roadHalf = 5.4;
/** Height of pavements above the roadway, metres. */
export const kerb = 0.14;
const waterLevel = -3.2;
const reach = 3000;

/** Collects flat rectangles with what the shader needs to paint them. */
class Plots {
  readonly positions: number[] = [];
  readonly normals: number[] = [];
  readonly lanes: number[] = [];
  readonly indices: number[] = [];

  /** A level rectangle; `along` says which way a road runs. */
  level(
    left: number,
    right: number,
    far: number,
    near: number,
    y: number,
    kind: Kind,
    along: "x" | "z" | "none" = "none",
  ): void {
    const middleX = (left + right) / 2;
    const middleZ = (far + near) / 2;
    const length = along === "x" ? right - left : near - far;
    for (const [x, z] of [
      [left, near],
      [right, near],
      [right, far],
      [left, far],
    ] as const) {
      const across = along === "x" ? z - middleZ : x - middleX;
      const run = along === "x" ? x - left : z - far;
      this.point(
        x,
        y,
        z,
        0,
        1,
        0,
        along === "none" ? [0, 0, 0, kinds[kind]] : [across, run, length, kinds[kind]],
      );
    }
    this.close();
  }

  /** An upright face from one ground point to another, seen from its right side. */
  wall(x0: number, z0: number, x1: number, z1: number, low: number, high: number, kind: Kind): void {
    const length = Math.hypot(x1 - x0, z1 - z0) || 1;
    const nx = -(z1 - z0) / length;
    const nz = (x1 - x0) / length;
    for (const [x, y, z] of [
      [x0, low, z0],
      [x1, low, z1],
      [x1, high, z1],
      [x0, high, z0],
    ] as const) {
      this.point(x, y, z, nx, 0, nz, [0, 0, 0, kinds[kind]]);
    }
    this.close();
  }

  /** A raised slab: top and four kerbs. */
  slab(left: number, right: number, far: number, near: number, low: number, high: number, kind: Kind): void {
    this.level(left, right, far, near, high, kind);
    this.kerbs(left, right, far, near, low, high);
  }

  kerbs(left: number, right: number, far: number, near: number, low: number, high: number): void {
    this.wall(left, near, right, near, low, high, "stone");
    this.wall(right, near, right, far, low, high, "stone");
    this.wall(right, far, left, far, low, high, "stone");
    this.wall(left, far, left, near, low, high, "stone");
  }

  private point(
    x: number,
    y: number,
    z: number,
    nx: number,
    ny: number,
    nz: number,
    lane: readonly number[],
  ): void {
    this.positions.push(x, y, z);
    this.normals.push(nx, ny, nz);
    this.lanes.push(...lane);
  }

  private close(): void {
    const at = this.positions.length / 3 - 4;
    this.indices.push(at, at + 1, at + 2, at, at + 2, at + 3);
  }
}

/** Pavement around a block and what lies inside it. */
function layBlock(plots: Plots, block: CityPlan["blocks"][number]): void {
  const walk = streetHalf - roadHalf;
  const left = block.left - (block.column === 0 ? 0 : walk);
  const right = block.right + (block.column === -1 ? 0 : walk);
  const near = block.near + walk;
  const far = block.far - walk;
  if (block.use === "plaza") return;
  if (block.use === "river") {
    plots.level(left, right, far, near, waterLevel - 0.5, "stone");
    for (const [x0, z0, x1, z1] of [
      [left, far, right, far],
      [right, near, left, near],
      [left, near, left, far],
      [right, far, right, near],
    ] as const) {
      plots.wall(x0, z0, x1, z1, waterLevel - 0.5, kerb, "stone");
    }
    return;
  }
  plots.kerbs(left, right, far, near, 0, kerb);
  if (block.use === "park") {
    plots.level(left, right, block.near, near, kerb, "paving");
    plots.level(left, right, far, block.far, kerb, "paving");
    plots.level(left, block.left, block.far, block.near, kerb, "paving");
    plots.level(block.right, right, block.far, block.near, kerb, "paving");
    plots.level(block.left, block.right, block.far, block.near, kerb, "grass");
    return;
  }
  const inset = block.use === "houses" ? 11 : 400;
  if (inset > 100) {
    plots.level(left, right, far, near, kerb, "paving");
    return;
  }
  plots.level(left, right, block.near - inset, near, kerb, "paving");
  plots.level(left, right, far, block.far + inset, kerb, "paving");
  plots.level(left, block.left + inset, block.far + inset, block.near - inset, kerb, "paving");
  plots.level(block.right - inset, right, block.far + inset, block.near - inset, kerb, "paving");
  plots.level(block.left + inset, block.right - inset, block.far + inset, block.near - inset, kerb, "court");
}

/** Roadways of the whole grid, cell by cell, with their crossings. */
function layStreets(plots: Plots, plan: CityPlan): void {
  for (const block of plan.blocks) {
    const x0 = block.column * pitch.x;
    const x1 = x0 + pitch.x;
    const z0 = firstStreet - block.row * pitch.z;
    const z1 = z0 - pitch.z;
    const half = (x: number) => (x === 0 ? promenadeHalf : roadHalf);
    plots.level(x0 + half(x0), x1 - half(x1), z0 - roadHalf, z0 + roadHalf, 0, "road", "x");
    if (block.row === -1 && block.column === 0) continue;
    if (x0 === 0) {
      plots.level(-promenadeHalf, promenadeHalf, z0 - roadHalf, z0 + roadHalf, 0, "road", "x");
      plots.slab(-promenadeHalf, promenadeHalf, z1 + roadHalf, z0 - roadHalf, 0, kerb, "promenade");
    } else {
      plots.level(x0 - roadHalf, x0 + roadHalf, z0 - roadHalf, z0 + roadHalf, 0, "road");
      plots.level(x0 - roadHalf, x0 + roadHalf, z1 + roadHalf, z0 - roadHalf, 0, "road", "z");
    }
  }
}

/** The plaza at the tower's foot; its street side is open, one step up. */
function layPlaza(plots: Plots): void {
  const left = -pitch.x + roadHalf;
  const right = pitch.x - roadHalf;
  const far = firstStreet + roadHalf;
  const near = firstStreet + pitch.z - roadHalf;
  plots.slab(left, right, far, near, 0, kerb, "plaza");
  plots.level(-promenadeHalf, promenadeHalf, firstStreet - roadHalf, firstStreet + roadHalf, 0, "road", "x");
}

function layLand(plots: Plots, plan: CityPlan): void {
  const left = Math.min(...plan.blocks.map((block) => block.column)) * pitch.x - roadHalf;
  const right = (Math.max(...plan.blocks.map((block) => block.column)) + 1) * pitch.x - roadHalf;
  const lastRow = Math.max(...plan.blocks.map((block) => block.row));
  const firstRow = Math.min(...plan.blocks.map((block) => block.row));
  const far = firstStreet - (lastRow + 1) * pitch.z + roadHalf;
  const near = firstStreet - firstRow * pitch.z + roadHalf;
  plots.level(-reach, left, -reach, reach, 0, "land");
  plots.level(right, reach, -reach, reach, 0, "land");
  plots.level(left, right, -reach, far, 0, "land");
  plots.level(left, right, near, reach, 0, "land");
}

export interface GroundSetting {
  daylight: Daylight;
  shade: BakedShade;
  noise: THREE.Texture;
}

/** Lays the ground of a planned city in one draw. */
export function makeGround(plan: CityPlan, setting: GroundSetting): THREE.Mesh {
  const plots = new Plots();
  layStreets(plots, plan);
  for (const block of plan.blocks) layBlock(plots, block);
  layPlaza(plots);
  layLand(plots, plan);
  const geometry = new THREE.BufferGeometry();
  geometry.setAttribute("position", new THREE.Float32BufferAttribute(plots.positions, 3));
  geometry.setAttribute("normal", new THREE.Float32BufferAttribute(plots.normals, 3));
  geometry.setAttribute("lane", new THREE.Float32BufferAttribute(plots.lanes, 4));
  geometry.setIndex(plots.indices);
  const material = makeSurface({
    ...setting,
    shared: groundShared,
    functions: groundFunctions,
    attributes: "attribute vec4 lane;",
    move: "vLane = lane;",
    paint: groundPaint,
    uniforms: { noise: { value: setting.noise } },
    parameters: { vertexColors: false },
  });
  return new THREE.Mesh(geometry, material);
}

/** Where the river's surface lies, metres. */
export const riverLevel = waterLevel;
