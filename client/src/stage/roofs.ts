/** What stands on roofs: pitched tiles, chimneys, lift houses and machines. */
import * as THREE from "three";
import type { Building } from "./city_plan";
import type { Daylight } from "./daylight";
import { Form } from "./form";
import { between, choose, type Random } from "./random";
import type { BakedShade } from "./shade";
import { makeSurface } from "./surface";

const tiles = ["#9c5a3c", "#a9694a", "#8b5640", "#6b6663", "#5b6166", "#b07a58"] as const;

/** A hipped roof on a unit square, ridge along X at height 1. */
function hipped(): THREE.BufferGeometry {
  const form = new Form();
  const white = "#ffffff";
  form.quad(
    [
      [-0.5, 0, 0.5],
      [0.5, 0, 0.5],
      [0.28, 1, 0.02],
      [-0.28, 1, 0.02],
    ],
    white,
  );
  form.quad(
    [
      [0.5, 0, -0.5],
      [-0.5, 0, -0.5],
      [-0.28, 1, -0.02],
      [0.28, 1, -0.02],
    ],
    white,
  );
  form.quad(
    [
      [0.5, 0, 0.5],
      [0.5, 0, -0.5],
      [0.28, 1, -0.02],
      [0.28, 1, 0.02],
    ],
    white,
  );
  form.quad(
    [
      [-0.5, 0, -0.5],
      [-0.5, 0, 0.5],
      [-0.28, 1, 0.02],
      [-0.28, 1, -0.02],
    ],
    white,
  );
  form.quad(
    [
      [-0.28, 1, 0.02],
      [0.28, 1, 0.02],
      [0.28, 1, -0.02],
      [-0.28, 1, -0.02],
    ],
    white,
  );
  return form.geometry();
}

export interface RoofSetting {
  daylight: Daylight;
  shade: BakedShade;
  noise: THREE.Texture;
}

/** Pitched roofs in one draw. */
export function makePitchedRoofs(
  buildings: readonly Building[],
  random: Random,
  setting: RoofSetting,
): THREE.InstancedMesh {
  const pitched = buildings.filter((building) => building.pitched);
  const material = makeSurface({
    ...setting,
    shared: "uniform sampler2D noise;",
    paint: `
float courses = vWorld.y * 3.2;
float width = fwidth(courses);
float row = mix(0.5, fract(courses), 1.0 - smoothstep(0.3, 0.9, width));
albedo *= (0.80 + 0.16 * row) * (0.78 + 0.44 * texture2D(noise, vWorld.xz * 0.06 + vWorld.y * 0.03).g);
open.x = max(open.x, 0.0);
`,
    uniforms: { noise: { value: setting.noise } },
  });
  const mesh = new THREE.InstancedMesh(hipped(), material, pitched.length);
  const matrix = new THREE.Matrix4();
  const turned = new THREE.Matrix4().makeRotationY(Math.PI / 2);
  const colour = new THREE.Color();
  pitched.forEach((building, at) => {
    const alongX = building.width >= building.depth;
    const long = Math.max(building.width, building.depth) + 0.5;
    const short = Math.min(building.width, building.depth) + 0.5;
    matrix.makeScale(long, Math.min(short * 0.34, 4.6), short);
    if (!alongX) matrix.premultiply(turned);
    matrix.setPosition(building.x, building.height - 0.1, building.z);
    mesh.setMatrixAt(at, matrix);
    mesh.setColorAt(at, colour.set(choose(random, tiles)));
  });
  mesh.frustumCulled = false;
  return mesh;
}

/** A box on a roof: where its foot stands, its size and colour. */
interface RoofBox {
  at: readonly [number, number, number];
  size: readonly [number, number, number];
  colour: string;
}

/** A chimney on tiles; a lift house and machines on a flat roof. */
function boxesOf(building: Building, random: Random): RoofBox[] {
  const place = (share: number, y: number) =>
    [
      building.x + between(random, -share, share) * building.width,
      building.height + y,
      building.z + between(random, -share, share) * building.depth,
    ] as const;
  if (building.pitched) {
    return [{ at: place(0.22, 1.2), size: [0.8, 3.6, between(random, 0.8, 1.8)], colour: "#a5826a" }];
  }
  const size = [between(random, 3, 4.5), between(random, 2.6, 3.4), between(random, 3, 5)] as const;
  const boxes: RoofBox[] = [{ at: place(0.18, -0.6), size, colour: "#bdb4a6" }];
  const machines = Math.floor(between(random, 1, 4));
  for (let at = 0; at < machines; at++) {
    boxes.push({
      at: place(0.34, -0.6),
      size: [between(random, 1, 2.4), between(random, 0.8, 1.5), between(random, 1, 2.8)],
      colour: choose(random, ["#9aa0a3", "#c3c6c6", "#848a8c"]),
    });
  }
  return boxes;
}

/** Chimneys, lift houses and machines of all roofs in one draw. */
export function makeRoofKit(
  buildings: readonly Building[],
  random: Random,
  setting: RoofSetting,
): THREE.InstancedMesh {
  const boxes = buildings.flatMap((building) => boxesOf(building, random));
  const geometry = new Form().box([0, 0.5, 0], [1, 1, 1], "#ffffff", { foot: 0.7 }).geometry();
  const material = makeSurface({ daylight: setting.daylight, shade: setting.shade });
  const mesh = new THREE.InstancedMesh(geometry, material, boxes.length);
  const matrix = new THREE.Matrix4();
  const colour = new THREE.Color();
  boxes.forEach((box, at) => {
    mesh.setMatrixAt(at, matrix.makeScale(...box.size).setPosition(...box.at));
    mesh.setColorAt(at, colour.set(box.colour));
  });
  mesh.frustumCulled = false;
  return mesh;
}
