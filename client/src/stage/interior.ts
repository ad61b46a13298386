/** Glass with lit rooms behind it: each pane looks into a box that the shader computes from the view ray. */
import * as THREE from "three";
import type { Daylight } from "./daylight";
import type { BakedShade } from "./shade";
import { makeSurface } from "./surface";

/** Size of one room behind the glass: width, height of a storey, depth, metres. */
export const room = { width: 4.5, height: 3.5, depth: 6.5 } as const;

const shared = /* glsl */ `
varying vec2 vPane;
`;

const functions = /* glsl */ `
float dice(vec2 at) {
  vec3 mixed = fract(vec3(at.xyx) * 0.1031);
  mixed += dot(mixed, mixed.yzx + 33.33);
  return fract((mixed.x + mixed.y) * mixed.z);
}
float within(vec2 at, vec2 low, vec2 high) {
  vec2 inside = step(low, at) * step(at, high);
  return inside.x * inside.y;
}
/* Things standing in the room on a plane parallel to the glass: a desk, a screen, a plant, a lamp. */
vec4 furnishing(vec2 at, float luck) {
  float place = 1.0 + luck * 1.6;
  vec2 desk = at - vec2(place, 0.0);
  vec4 thing = vec4(0.0);
  if (within(desk, vec2(0.0, 0.70), vec2(1.6, 0.75)) > 0.5) thing = vec4(0.52, 0.36, 0.21, 1.0);
  if (within(desk, vec2(0.05, 0.0), vec2(0.11, 0.7)) + within(desk, vec2(1.49, 0.0), vec2(1.55, 0.7)) > 0.5) thing = vec4(0.18, 0.17, 0.16, 1.0);
  if (within(desk, vec2(0.45, 0.84), vec2(1.05, 1.2)) > 0.5) thing = vec4(0.12, 0.15, 0.18, 1.0);
  if (within(desk, vec2(0.72, 0.75), vec2(0.78, 0.84)) > 0.5) thing = vec4(0.12, 0.12, 0.12, 1.0);
  vec2 plant = at - vec2(mix(0.5, 3.9, step(0.5, fract(luck * 7.7))), 0.0);
  if (luck > 0.35 && length((plant - vec2(0.0, 1.05)) * vec2(1.25, 0.8)) < 0.42 + 0.09 * sin(atan(plant.y - 1.05, plant.x) * 9.0)) thing = vec4(0.13, 0.24, 0.09, 1.0);
  if (luck > 0.35 && within(plant, vec2(-0.17, 0.0), vec2(0.17, 0.5)) > 0.5) thing = vec4(0.55, 0.5, 0.44, 1.0);
  vec2 seat = at - vec2(place + 0.55, 0.0);
  if (luck > 0.55 && (length((seat - vec2(0.0, 1.32)) * vec2(1.0, 0.85)) < 0.115 || within(seat, vec2(-0.2, 0.76), vec2(0.2, 1.18)) > 0.5)) thing = vec4(mix(vec3(0.45, 0.30, 0.22), vec3(0.22, 0.30, 0.38), step(0.78, luck)), 1.0);
  return thing;
}
`;

const paint = /* glsl */ `
vec3 tangent = cross(vec3(0.0, 1.0, 0.0), normal);
vec3 ray = vec3(dot(looking, tangent), looking.y, max(-dot(looking, normal), 0.02));
vec3 size = vec3(${room.width.toFixed(1)}, ${room.height.toFixed(1)}, ${room.depth.toFixed(1)});
vec2 cell = floor(vPane / size.xy);
vec3 from = vec3(vPane - cell * size.xy, 0.0);
vec3 reach = (step(vec3(0.0), ray) * size - from) / (ray + vec3(equal(ray, vec3(0.0))) * 1e-5);
float span = min(min(reach.x, reach.y), reach.z);
vec3 hit = from + ray * span;
float luck = dice(cell + 3.7);
float luck2 = dice(cell * 1.31 + 11.3);
vec3 wallColour = mix(vec3(0.72, 0.66, 0.56), mix(vec3(0.50, 0.58, 0.58), vec3(0.76, 0.58, 0.42), luck2), step(0.45, luck));
vec3 inside;
if (reach.y <= min(reach.x, reach.z)) {
  if (ray.y > 0.0) {
    float lampX = smoothstep(0.14, 0.09, abs(abs(hit.x - size.x * 0.5) - 1.1));
    float lampZ = step(0.7, hit.z) * step(hit.z, 5.6);
    inside = vec3(0.66, 0.62, 0.56) + vec3(1.6, 1.35, 1.0) * lampX * lampZ * step(0.22, luck);
  } else {
    inside = mix(vec3(0.36, 0.25, 0.16), vec3(0.33, 0.33, 0.32), step(0.5, luck2)) * (0.9 + 0.1 * step(0.5, fract(hit.x * 2.2)));
  }
} else if (reach.z < reach.x) {
  inside = wallColour;
  float door = within(hit.xy, vec2(0.5, 0.0), vec2(1.4, 2.1));
  inside = mix(inside, vec3(0.42, 0.28, 0.17), door * step(luck, 0.6));
  float shelfAt = mix(0.3, 2.0, step(0.5, fract(luck * 5.3)));
  float shelf = within(hit.xy, vec2(shelfAt, 0.3), vec2(shelfAt + 2.1, mix(1.2, 2.2, step(0.5, fract(luck2 * 9.1)))));
  vec3 books = mix(vec3(0.5, 0.35, 0.2), vec3(dice(floor(hit.xy * vec2(14.0, 2.6)) + cell), dice(floor(hit.xy * vec2(14.0, 2.6)) + cell + 7.0), 0.4) * 0.22 + vec3(0.22, 0.15, 0.08), step(0.14, fract(hit.y * 2.6)));
  inside = mix(inside, books, shelf * step(0.4, luck2));
  float picture = within(hit.xy, vec2(2.4, 1.2), vec2(3.6, 2.1));
  inside = mix(inside, mix(vec3(0.2, 0.4, 0.45), vec3(0.8, 0.6, 0.35), hit.y - 1.2), picture * step(luck2, 0.4));
} else {
  inside = wallColour * 0.94;
}
float corner = min(min(hit.x, size.x - hit.x), min(hit.y, size.y - hit.y));
inside *= 0.72 + 0.28 * smoothstep(0.0, 0.7, corner);
float standing = 2.0 + luck * 1.2;
float toThing = standing / ray.z;
if (toThing < span) {
  vec3 at = from + ray * toThing;
  vec4 thing = furnishing(at.xy, luck2);
  inside = mix(inside, thing.rgb, thing.a);
  hit = mix(hit, at, thing.a);
}
float lamps = mix(0.34, 0.84, step(0.22, luck));
float day = 0.75 * exp(-hit.z * 0.42) * (0.45 + 0.55 * open.y);
inside *= vec3(1.0, 0.86, 0.66) * lamps + ambientColour * day;
float drawn = size.y - 0.55 - floor(dice(cell + 23.1) * 3.0) * 0.55 * step(0.5, dice(cell + 29.7));
float blind = step(drawn, from.y) * step(from.y, 3.1);
float slats = 0.82 + 0.18 * sin(from.y * 78.0) * (1.0 - smoothstep(0.02, 0.08, fwidth(from.y)));
inside = mix(inside, vec3(0.70, 0.66, 0.58) * (0.5 + 0.3 * open.x) * slats, blind * step(0.02, size.y - 0.55 - drawn));
albedo = vec3(0.015, 0.02, 0.022);
glow = inside * vec3(0.86, 0.92, 0.90);
gloss = 0.85;
`;

/** Upright panes: each runs from a ground point to another between two heights, seen from its right side. */
export interface Pane {
  x0: number;
  z0: number;
  x1: number;
  z1: number;
  low: number;
  high: number;
}

/** Makes glass with rooms behind it, in one draw. */
export function makeRooms(panes: readonly Pane[], daylight: Daylight, shade: BakedShade): THREE.Mesh {
  const positions: number[] = [];
  const normals: number[] = [];
  const onPane: number[] = [];
  const indices: number[] = [];
  panes.forEach((pane, at) => {
    const length = Math.hypot(pane.x1 - pane.x0, pane.z1 - pane.z0);
    const normal = [-(pane.z1 - pane.z0) / length, 0, (pane.x1 - pane.x0) / length];
    const start = at * 31 * room.width;
    for (const [u, y] of [
      [0, pane.low],
      [1, pane.low],
      [1, pane.high],
      [0, pane.high],
    ] as const) {
      positions.push(pane.x0 + (pane.x1 - pane.x0) * u, y, pane.z0 + (pane.z1 - pane.z0) * u);
      normals.push(...normal);
      onPane.push(start + u * length, y);
    }
    indices.push(at * 4, at * 4 + 1, at * 4 + 2, at * 4, at * 4 + 2, at * 4 + 3);
  });
  const geometry = new THREE.BufferGeometry();
  geometry.setAttribute("position", new THREE.Float32BufferAttribute(positions, 3));
  geometry.setAttribute("normal", new THREE.Float32BufferAttribute(normals, 3));
  geometry.setAttribute("pane", new THREE.Float32BufferAttribute(onPane, 2));
  geometry.setIndex(indices);
  const material = makeSurface({
    daylight,
    shade,
    shared,
    functions,
    attributes: "attribute vec2 pane;",
    move: "vPane = pane;",
    paint,
    parameters: { vertexColors: false },
  });
  return new THREE.Mesh(geometry, material);
}
