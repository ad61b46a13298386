/** The tower that the lift climbs: glass with lit rooms, slabs, mullions, rails and their brackets. */
import * as THREE from "three";
import type { Daylight } from "../../stage/daylight";
import { Form } from "../../stage/form";
import { makeRooms, type Pane, room } from "../../stage/interior";
import type { BakedShade, Blocker } from "../../stage/shade";
import { makeSurface } from "../../stage/surface";

const storeys = 21;
const height = storeys * room.height;
const stone = "#dcd3c4";
const bronze = "#6f5c48";
const steel = "#a9aeb0";
const dark = "#4c4945";

/** Footprint: the body behind the lift, and a wing that comes forward on its left. */
const body = { left: -24, right: 4.5, front: 1.7, back: 18 } as const;
const wing = { left: -15.5, right: -6.5, front: -5.2, back: 1.7 } as const;
/** Distance of the lift's guide rails from the middle, metres. */
export const railAside = 1.42;
export const railDepth = 1.34;

/** What shades the plaza. */
export const towerBlockers: readonly Blocker[] = [
  {
    x: (body.left + body.right) / 2,
    z: (body.front + body.back) / 2,
    width: body.right - body.left,
    depth: body.back - body.front,
    height,
  },
  {
    x: (wing.left + wing.right) / 2,
    z: (wing.front + wing.back) / 2,
    width: wing.right - wing.left,
    depth: wing.back - wing.front,
    height: height - 10.5,
  },
];

/** The walls of the tower, each seen from outside. */
const walls: readonly Pane[] = [
  { x0: body.right, z0: body.front, x1: wing.right, z1: body.front, low: 0, high: height },
  { x0: wing.right, z0: wing.back, x1: wing.right, z1: wing.front, low: 0, high: height - 10.5 },
  { x0: wing.right, z0: wing.front, x1: wing.left, z1: wing.front, low: 0, high: height - 10.5 },
  { x0: wing.left, z0: wing.front, x1: wing.left, z1: wing.back, low: 0, high: height - 10.5 },
  { x0: wing.left, z0: body.front, x1: body.left, z1: body.front, low: 0, high: height },
  { x0: body.left, z0: body.front, x1: body.left, z1: body.back, low: 0, high: height },
  { x0: body.right, z0: body.back, x1: body.right, z1: body.front, low: 0, high: height },
  { x0: body.left, z0: body.back, x1: body.right, z1: body.back, low: 0, high: height },
  { x0: wing.right, z0: body.front, x1: wing.left, z1: body.front, low: height - 10.5, high: height },
];

/** Slab edges at each storey and mullions every 1.5 m along one wall. */
function dressWall(form: Form, wall: Pane): void {
  const length = Math.hypot(wall.x1 - wall.x0, wall.z1 - wall.z0);
  const along = [(wall.x1 - wall.x0) / length, (wall.z1 - wall.z0) / length] as const;
  const out = [-along[1], along[0]] as const;
  const turn = Math.atan2(-along[1], along[0]);
  const at = (run: number, off: number) =>
    [wall.x0 + along[0] * run + out[0] * off, wall.z0 + along[1] * run + out[1] * off] as const;
  for (let y = Math.ceil(wall.low / room.height) * room.height; y <= wall.high + 0.01; y += room.height) {
    const [x, z] = at(length / 2, 0.09);
    form.box([x, y + 0.08, z], [length + 0.36, 0.62, 0.18], stone, { turn, foot: 0.82 });
    const [rx, rz] = at(length / 2, 0.11);
    if (y + 1 < wall.high) form.box([rx, y + 1.02, rz], [length, 0.05, 0.06], bronze, { turn, gloss: 0.3 });
  }
  const bays = Math.round(length / 1.5);
  for (let bay = 0; bay <= bays; bay++) {
    const run = (bay / bays) * length;
    const strong = bay % 3 === 0;
    const [x, z] = at(run, strong ? 0.14 : 0.06);
    const depth = strong ? 0.3 : 0.14;
    form.box(
      [x, (wall.low + wall.high) / 2, z],
      [strong ? 0.16 : 0.07, wall.high - wall.low, depth],
      bronze,
      { turn, gloss: 0.25 },
    );
  }
}

/** Parapets, plant rooms and a mast. */
function crown(form: Form): void {
  const roof = (left: number, right: number, front: number, back: number, top: number) => {
    form.quad(
      [
        [left, top, back],
        [right, top, back],
        [right, top, front],
        [left, top, front],
      ],
      "#8d877c",
    );
    const [x, z] = [(left + right) / 2, (front + back) / 2];
    for (const [px, pz, sx, sz] of [
      [x, front, right - left + 0.5, 0.3],
      [x, back, right - left + 0.5, 0.3],
      [left, z, 0.3, back - front],
      [right, z, 0.3, back - front],
    ] as const) {
      form.box([px, top + 0.55, pz], [sx, 1.5, sz], stone, { foot: 0.85 });
    }
  };
  roof(body.left, body.right, body.front, body.back, height + 0.1);
  roof(wing.left, wing.right, wing.front, wing.back, height - 10.4);
  form.box([-11, height + 2.3, 10.5], [16, 4.4, 9], "#b9b3a8", { foot: 0.8 });
  form.post([-16, height + 4.4, 10], 0.35, 16, steel, { gloss: 0.4 }, 0.08);
  form.box([0, height + 1.6, 3.4], [4.2, 3, 3.2], stone, { foot: 0.8 });
}

/** Two guide rails with racks, tied to every storey. */
function layRails(form: Form): void {
  for (const side of [-1, 1]) {
    const x = side * railAside;
    form.box([x, height / 2, railDepth], [0.1, height, 0.2], steel, { gloss: 0.45 });
    form.box([x - side * 0.09, height / 2, railDepth - 0.07], [0.09, height, 0.05], dark, { gloss: 0.4 });
    for (let y = 0.25; y < height; y += 0.8) {
      form.box([x - side * 0.15, y, railDepth - 0.07], [0.05, 0.2, 0.07], "#7b7f80", { gloss: 0.4 });
    }
    for (let y = room.height; y < height; y += room.height) {
      form.box([x, y + 0.08, 1.52], [0.3, 0.24, 0.24], dark, { gloss: 0.2 });
    }
  }
}

/** Strokes of the ten digits on a seven-part figure: top, upper left, upper right, middle, lower left, lower right, foot. */
const strokes = [
  "1110111",
  "0010010",
  "1011101",
  "1011011",
  "0111010",
  "1101011",
  "1101111",
  "1010010",
  "1111111",
  "1111011",
] as const;
const strokePlaces = [
  [0, 1, 1, 0],
  [-0.5, 0.5, 0, 1],
  [0.5, 0.5, 0, 1],
  [0, 0, 1, 0],
  [-0.5, -0.5, 0, 1],
  [0.5, -0.5, 0, 1],
  [0, -1, 1, 0],
] as const;

/** The storey's number beside the lift, so that the climb can be read. */
function numberStoreys(form: Form): void {
  for (let storey = 0; storey < storeys; storey++) {
    const digits = String(storey).split("");
    digits.forEach((digit, place) => {
      const x = 2.75 - (place - (digits.length - 1) / 2) * 0.42;
      const y = storey * room.height + 1.95;
      const parts = strokes[Number(digit)] ?? strokes[0];
      strokePlaces.forEach(([px, py, flat, tall], part) => {
        if (parts[part] !== "1") return;
        form.box(
          [x - px * 0.26, y + py * 0.25, 1.5],
          [flat ? 0.3 : 0.06, tall ? 0.28 : 0.06, 0.03],
          "#f4ead6",
        );
      });
    });
    form.box([2.75, storey * room.height + 1.95, 1.56], [1.0, 0.86, 0.1], "#54463a");
  }
}

/** Builds the tower: two draws. */
export function makeTower(daylight: Daylight, shade: BakedShade): THREE.Group {
  const form = new Form();
  for (const wall of walls) dressWall(form, wall);
  crown(form);
  layRails(form);
  numberStoreys(form);
  const group = new THREE.Group();
  group.name = "tower";
  group.add(
    new THREE.Mesh(form.geometry(), makeSurface({ daylight, shade })),
    makeRooms(walls, daylight, shade),
  );
  return group;
}
