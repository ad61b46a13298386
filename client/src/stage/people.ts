/** Stylised passers-by: they give the plaza its scale. They walk to and fro in the vertex shader. */
import * as THREE from "three";
import type { Daylight } from "./daylight";
import { Form } from "./form";
import { choose, type Random } from "./random";
import type { BakedShade } from "./shade";
import { makeSurface } from "./surface";

/** A walk from a point along a direction and back; `length` 0 stands still and faces the direction. */
export interface Walk {
  x: number;
  y: number;
  z: number;
  /** Heading, radians from +X towards +Z. */
  heading: number;
  length: number;
  /** Metres a second. */
  speed: number;
  phase: number;
}

const clothes = [
  "#b9603f",
  "#d9b36c",
  "#46627a",
  "#7d8f6b",
  "#e2d8c6",
  "#5a4a5c",
  "#c98f7a",
  "#38464f",
  "#94a7ad",
] as const;

/** Sunlit paving as it looks in shade. */
const shadowColour = "#6c665e";

function personShape(): THREE.BufferGeometry {
  const skin = "#b98a6a";
  const cloth = "#ffffff";
  const trousers = "#454a55";
  const head = new THREE.SphereGeometry(0.112, 7, 5);
  const hair = new THREE.SphereGeometry(0.122, 7, 3, 0, Math.PI * 2, 0, 1.5);
  const form = new Form();
  // The shadow: flat on the ground, along +X; the shader turns it away from the sun.
  const shadow = new THREE.CircleGeometry(1, 8).rotateX(-Math.PI / 2);
  form.add(shadow, new THREE.Matrix4().makeScale(1.15, 1, 0.21).setPosition(1.0, 0.012, 0), shadowColour);

  for (const z of [-0.095, 0.095]) {
    form.post([0, 0.02, z], 0.06, 0.84, trousers, { foot: 0.7, hollow: true }, 0.082, 5);
    form.box([0.05, 0.04, z], [0.24, 0.08, 0.09], "#26221f");
  }
  const torso = new THREE.CylinderGeometry(0.2, 0.16, 0.58, 8, 1, true).scale(0.62, 1, 1);
  const shoulders = new THREE.CylinderGeometry(0.06, 0.2, 0.1, 8, 1, true).scale(0.62, 1, 1);
  form.add(torso, new THREE.Matrix4().makeTranslation(0, 1.1, 0), cloth, { foot: 0.72 });
  form.add(shoulders, new THREE.Matrix4().makeTranslation(0, 1.44, 0), cloth);
  for (const z of [-0.225, 0.225])
    form.post([0, 0.8, z], 0.036, 0.62, cloth, { foot: 0.62, hollow: true }, 0.05, 5);
  form.add(
    head,
    new THREE.Matrix4().makeTranslation(0.01, 1.6, 0).scale(new THREE.Vector3(1, 1.15, 0.92)),
    skin,
  );
  form.add(
    hair,
    new THREE.Matrix4().makeTranslation(-0.012, 1.615, 0).multiply(new THREE.Matrix4().makeRotationZ(0.45)),
    "#4a3527",
  );
  for (const shape of [head, hair, torso, shoulders, shadow]) shape.dispose();
  return form.geometry();
}

const move = /* glsl */ `
float span = max(pace.x, 0.001);
float gone = mod(pace.y * time + pace.z, 2.0 * span);
float back = step(span, gone);
float run = pace.x > 0.0 ? (back > 0.5 ? 2.0 * span - gone : gone) : 0.0;
float heading = spot.w + 3.14159265 * back * step(0.01, pace.x);
vec3 ahead = vec3(cos(heading), 0.0, sin(heading));
vec3 side = vec3(-ahead.z, 0.0, ahead.x);
vec3 route = vec3(cos(spot.w), 0.0, sin(spot.w));
float stride = sin((pace.y * time + pace.z) * 4.4) * step(0.01, pace.x);
float flank = sign(position.z);
float leg = smoothstep(0.85, 0.1, position.y) * step(abs(position.z), 0.2) * step(0.018, position.y);
float arm = step(0.19, abs(position.z)) * step(0.5, position.y) * smoothstep(1.45, 0.8, position.y);
vec3 body = position;
body.x += stride * flank * (leg * 0.34 - arm * 0.26);
body.y += position.y > 0.018 ? leg * 0.06 * max(0.0, stride * flank) : 0.0;
if (position.y < 0.016) {
  ahead = -normalize(vec3(sunDirection.x, 0.0, sunDirection.z));
  side = vec3(-ahead.z, 0.0, ahead.x);
  vec2 lit = texture2D(shadeMap, (spot.xz + route.xz * run - shadeBounds.xy) * shadeBounds.z).rg;
  body = lit.x > 0.3 ? vec3(0.0) : position + vec3(0.0, 0.016, 0.0);
}
tint = abs(color.r - color.b) < 0.002 ? color * instanceColor : color;
place = modelMatrix;
facing = ahead * normal.x + vec3(0.0, normal.y, 0.0) + side * normal.z;
shape = spot.xyz + route * run + ahead * body.x + vec3(0.0, body.y, 0.0) + side * body.z;
`;

export interface PeopleSetting {
  daylight: Daylight;
  shade: BakedShade;
  time: THREE.IUniform<number>;
}

/** Sets people walking, in one draw. */
export function makePeople(
  walks: readonly Walk[],
  random: Random,
  setting: PeopleSetting,
): THREE.InstancedMesh {
  const geometry = personShape();
  const spots = new Float32Array(walks.length * 4);
  const paces = new Float32Array(walks.length * 3);
  walks.forEach((walk, at) => {
    spots.set([walk.x, walk.y, walk.z, walk.heading], at * 4);
    paces.set([walk.length, walk.speed, walk.phase], at * 3);
  });
  geometry.setAttribute("spot", new THREE.InstancedBufferAttribute(spots, 4));
  geometry.setAttribute("pace", new THREE.InstancedBufferAttribute(paces, 3));
  const material = makeSurface({
    daylight: setting.daylight,
    shade: setting.shade,
    attributes:
      "attribute vec4 spot; attribute vec3 pace; uniform float time; uniform vec3 sunDirection; uniform sampler2D shadeMap; uniform vec4 shadeBounds;",
    move,
    uniforms: { time: setting.time },
  });
  const mesh = new THREE.InstancedMesh(geometry, material, walks.length);
  const identity = new THREE.Matrix4();
  const colour = new THREE.Color();
  walks.forEach((_, at) => {
    mesh.setMatrixAt(at, identity);
    mesh.setColorAt(at, colour.set(choose(random, clothes)));
  });
  mesh.frustumCulled = false;
  return mesh;
}
