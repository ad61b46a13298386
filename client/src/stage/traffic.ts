/** Cars that keep to their lanes and never meet: platoons on a green wave, moved in the vertex shader. */
import * as THREE from "three";
import { firstStreet, pitch } from "./city_plan";
import type { Daylight } from "./daylight";
import { Form } from "./form";
import { between, choose, mulberry32, type Random } from "./random";
import type { BakedShade } from "./shade";
import { makeSurface } from "./surface";

/** Every crossing turns green once in so many seconds; cars cover one block in that time. */
const cycleSeconds = 9;
const laneMiddle = 2.3;
const colours = [
  "#e8e6e1",
  "#d5d8da",
  "#5c6670",
  "#2f3a44",
  "#8fa3ad",
  "#c9b27c",
  "#3f5d73",
  "#6f7f6a",
  "#b8bcbd",
] as const;

/** One car's way: start, direction (unit), length of the lane in metres, seconds behind the wave. */
interface Way {
  x: number;
  z: number;
  dx: number;
  dz: number;
  length: number;
  speed: number;
  delay: number;
}

function carShape(): THREE.BufferGeometry {
  const glass = "#1b2429";
  const form = new Form();
  form.quad(
    [
      [-2.3, 0.025, 1.05],
      [2.3, 0.025, 1.05],
      [2.3, 0.025, -1.05],
      [-2.3, 0.025, -1.05],
    ],
    "#1d1c1c",
  );
  form.box([0, 0.56, 0], [4.2, 0.52, 1.72], "#ffffff", { gloss: 0.5, foot: 0.6 });
  const cabin = new THREE.BoxGeometry(2.3, 0.52, 1.56);
  const position = cabin.getAttribute("position");
  for (let at = 0; at < position.count; at++) {
    if (position.getY(at) > 0)
      position.setXYZ(at, position.getX(at) * 0.72, position.getY(at), position.getZ(at) * 0.84);
  }
  cabin.computeVertexNormals();
  form.add(cabin, new THREE.Matrix4().makeTranslation(-0.25, 1.07, 0), glass, { gloss: 0.9 });
  form.box([-0.25, 1.345, 0], [1.62, 0.05, 1.28], "#ffffff", { gloss: 0.5 });
  for (const x of [-1.3, 1.3]) form.box([x, 0.3, 0], [0.62, 0.6, 1.76], "#141414");
  form.quad(
    [
      [2.105, 0.6, 0.75],
      [2.105, 0.6, -0.75],
      [2.105, 0.74, -0.75],
      [2.105, 0.74, 0.75],
    ],
    "#fff3d6",
    { gloss: 0.6 },
  );
  form.quad(
    [
      [-2.105, 0.64, -0.75],
      [-2.105, 0.64, 0.75],
      [-2.105, 0.76, 0.75],
      [-2.105, 0.76, -0.75],
    ],
    "#6b3a2a",
  );
  cabin.dispose();
  return form.geometry();
}

/** Fills one lane: each platoon slot holds up to two cars. */
function fillLane(
  random: Random,
  lane: Omit<Way, "delay" | "speed">,
  block: number,
  green: number,
  into: Way[],
): void {
  const slots = Math.round(lane.length / block);
  for (let slot = 0; slot < slots; slot++) {
    if (random() < 0.33) continue;
    const first = slot + green + between(random, 0, 0.12);
    into.push({ ...lane, speed: block / cycleSeconds, delay: first * cycleSeconds });
    if (random() < 0.45)
      into.push({
        ...lane,
        speed: block / cycleSeconds,
        delay: (first + between(random, 0.12, 0.24)) * cycleSeconds,
      });
  }
}

function planWays(seed: number): Way[] {
  const random = mulberry32(seed);
  const ways: Way[] = [];
  const farEnd = firstStreet - 8 * pitch.z;
  const nearEnd = firstStreet + 2 * pitch.z;
  for (const column of [-3, -2, -1, 1, 2, 3]) {
    const x = column * pitch.x;
    const length = nearEnd - farEnd;
    fillLane(random, { x: x + laneMiddle, z: nearEnd, dx: 0, dz: -1, length }, pitch.z, 0, ways);
    fillLane(random, { x: x - laneMiddle, z: farEnd, dx: 0, dz: 1, length }, pitch.z, 0, ways);
  }
  for (const row of [-1, 0, 1, 2, 3]) {
    const z = firstStreet - row * pitch.z;
    const length = 10 * pitch.x;
    fillLane(random, { x: -5 * pitch.x, z: z + laneMiddle, dx: 1, dz: 0, length }, pitch.x, 0.5, ways);
    fillLane(random, { x: 5 * pitch.x, z: z - laneMiddle, dx: -1, dz: 0, length }, pitch.x, 0.5, ways);
  }
  return ways;
}

const move = /* glsl */ `
float run = mod(motion.y * (time - motion.z), motion.x);
vec3 ahead = vec3(way.z, 0.0, way.w);
vec3 side = vec3(-way.w, 0.0, way.z);
float shown = smoothstep(0.0, 6.0, run) * smoothstep(0.0, 6.0, motion.x - run);
tint = abs(color.r - color.b) < 0.002 && color.r > 0.2 ? color * instanceColor : color;
place = modelMatrix;
facing = ahead * normal.x + vec3(0.0, normal.y, 0.0) + side * normal.z;
shape = vec3(way.x, 0.0, way.y) + ahead * run + (ahead * position.x + vec3(0.0, position.y, 0.0) + side * position.z) * shown;
`;

export interface TrafficSetting {
  daylight: Daylight;
  shade: BakedShade;
  time: THREE.IUniform<number>;
  seed: number;
}

/** Sets the streets of the planned city moving, in one draw. */
export function makeTraffic(setting: TrafficSetting): THREE.InstancedMesh {
  const random = mulberry32(setting.seed + 1);
  const ways = planWays(setting.seed);
  const geometry = carShape();
  const way = new Float32Array(ways.length * 4);
  const motion = new Float32Array(ways.length * 3);
  ways.forEach((car, at) => {
    way.set([car.x, car.z, car.dx, car.dz], at * 4);
    motion.set([car.length, car.speed, car.delay], at * 3);
  });
  geometry.setAttribute("way", new THREE.InstancedBufferAttribute(way, 4));
  geometry.setAttribute("motion", new THREE.InstancedBufferAttribute(motion, 3));
  const material = makeSurface({
    daylight: setting.daylight,
    shade: setting.shade,
    attributes: "attribute vec4 way; attribute vec3 motion; uniform float time;",
    move,
    uniforms: { time: setting.time },
  });
  const mesh = new THREE.InstancedMesh(geometry, material, ways.length);
  const colour = new THREE.Color();
  const identity = new THREE.Matrix4();
  ways.forEach((_, at) => {
    mesh.setMatrixAt(at, identity);
    mesh.setColorAt(at, colour.set(choose(random, colours)));
  });
  mesh.frustumCulled = false;
  return mesh;
}
