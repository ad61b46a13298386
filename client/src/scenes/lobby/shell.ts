/** The lobby's floor, walls, window and ceiling. */
import type * as THREE from "three";
import type { RoomShape } from "../../stage/daylit_room";
import { Form } from "../../stage/form";
import { between, choose, mulberry32, type Random } from "../../stage/random";

const oak = "#b48a5c";
const plaster = "#e9e0d1";
const tones = ["#a87f54", "#b1885b", "#9f784f", "#b89064", "#aa8358"] as const;

/** Boards of random lengths over a darker ground. */
function layBoards(form: Form, room: RoomShape, random: Random): void {
  const { left, right, front, back } = room;
  const board = (x0: number, x1: number, y: number, z0: number, z1: number, colour: string, gloss: number) =>
    form.quad(
      [
        [x0, y, z1],
        [x1, y, z1],
        [x1, y, z0],
        [x0, y, z0],
      ],
      colour,
      { gloss },
    );
  board(left, right, -0.005, front, back, "#8a6744", 0);
  for (let x = left; x < right - 0.01; x += 0.14) {
    for (let z = front - between(random, 0, 2.2); z < back; z += 2.4) {
      const [start, end] = [Math.max(z, front), Math.min(z + 2.396, back)];
      if (end > start) board(x, x + 0.137, 0, start, end, choose(random, tones), 0.05);
    }
  }
}

/** Four walls, one with a window, and the ceiling. */
function raiseWalls(form: Form, room: RoomShape): void {
  const { left, right, front, back, height, window } = room;
  const wall = (x0: number, z0: number, x1: number, z1: number, low = 0, high = height) =>
    form.quad(
      [
        [x0, low, z0],
        [x1, low, z1],
        [x1, high, z1],
        [x0, high, z0],
      ],
      plaster,
    );
  wall(left, front, right, front);
  wall(right, back, left, back);
  wall(right, front, right, back);
  wall(left, back, left, front, 0, window.low);
  wall(left, back, left, front, window.high, height);
  wall(left, window.far, left, front, window.low, window.high);
  wall(left, back, left, window.near, window.low, window.high);
  form.quad(
    [
      [left, height, front],
      [right, height, front],
      [right, height, back],
      [left, height, back],
    ],
    "#efe8dc",
  );
}

/** Floor boards, walls with their window, ceiling with beams. */
export function makeShell(room: RoomShape, seed: number): THREE.BufferGeometry {
  const form = new Form();
  const { left, right, front, back, height } = room;
  layBoards(form, room, mulberry32(seed));
  raiseWalls(form, room);
  for (let z = front + 0.8; z < back; z += 1.2)
    form.box([(left + right) / 2, height - 0.1, z], [right - left, 0.2, 0.12], oak);
  for (const [x, z, wide, deep] of [
    [0, front + 0.01, right - left, 0.02],
    [0, back - 0.01, right - left, 0.02],
    [right - 0.01, 0, 0.02, back - front],
    [left + 0.01, 0, 0.02, back - front],
  ] as const) {
    form.box([x, 0.05, z], [wide, 0.1, deep], "#cdbb9f");
  }
  frameWindow(form, room);
  return form.geometry();
}

function frameWindow(form: Form, room: RoomShape): void {
  const { near, far, low, high } = room.window;
  const x = room.left - 0.06;
  const middle = (near + far) / 2;
  form.box([room.left + 0.02, low - 0.03, middle], [0.3, 0.06, near - far + 0.12], oak, { gloss: 0.1 });
  form.box([x, high, middle], [0.16, 0.08, near - far + 0.1], oak);
  for (let at = 0; at <= room.uprights; at++)
    form.box([x, (low + high) / 2, far + ((near - far) * at) / room.uprights], [0.14, high - low, 0.06], oak);
  form.box([x, low, middle], [0.16, 0.06, near - far], oak);
}
