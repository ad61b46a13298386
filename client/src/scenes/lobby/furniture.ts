/** What stands in the lobby: all of timber, linen and clay. */
import * as THREE from "three";
import type { RoomShape } from "../../stage/daylit_room";
import { Form } from "../../stage/form";
import { between, choose, mulberry32, type Random } from "../../stage/random";
import { hangOnWalls } from "./hangings";

const oak = "#b48a5c";
const linen = "#d9cdb8";

function cushion(
  form: Form,
  x: number,
  y: number,
  z: number,
  size: readonly [number, number, number],
  colour: string,
): void {
  const shape = new THREE.SphereGeometry(0.5, 12, 8);
  const position = shape.getAttribute("position");
  const square = (value: number) => Math.sign(value) * Math.abs(value * 2) ** 0.45 * 0.5;
  for (let at = 0; at < position.count; at++)
    position.setXYZ(at, square(position.getX(at)), square(position.getY(at)), square(position.getZ(at)));
  shape.computeVertexNormals();
  form.add(shape, new THREE.Matrix4().makeScale(...size).setPosition(x, y, z), colour, { foot: 0.82 });
  shape.dispose();
}

/** A long bench under the window, with cushions. */
function bench(form: Form, room: RoomShape): void {
  const x = room.left + 0.38;
  const { near, far } = room.window;
  form.box([x, 0.4, (near + far) / 2], [0.56, 0.06, near - far - 0.3], oak, { gloss: 0.08 });
  for (const z of [far + 0.35, (near + far) / 2, near - 0.35])
    form.box([x, 0.19, z], [0.5, 0.38, 0.08], "#99734b", { foot: 0.6 });
  cushion(form, x, 0.475, (near + far) / 2, [0.52, 0.1, near - far - 0.4], linen);
  cushion(form, x - 0.1, 0.66, far + 0.55, [0.16, 0.36, 0.42], "#c59a62");
  cushion(form, x - 0.1, 0.66, near - 0.6, [0.16, 0.36, 0.42], "#7f9480");
}

/** A low chest under the panel, with a bowl, books and a vase. */
function chest(form: Form, room: RoomShape): void {
  const z = room.front + 0.28;
  form.box([0, 0.34, z], [2.6, 0.44, 0.42], oak, { foot: 0.78, gloss: 0.06 });
  form.box([0, 0.575, z], [2.7, 0.035, 0.46], "#c0976a", { gloss: 0.1 });
  for (const x of [-0.87, 0, 0.87])
    form.box([x, 0.34, z + 0.215], [0.82, 0.37, 0.012], "#bd9264", { foot: 0.85 });
  for (const x of [-1.15, 1.15]) form.box([x, 0.06, z], [0.06, 0.12, 0.34], "#6f5438");
  for (const [at, colour, wide] of [
    [0, "#7f8f86", 0.26],
    [1, "#c9b48c", 0.24],
    [2, "#a86f4d", 0.22],
  ] as const)
    form.box([0.92, 0.612 + at * 0.035, z], [wide, 0.034, 0.18], colour, { turn: 0.1 * at });
  const vase = new THREE.LatheGeometry(
    [
      [0.045, 0],
      [0.09, 0.06],
      [0.1, 0.14],
      [0.06, 0.24],
      [0.045, 0.29],
      [0.055, 0.31],
    ].map(([r, y]) => new THREE.Vector2(r, y)),
    16,
  );
  form.add(vase, new THREE.Matrix4().makeTranslation(-0.95, 0.592, z), "#d9cfc0", { foot: 0.75 });
  for (let stem = 0; stem < 9; stem++) {
    const angle = stem * 2.4;
    const reach = 0.08 + 0.012 * stem;
    form.bar(
      [-0.95, 0.88, z],
      [-0.95 + Math.cos(angle) * reach, 1.12 + 0.02 * (stem % 4), z + Math.sin(angle) * reach],
      0.004,
      "#8a8a4e",
      {},
      3,
    );
    form.post(
      [-0.95 + Math.cos(angle) * reach, 1.1 + 0.02 * (stem % 4), z + Math.sin(angle) * reach],
      0.012,
      0.07,
      "#d6b878",
      {},
      0.003,
      5,
    );
  }
  vase.dispose();
}

/** A leafy plant in a clay pot: arching leaves of four parts each. */
function plant(form: Form, x: number, z: number, random: Random): void {
  form.post([x, 0, z], 0.17, 0.36, "#b9825f", { foot: 0.7 }, 0.22, 16);
  form.post([x, 0.33, z], 0.2, 0.02, "#40321f", {}, 0.2, 12);
  const widths = [0.012, 0.075, 0.095, 0.06, 0.004];
  for (let leaf = 0; leaf < 26; leaf++) {
    const angle = leaf * 2.4;
    const reach = between(random, 0.36, 0.56) * (1 - 0.012 * leaf);
    const tall = 0.45 + 0.042 * leaf;
    const cos = Math.cos(angle);
    const sin = Math.sin(angle);
    const colour = choose(random, ["#67884c", "#769655", "#587b45"]);
    const point = (step: number, aside: number): [number, number, number] => {
      const share = step / 4;
      const out = reach * (0.12 + 0.88 * share);
      const rise = 0.36 + tall * (0.55 + 0.75 * share - 0.62 * share * share);
      return [x + cos * out - sin * aside, rise - Math.abs(aside) * 0.35, z + sin * out + cos * aside];
    };
    form.bar([x, 0.34, z], point(0, 0), 0.005, "#7c8a4c", {}, 3);
    for (let step = 0; step < 4; step++) {
      const low = widths[step] as number;
      const high = widths[step + 1] as number;
      for (const side of [-1, 1]) {
        const corners = [
          point(step, 0),
          point(step, side * low),
          point(step + 1, side * high),
          point(step + 1, 0),
        ] as const;
        form.quad(corners, colour, { gloss: 0.05 });
        form.quad([corners[3], corners[2], corners[1], corners[0]], colour);
      }
    }
  }
}

/** A bench by the slats and a small table with cups. */
function corner(form: Form, room: RoomShape): void {
  const { right } = room;
  form.box([right - 0.3, 0.44, 1.6], [0.5, 0.06, 2.2], oak, { gloss: 0.08 });
  cushion(form, right - 0.3, 0.5, 1.6, [0.46, 0.08, 2.1], "#c8bda6");
  for (const z of [0.65, 2.55])
    form.box([right - 0.3, 0.21, z], [0.44, 0.42, 0.08], "#99734b", { foot: 0.6 });
  form.post([right - 1.65, 0.4, 1.6], 0.36, 0.035, oak, { gloss: 0.1 }, 0.36, 24);
  for (let leg = 0; leg < 3; leg++) {
    const angle = leg * 2.094;
    form.bar(
      [right - 1.65 + 0.28 * Math.cos(angle), 0, 1.6 + 0.28 * Math.sin(angle)],
      [right - 1.65 + 0.18 * Math.cos(angle), 0.4, 1.6 + 0.18 * Math.sin(angle)],
      0.02,
      "#8a6744",
      {},
      6,
    );
  }
  form.post([right - 1.75, 0.435, 1.5], 0.035, 0.09, "#efe7da", {}, 0.045, 12);
  form.post([right - 1.52, 0.435, 1.68], 0.035, 0.09, "#c9d2cb", {}, 0.045, 12);
}

/** Everything that stands in the room. */
export function makeFurniture(room: RoomShape, seed: number): THREE.BufferGeometry {
  const form = new Form();
  const random = mulberry32(seed);
  bench(form, room);
  chest(form, room);
  plant(form, room.right - 0.55, room.front + 0.6, random);
  plant(form, room.left + 0.55, room.front + 0.5, random);
  const rug = new THREE.CylinderGeometry(1.35, 1.35, 0.012, 48);
  form.add(rug, new THREE.Matrix4().makeTranslation(0, 0.008, 0), "#cbb994");
  const inner = new THREE.CylinderGeometry(1.15, 1.15, 0.012, 48);
  form.add(inner, new THREE.Matrix4().makeTranslation(0, 0.012, 0), "#d8c9a8");
  form.bar([1.6, room.height, -1.2], [1.6, 2.25, -1.2], 0.006, "#4a4038", {}, 4);
  form.post([1.6, 1.98, -1.2], 0.24, 0.27, "#e6d5b3", {}, 0.06, 20);
  hangOnWalls(form, room);
  corner(form, room);
  for (const shape of [rug, inner]) shape.dispose();
  return form.geometry();
}
