/** What shows the wind: leaves carried past, and cloth on poles. */
import * as THREE from "three";
import type { Daylight } from "./daylight";
import type { Form } from "./form";
import { between, type Random } from "./random";
import { makeSurface } from "./surface";

const leafColours = ["#b98a4a", "#8f9a55", "#c7a765", "#a8764a"] as const;

/** Leaves that the wind carries through a box about the subject; more of them in more wind. */
export function makeLeaves(
  random: Random,
  count: number,
  daylight: Daylight,
  time: THREE.IUniform<number>,
  wind: THREE.IUniform<number>,
): THREE.InstancedMesh {
  const geometry = new THREE.PlaneGeometry(0.055, 0.035);
  const seeds = new Float32Array(count * 4);
  for (let at = 0; at < count * 4; at++) seeds[at] = random();
  geometry.setAttribute("dice", new THREE.InstancedBufferAttribute(seeds, 4));
  const material = makeSurface({
    daylight,
    attributes: "attribute vec4 dice; uniform float time; uniform float wind;",
    move: `
vec3 room = vec3(18.0, 9.0, 14.0);
float way = time * (0.4 + 0.6 * dice.w);
vec3 at = fract(dice.xyz + vec3(-0.42 * way, 0.05 * sin(way * 2.0 + dice.x * 9.0) + 0.02 * way, 0.16 * way)) * room - room * vec3(0.5, 0.35, 0.8);
float a = time * (3.0 + 4.0 * dice.y) + dice.x * 20.0;
float b = time * (2.0 + 3.0 * dice.z) + dice.y * 20.0;
vec3 u = vec3(cos(a), sin(a) * cos(b), sin(a) * sin(b));
vec3 v = normalize(cross(u, vec3(sin(b), cos(a), 0.3)));
float shown = step(dice.w + 0.08, wind) * smoothstep(1.2, 2.2, length(at - vec3(0.0, 1.6, 0.0)));
place = modelMatrix;
facing = cross(u, v);
shape = at + (u * position.x + v * position.y) * shown;
`,
    paint: "through = 0.5;",
    uniforms: { time, wind },
    parameters: { vertexColors: false, side: THREE.DoubleSide },
  });
  const mesh = new THREE.InstancedMesh(geometry, material, count);
  const colour = new THREE.Color();
  for (let at = 0; at < count; at++) {
    mesh.setMatrixAt(at, new THREE.Matrix4());
    mesh.setColorAt(at, colour.set(leafColours[Math.floor(random() * leafColours.length)] ?? leafColours[0]));
  }
  mesh.frustumCulled = false;
  return mesh;
}

/** A pole and the cloth at its top. */
export interface FlagPlace {
  x: number;
  y: number;
  z: number;
  /** Height of the pole, metres. */
  height: number;
  colour: string;
}

/** Flags that hang in still air and stream in wind; cloth in one draw, poles into `poles`. */
export function makeFlags(
  places: readonly FlagPlace[],
  random: Random,
  poles: Form,
  daylight: Daylight,
  time: THREE.IUniform<number>,
  wind: THREE.IUniform<number>,
): THREE.InstancedMesh {
  const geometry = new THREE.PlaneGeometry(1, 1, 10, 4).translate(0.5, -0.5, 0);
  const material = makeSurface({
    daylight,
    attributes: "uniform float time; uniform float wind;",
    move: `
float run = position.x;
float flying = smoothstep(0.0, 0.75, wind);
float phase = instanceMatrix[3].x * 1.3 + instanceMatrix[3].z;
float rate = 2.5 + 6.0 * wind;
float wave = sin(run * 7.0 - time * rate + phase) * 0.14 * run * (0.25 + flying);
float hang = mix(0.32, 0.98, flying) + 0.04 * sin(time * 1.3 + phase);
shape = vec3(-run * hang, position.y - run * (1.0 - flying) * 0.55, wave + run * 0.16);
facing = normalize(vec3(-cos(run * 7.0 - time * rate + phase) * 0.6, 0.0, 1.0));
`,
    paint: "through = 0.5;",
    uniforms: { time, wind },
    parameters: { vertexColors: false, side: THREE.DoubleSide },
  });
  const mesh = new THREE.InstancedMesh(geometry, material, places.length);
  const matrix = new THREE.Matrix4();
  const colour = new THREE.Color();
  places.forEach((place, at) => {
    poles.post(
      [place.x, place.y, place.z],
      0.07,
      place.height,
      "#cfd2d2",
      { gloss: 0.5, foot: 0.7 },
      0.035,
      7,
    );
    const size = between(random, 0.95, 1.05);
    matrix
      .makeScale(2.6 * size, 1.5 * size, 2.6)
      .setPosition(place.x, place.y + place.height - 0.15, place.z);
    mesh.setMatrixAt(at, matrix);
    mesh.setColorAt(at, colour.set(place.colour));
  });
  mesh.frustumCulled = false;
  return mesh;
}
