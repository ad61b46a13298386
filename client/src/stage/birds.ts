/** Birds that wheel and glide; wings beat in the vertex shader. */
import * as THREE from "three";
import type { Daylight } from "./daylight";
import { between, type Random } from "./random";
import { makeSurface } from "./surface";

/** The air that a flock keeps to: its middle and how far it spreads, metres. */
export interface Flock {
  x: number;
  z: number;
  lowest: number;
  highest: number;
  spread: number;
  count: number;
}

/** Body along +X, wings along Z; two joints a wing. */
function birdShape(): THREE.BufferGeometry {
  const points = [
    [0.24, 0, 0],
    [-0.2, 0.01, 0.04],
    [-0.2, 0.01, -0.04],
    [-0.34, 0.01, 0.07],
    [-0.34, 0.01, -0.07],
    [0.1, 0.02, 0.03],
    [-0.1, 0.02, 0.03],
    [0.08, 0.02, 0.26],
    [-0.07, 0.02, 0.26],
    [-0.1, 0.02, 0.6],
    [0.1, 0.02, -0.03],
    [-0.1, 0.02, -0.03],
    [0.08, 0.02, -0.26],
    [-0.07, 0.02, -0.26],
    [-0.1, 0.02, -0.6],
  ];
  const geometry = new THREE.BufferGeometry();
  geometry.setAttribute("position", new THREE.Float32BufferAttribute(points.flat(), 3));
  geometry.setAttribute(
    "normal",
    new THREE.Float32BufferAttribute(
      points.flatMap(() => [0, 1, 0]),
      3,
    ),
  );
  geometry.setIndex([
    0, 2, 1, 1, 2, 4, 1, 4, 3, 5, 7, 6, 6, 7, 8, 7, 9, 8, 10, 11, 12, 11, 13, 12, 12, 13, 14,
  ]);
  return geometry;
}

const move = /* glsl */ `
float turn = orbit.w * time + flight.y;
float radius = flight.x;
float away = radius * (1.0 + 0.25 * sin(turn * 1.7 + flight.y));
vec3 centre = orbit.xyz + vec3(0.0, sin(turn * 0.7 + flight.y * 3.0) * 2.5, 0.0);
vec3 ahead = normalize(vec3(-sin(turn), 0.08 * cos(turn * 0.7), cos(turn))) * sign(orbit.w);
vec3 side = normalize(cross(ahead, vec3(0.0, 1.0, 0.0)));
vec3 above = normalize(cross(side, ahead) - 0.45 * vec3(cos(turn), 0.0, sin(turn)));
side = cross(ahead, above);
float beating = smoothstep(-0.1, 0.5, sin(time * 0.35 + flight.y * 5.0));
float span = abs(position.z);
float beat = sin(time * flight.z - span * 1.2) * beating * 0.75 + 0.18;
vec3 body = vec3(position.x, position.y + span * beat, position.z * (1.0 - 0.25 * beat * beat));
place = modelMatrix;
facing = above;
shape = centre + vec3(cos(turn), 0.0, sin(turn)) * away + (ahead * body.x + above * body.y + side * body.z) * 1.15;
`;

/** Lets flocks fly, in one draw. */
export function makeBirds(
  flocks: readonly Flock[],
  random: Random,
  daylight: Daylight,
  time: THREE.IUniform<number>,
): THREE.InstancedMesh {
  const count = flocks.reduce((sum, flock) => sum + flock.count, 0);
  const orbits = new Float32Array(count * 4);
  const flights = new Float32Array(count * 3);
  let at = 0;
  for (const flock of flocks) {
    const sense = random() < 0.5 ? -1 : 1;
    for (let bird = 0; bird < flock.count; bird++, at++) {
      const radius = flock.spread * between(random, 0.55, 1.15);
      const spin = (sense * between(random, 6.5, 8)) / radius;
      orbits.set(
        [
          flock.x + between(random, -3, 3),
          between(random, flock.lowest, flock.highest),
          flock.z + between(random, -3, 3),
          spin,
        ],
        at * 4,
      );
      flights.set([radius, between(random, 0, 6.28), between(random, 11, 14)], at * 3);
    }
  }
  const geometry = birdShape();
  geometry.setAttribute("orbit", new THREE.InstancedBufferAttribute(orbits, 4));
  geometry.setAttribute("flight", new THREE.InstancedBufferAttribute(flights, 3));
  const material = makeSurface({
    daylight,
    attributes: "attribute vec4 orbit; attribute vec3 flight; uniform float time;",
    move,
    paint: "albedo = vec3(0.62, 0.60, 0.57); through = 0.3;",
    uniforms: { time },
    parameters: { vertexColors: false, side: THREE.DoubleSide },
  });
  const mesh = new THREE.InstancedMesh(geometry, material, count);
  for (let bird = 0; bird < count; bird++) mesh.setMatrixAt(bird, new THREE.Matrix4());
  mesh.frustumCulled = false;
  return mesh;
}
