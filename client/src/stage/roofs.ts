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

/** Boxes on roofs: chimneys on tiles, lift houses and machines on flat roofs; one draw. */
export function makeRoofKit(
  buildings: readonly Building[],
  random: Random,
  setting: RoofSetting,
): THREE.InstancedMesh {
  const matrices: THREE.Matrix4[] = [];
  const paints: string[] = [];
  const put = (
    x: number,
    y: number,
    z: number,
    width: number,
    height: number,
    depth: number,
    colour: string,
  ) => {
    matrices.push(new THREE.Matrix4().makeScale(width, height, depth).setPosition(x, y, z));
    paints.push(colour);
  };
  for (const building of buildings) {
    const inside = (share: number) =>
      [
        building.x + between(random, -share, share) * building.width,
        building.z + between(random, -share, share) * building.depth,
      ] as const;
    const top = building.height;
    if (building.pitched) {
      const [x, z] = inside(0.22);
      put(x, top + 1.2, z, 0.8, 3.6, between(random, 0.8, 1.8), "#a5826a");
      continue;
    }
    const [x, z] = inside(0.18);
    put(
      x,
      top - 0.6,
      z,
      between(random, 3, 4.5),
      between(random, 2.6, 3.4),
      between(random, 3, 5),
      "#bdb4a6",
    );
    const machines = Math.floor(between(random, 1, 4));
    for (let at = 0; at < machines; at++) {
      const [mx, mz] = inside(0.34);
      put(
        mx,
        top - 0.6,
        mz,
        between(random, 1, 2.4),
        between(random, 0.8, 1.5),
        between(random, 1, 2.8),
        choose(random, ["#9aa0a3", "#c3c6c6", "#848a8c"]),
      );
    }
  }
  const geometry = new Form().box([0, 0.5, 0], [1, 1, 1], "#ffffff", { foot: 0.7 }).geometry();
  const mesh = new THREE.InstancedMesh(
    geometry,
    makeSurface({ daylight: setting.daylight, shade: setting.shade }),
    matrices.length,
  );
  const colour = new THREE.Color();
  matrices.forEach((matrix, at) => {
    mesh.setMatrixAt(at, matrix);
    mesh.setColorAt(at, colour.set(paints[at] ?? "#bdb4a6"));
  });
  mesh.frustumCulled = false;
  return mesh;
}
