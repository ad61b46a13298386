/** Light of a room with one big window: sun that falls in, sky through the window, and what the walls throw back. */
import type * as THREE from "three";
import type { Daylight } from "./daylight";
import { makeSurface } from "./surface";

/** A box of a room whose window lies in its left wall; metres. */
export interface RoomShape {
  left: number;
  right: number;
  front: number;
  back: number;
  height: number;
  window: { near: number; far: number; low: number; high: number };
  /** Distances of the window's uprights from its far edge. */
  uprights: number;
  /** Footprints of what stands on the floor and takes light from it. */
  standing: readonly { x: number; z: number; width: number; depth: number }[];
}

const number = (value: number) => value.toFixed(3);

/** Shader text that darkens the floor about whatever stands on it. */
function shadeFloor(room: RoomShape): string {
  const near = room.standing.map(
    ({ x, z, width, depth }) =>
      `shut = max(shut, exp(-5.0 * length(max(abs(vWorld.xz - vec2(${number(x)}, ${number(z)})) - vec2(${number(width / 2)}, ${number(depth / 2)}), 0.0))));`,
  );
  return `
float shut = 0.0;
if (normal.y > 0.5 && vWorld.y < 0.03) {
  ${near.join("\n  ")}
}
corner *= 1.0 - 0.5 * shut;
`;
}

/** Shader text that lights a point inside the room. */
function lightInside(room: RoomShape): string {
  const { near, far, low, high } = room.window;
  return `
vec3 skyIn = vec3(0.0);
for (int row = 0; row < 2; row++) {
  for (int column = 0; column < 4; column++) {
    vec3 source = vec3(${number(room.left)}, mix(${number(low)}, ${number(high)}, 0.25 + 0.5 * float(row)), mix(${number(far)}, ${number(near)}, 0.125 + 0.25 * float(column)));
    vec3 way = source - vWorld;
    float span2 = dot(way, way) + 0.35;
    way *= inversesqrt(span2);
    float wrapped = clamp(dot(normal, way) * 0.85 + 0.15, 0.0, 1.0);
    skyIn += vec3(wrapped * max(-way.x, 0.0) / span2);
  }
}
vec3 toWall = vec3(min(vWorld.x - ${number(room.left)}, ${number(room.right)} - vWorld.x), min(vWorld.y, ${number(room.height)} - vWorld.y), min(vWorld.z - ${number(room.front)}, ${number(room.back)} - vWorld.z));
vec3 closeness = exp(-max(toWall, vec3(0.0)) * 3.2) * (1.0 - abs(normal));
float corner = 1.0 - 0.42 * clamp(closeness.x + closeness.y + closeness.z, 0.0, 1.3);
${shadeFloor(room)}
float run = (${number(room.left)} - vWorld.x) / min(sunDirection.x, -0.05);
vec3 entry = vWorld + sunDirection * run;
float soft = 0.012 + run * 0.012;
float sunny = smoothstep(${number(low)} - soft, ${number(low)} + soft, entry.y) * smoothstep(${number(high)} + soft, ${number(high)} - soft, entry.y)
  * smoothstep(${number(far)} - soft, ${number(far)} + soft, entry.z) * smoothstep(${number(near)} + soft, ${number(near)} - soft, entry.z);
float pane = fract((entry.z - ${number(far)}) / ${number((near - far) / room.uprights)} + 0.5) - 0.5;
sunny *= smoothstep(0.02 - soft * 0.5, 0.045 + soft * 0.5, abs(pane) * ${number((near - far) / room.uprights)});
open = vec2(sunny, 0.0);
float bounce = 0.43 + 0.14 * smoothstep(${number(room.right)}, ${number(room.left)}, vWorld.x) + 0.10 * (0.5 - 0.5 * normal.y);
glow += albedo * corner * (vec3(0.93, 0.97, 1.0) * skyIn * 0.50 + vec3(1.0, 0.86, 0.68) * bounce);
`;
}

/** The material of everything inside; `paint` may change the surface before it is lit. */
export function makeRoomSurface(
  daylight: Daylight,
  room: RoomShape,
  noise: THREE.Texture,
  paint = "",
): THREE.ShaderMaterial {
  return makeSurface({
    daylight,
    shared: "uniform sampler2D noise;",
    paint: paint + lightInside(room),
    uniforms: { noise: { value: noise } },
  });
}
