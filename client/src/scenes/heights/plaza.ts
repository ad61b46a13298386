/** The square below: benches, lamps, planters, a fountain, kiosks, flags, trees and people. */
import * as THREE from "three";
import { type FlagPlace, makeFlags } from "../../stage/breeze";
import { firstStreet, pitch } from "../../stage/city_plan";
import { type Daylight, lateMorning } from "../../stage/daylight";
import type { TreePlace } from "../../stage/foliage";
import { Form } from "../../stage/form";
import { kerb, roadHalf } from "../../stage/ground";
import { makePeople } from "../../stage/people";
import { between, mulberry32, type Random } from "../../stage/random";
import type { BakedShade } from "../../stage/shade";
import { makeSurface } from "../../stage/surface";
import { benches, fountain, kiosks, planWalks } from "./walks";

const stone = "#b8ab98";
const oak = "#a27a50";
const iron = "#33383a";
const greens = ["#6f8f3c", "#7d9a45", "#88994a", "#5f8540"] as const;

/** Trees of the plaza, in two rows and a small grove. */
export function plazaTrees(random: Random): TreePlace[] {
  const trees: TreePlace[] = [];
  const plant = (x: number, z: number, height: number) =>
    trees.push({ x, y: kerb, z, height, colour: greens[Math.floor(random() * greens.length)] ?? greens[0] });
  for (let x = -60; x <= 60; x += 10) if (Math.abs(x) > 12) plant(x, -35.5, between(random, 7, 9));
  for (const [x, z] of [
    [-24, -12],
    [-31, -18],
    [-26, -25],
    [-38, -10],
    [-20, -20],
    [34, -8],
    [41, -15],
    [36, -24],
    [47, -26],
    [29, -27],
    [52, -4],
    [50, -19],
    [38, 0],
    [54, -25],
  ] as const) {
    plant(x + between(random, -1, 1), z + between(random, -1, 1), between(random, 6.5, 9.5));
  }
  return trees;
}

/** Sunlit paving as it looks in shade. */
const shadowColour = "#6c665e";
const shadowRun = lateMorning.sunDirection.clone().setY(0).divideScalar(-lateMorning.sunDirection.y);

/** The long thin shadow of something upright, flat on the paving. */
function castShadow(form: Form, x: number, z: number, height: number, wide: number): void {
  const run = shadowRun.clone().multiplyScalar(height);
  const side = new THREE.Vector3(-run.z, 0, run.x).setLength(wide / 2);
  const y = kerb + 0.028;
  form.quad(
    [
      [x + side.x, y, z + side.z],
      [x + run.x + side.x, y, z + run.z + side.z],
      [x + run.x - side.x, y, z + run.z - side.z],
      [x - side.x, y, z - side.z],
    ],
    shadowColour,
  );
}

function bench(form: Form, x: number, z: number, turn: number): void {
  const cos = Math.cos(turn);
  const sin = Math.sin(turn);
  const at = (along: number, off: number) =>
    [x + along * cos + off * sin, z - along * sin + off * cos] as const;
  for (const off of [-0.17, 0, 0.17]) {
    const [bx, bz] = at(0, off);
    form.box([bx, kerb + 0.45, bz], [1.9, 0.05, 0.14], oak, { turn });
  }
  const [backX, backZ] = at(0, 0.27);
  form.box([backX, kerb + 0.72, backZ], [1.9, 0.18, 0.04], oak, { turn });
  for (const along of [-0.75, 0.75]) {
    const [lx, lz] = at(along, 0.03);
    form.box([lx, kerb + 0.22, lz], [0.07, 0.44, 0.44], iron, { turn });
    const [ux, uz] = at(along, 0.26);
    form.box([ux, kerb + 0.55, uz], [0.06, 0.5, 0.05], iron, { turn });
  }
  const [sx, sz] = at(0, 0.05);
  form.box([sx, kerb + 0.012, sz], [1.85, 0.03, 0.5], "#7d756a", { turn });
}

function lamp(form: Form, x: number, z: number, height: number): void {
  form.post([x, kerb, z], 0.14, 0.5, iron, {}, 0.09, 7);
  if (z > firstStreet) castShadow(form, x, z, height + 0.3, 0.13);
  form.post([x, kerb + 0.5, z], 0.06, height - 0.5, iron, {}, 0.045, 6);
  form.post([x, kerb + height, z], 0.1, 0.42, "#f3e6c8", { gloss: 0.2 }, 0.22, 8);
  form.post([x, kerb + height + 0.42, z], 0.28, 0.08, iron, {}, 0.05, 8);
}

/** A round planter about the foot of each tree. */
function planters(form: Form, trees: readonly TreePlace[]): void {
  for (const tree of trees) {
    form.post([tree.x, kerb, tree.z], 0.95, 0.42, stone, { foot: 0.7 }, 0.95, 12);
    form.post([tree.x, kerb + 0.4, tree.z], 0.8, 0.06, "#4c4a2c", {}, 0.7, 10);
  }
}

function basin(form: Form): void {
  const { x, z } = fountain;
  form.post([x, kerb, z], 5.2, 0.16, "#c5b9a6", { foot: 0.8 }, 5.2, 32);
  const rim = new THREE.CylinderGeometry(4.4, 4.5, 0.5, 32, 1, true);
  const inner = new THREE.CylinderGeometry(4.05, 4.05, 0.5, 32, 1, true).scale(-1, 1, 1);
  const lip = new THREE.RingGeometry(4.05, 4.4, 32).rotateX(-Math.PI / 2);
  form.add(rim, new THREE.Matrix4().makeTranslation(x, kerb + 0.41, z), stone, { foot: 0.75 });
  form.add(lip, new THREE.Matrix4().makeTranslation(x, kerb + 0.66, z), "#cabfae");
  form.post([x, kerb + 0.3, z], 4.1, 0.14, "#3f6263", { gloss: 0.9 }, 4.1, 32);
  form.post([x, kerb + 0.4, z], 0.5, 1.2, stone, { foot: 0.7 }, 0.3, 12);
  form.post([x, kerb + 1.5, z], 0.4, 0.3, stone, {}, 1.5, 20);
  form.post([x, kerb + 1.79, z], 1.4, 0.04, "#5d8284", { gloss: 0.9 }, 1.4, 20);
  form.post([x, kerb + 1.8, z], 0.09, 0.9, "#dfe9ea", { gloss: 0.3 }, 0.02, 6);
  for (const shape of [rim, inner, lip]) shape.dispose();
}

/** Small pavilions under awnings, with tables before them. */
function kiosk(form: Form, x: number, z: number, cloth: string): void {
  castShadow(form, x, z, 2.6, 3.6);
  form.box([x, kerb + 0.55, z], [4.2, 1.1, 2.8], "#a98d68", { foot: 0.7 });
  form.box([x, kerb + 1.9, z - 0.3], [4.2, 1.6, 2.2], "#8d7150", { foot: 0.8 });
  form.box([x, kerb + 1.85, z + 0.82], [3.7, 1.3, 0.05], "#f3d9a4", { gloss: 0.2, foot: 0.8 });
  for (const dx of [-2.02, 0, 2.02]) form.box([x + dx, kerb + 1.6, z + 1.3], [0.1, 2.2, 0.1], "#6b5138");
  form.box([x, kerb + 1.12, z + 1.1], [4.3, 0.06, 0.75], oak);
  form.box([x, kerb + 2.78, z], [4.8, 0.14, 3.4], "#6f7d78", { foot: 0.9 });
  for (let stripe = 0; stripe < 8; stripe++) {
    const left = x - 2.4 + stripe * 0.6;
    form.quad(
      [
        [left, kerb + 2.25, z + 2.9],
        [left + 0.6, kerb + 2.25, z + 2.9],
        [left + 0.6, kerb + 2.7, z + 1.6],
        [left, kerb + 2.7, z + 1.6],
      ],
      stripe % 2 ? "#efe6d4" : cloth,
    );
  }
  for (const [dx, dz] of [
    [-4.5, 3.0],
    [-1.4, 5.2],
    [2.2, 4.6],
    [5, 2.2],
  ] as const)
    parasol(form, x + dx, z + dz, cloth);
}

/** A table with three seats under a parasol, and its shade. */
function parasol(form: Form, x: number, z: number, cloth: string): void {
  form.post(
    [x + shadowRun.x * 2.2, kerb + 0.02, z + shadowRun.z * 2.2],
    1.45,
    0.012,
    shadowColour,
    {},
    1.45,
    10,
  );
  form.post([x, kerb, z], 0.3, 0.03, iron, {}, 0.3, 10);
  form.post([x, kerb, z], 0.04, 2.5, iron, {}, 0.03, 5);
  form.post([x, kerb + 0.72, z], 0.45, 0.04, oak, {}, 0.45, 12);
  form.post([x, kerb + 2.15, z], 1.5, 0.5, cloth, { foot: 0.85 }, 0.04, 8);
  for (const turn of [0.4, 2.5, 4.4]) {
    const [seatX, seatZ] = [x + 0.85 * Math.cos(turn), z + 0.85 * Math.sin(turn)];
    form.box([seatX, kerb + 0.45, seatZ], [0.4, 0.05, 0.4], "#9d7850", { turn });
    form.box([seatX, kerb + 0.22, seatZ], [0.3, 0.44, 0.3], "#4a443c", { turn, foot: 0.6 });
  }
}

function flagPlaces(): FlagPlace[] {
  const colours = ["#d9a441", "#3f6d7a", "#e9dfc9", "#7f9a5a", "#c98a4b"];
  return [
    ...colours.map((colour, at) => ({
      x: -9 + at * 4.4 + (at > 1 ? 5 : 0),
      y: kerb,
      z: -31,
      height: 10.5,
      colour,
    })),
    { x: 3.9, y: 73.5, z: 2.4, height: 7, colour: "#d9a441" },
  ];
}

export interface PlazaSetting {
  daylight: Daylight;
  shade: BakedShade;
  trees: readonly TreePlace[];
  time: THREE.IUniform<number>;
  wind: THREE.IUniform<number>;
  seed: number;
}

/** Furnishes the plaza: three draws. */
export function makePlaza(setting: PlazaSetting): THREE.Group {
  const random = mulberry32(setting.seed);
  const form = new Form();
  planters(form, setting.trees);
  basin(form);
  kiosks.forEach(({ x, z }, at) => {
    kiosk(form, x, z, at === 0 ? "#d9b46a" : "#7f9f9a");
  });
  for (const { x, z, turn } of benches) bench(form, x, z, turn);
  for (let x = -55; x <= 55; x += 11) lamp(form, x + 5, firstStreet + roadHalf + 0.8, 5.2);
  for (const [x, z] of [
    [-9, -14],
    [4, -9],
    [4, -26],
    [23, -9],
    [23, -27],
    [-20, -31],
  ] as const)
    lamp(form, x, z, 4.2);
  for (let row = 0; row < 3; row++) {
    for (let step = 12; step < pitch.z - 8; step += 16) {
      for (const x of [-5.2, 5.2]) lamp(form, x, firstStreet - row * pitch.z - step, 4.6);
    }
  }
  const flags = makeFlags(flagPlaces(), random, form, setting.daylight, setting.time, setting.wind);
  const group = new THREE.Group();
  group.name = "plaza";
  const solid = new THREE.Mesh(
    form.geometry(),
    makeSurface({ daylight: setting.daylight, shade: setting.shade }),
  );
  group.add(solid, flags, makePeople(planWalks(random), random, setting));
  return group;
}
