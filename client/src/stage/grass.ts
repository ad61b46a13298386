/** Grass, flowers and reeds: tufts of blades that bend in the wind, one draw each. */
import * as THREE from "three";
import type { Daylight } from "./daylight";
import { between, type Random } from "./random";
import type { BakedShade } from "./shade";
import { makeSurface } from "./surface";

/** Where a tuft grows. */
export interface Tuft {
  x: number;
  y: number;
  z: number;
  /** Metres. */
  height: number;
  colour: string;
}

/** How the blades of a tuft are shaped; sizes are shares of its height. */
export interface BladeShape {
  blades: number;
  width: number;
  spread: number;
  lean: number;
  /** Colour of a head on every third blade, or none. */
  head?: { colour: string; size: number; length: number };
}

interface Mesh {
  positions: number[];
  colours: number[];
  indices: number[];
}

/** One blade: three levels, dark at the foot and light at the tip. */
function addBlade(mesh: Mesh, random: Random, shape: BladeShape): THREE.Vector3 {
  const angle = between(random, 0, Math.PI * 2);
  const away = Math.sqrt(random()) * shape.spread;
  const x = Math.cos(angle) * away;
  const z = Math.sin(angle) * away;
  const turn = between(random, 0, Math.PI * 2);
  const lean = shape.lean * between(random, 0.3, 1);
  const tall = between(random, 0.65, 1);
  const half = (shape.width / 2) * between(random, 0.7, 1.2);
  const at = mesh.positions.length / 3;
  const out = (share: number): [number, number] => [
    x + Math.cos(angle) * lean * share * share,
    z + Math.sin(angle) * lean * share * share,
  ];
  for (const [share, wide, light] of [
    [0, 1, 0.5],
    [0.55, 0.8, 0.82],
  ] as const) {
    const [px, pz] = out(share);
    for (const side of [-1, 1]) {
      mesh.positions.push(
        px + Math.cos(turn) * half * wide * side,
        tall * share,
        pz + Math.sin(turn) * half * wide * side,
      );
      mesh.colours.push(light, light, light);
    }
  }
  const [tx, tz] = out(1);
  mesh.positions.push(tx, tall, tz);
  mesh.colours.push(1.05, 1.05, 0.92);
  mesh.indices.push(at, at + 1, at + 3, at, at + 3, at + 2, at + 2, at + 3, at + 4);
  return new THREE.Vector3(tx, tall, tz);
}

/** A small double pyramid on a blade's tip. */
function addHead(
  mesh: Mesh,
  tip: THREE.Vector3,
  head: { colour: string; size: number; length: number },
): void {
  const at = mesh.positions.length / 3;
  const paint = new THREE.Color(head.colour);
  mesh.positions.push(tip.x, tip.y - head.length / 2, tip.z, tip.x, tip.y + head.length / 2, tip.z);
  for (let side = 0; side < 4; side++) {
    const angle = (side * Math.PI) / 2;
    mesh.positions.push(tip.x + Math.cos(angle) * head.size, tip.y, tip.z + Math.sin(angle) * head.size);
  }
  // Above 2 marks a colour of its own: the instance colour does not dye it.
  for (let corner = 0; corner < 6; corner++) mesh.colours.push(2 + paint.r, 2 + paint.g, 2 + paint.b);
  for (let side = 0; side < 4; side++) {
    const next = (side + 1) % 4;
    mesh.indices.push(at, at + 2 + side, at + 2 + next, at + 1, at + 2 + next, at + 2 + side);
  }
}

function tuft(random: Random, shape: BladeShape): THREE.BufferGeometry {
  const mesh: Mesh = { positions: [], colours: [], indices: [] };
  for (let blade = 0; blade < shape.blades; blade++) {
    const tip = addBlade(mesh, random, shape);
    if (shape.head && blade % 3 === 0) addHead(mesh, tip, shape.head);
  }
  const geometry = new THREE.BufferGeometry();
  const count = mesh.positions.length / 3;
  geometry.setAttribute("position", new THREE.Float32BufferAttribute(mesh.positions, 3));
  geometry.setAttribute("color", new THREE.Float32BufferAttribute(mesh.colours, 3));
  geometry.setAttribute(
    "normal",
    new THREE.Float32BufferAttribute(Array.from({ length: count }, () => [0, 1, 0]).flat(), 3),
  );
  geometry.setIndex(mesh.indices);
  return geometry;
}

export interface GrassSetting {
  daylight: Daylight;
  shade?: BakedShade;
  time: THREE.IUniform<number>;
  wind: THREE.IUniform<number>;
}

/** Grows tufts of one shape, in one draw. */
export function makeGrass(
  tufts: readonly Tuft[],
  shape: BladeShape,
  random: Random,
  setting: GrassSetting,
): THREE.InstancedMesh {
  const material = makeSurface({
    daylight: setting.daylight,
    ...(setting.shade ? { shade: setting.shade } : {}),
    attributes: "uniform float time; uniform float wind;",
    move: "tint = color.r >= 2.0 ? color - 2.0 : color * instanceColor;",
    sway: `
float bend = shape.y * shape.y * length(place[1].xyz);
float wave = sin(time * 1.3 + world.x * 0.55 + world.z * 0.35) + 0.4 * sin(time * 3.1 + world.x * 2.3 - world.z * 1.7);
world.x += bend * (0.05 + 0.16 * wind) * wave;
world.z += bend * (0.03 + 0.08 * wind) * wave;
`,
    paint: "normal = normalize(vec3(0.0, 1.0, 0.0) - looking * 0.15); through = 0.55;",
    uniforms: { time: setting.time, wind: setting.wind },
    parameters: { side: THREE.DoubleSide },
  });
  const mesh = new THREE.InstancedMesh(tuft(random, shape), material, tufts.length);
  const matrix = new THREE.Matrix4();
  const turn = new THREE.Quaternion();
  const up = new THREE.Vector3(0, 1, 0);
  const colour = new THREE.Color();
  tufts.forEach((place, at) => {
    turn.setFromAxisAngle(up, between(random, 0, Math.PI * 2));
    matrix.compose(
      new THREE.Vector3(place.x, place.y, place.z),
      turn,
      new THREE.Vector3().setScalar(place.height),
    );
    mesh.setMatrixAt(at, matrix);
    mesh.setColorAt(at, colour.set(place.colour).multiplyScalar(between(random, 0.8, 1.2)));
  });
  mesh.frustumCulled = false;
  return mesh;
}
