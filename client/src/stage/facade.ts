/** Buildings by the hundred in one draw: a box with a cornice, and windows painted by the shader. */
import * as THREE from "three";
import type { Building } from "./city_plan";
import type { Daylight } from "./daylight";
import type { BakedShade } from "./shade";
import { makeSurface } from "./surface";

/** Rings of the outline from foot to roof: share of the height, metres outward, metres upward. */
const cornice: readonly (readonly [number, number, number])[] = [
  [0, 0, 0],
  [1, 0, -1.1],
  [1, 0.42, -0.8],
  [1, 0.42, -0.35],
  [1, 0, -0.3],
  [1, 0, 0.25],
  [1, -0.3, 0.25],
  [1, -0.3, -0.6],
];
const plain: readonly (readonly [number, number, number])[] = [
  [0, 0, 0],
  [1, 0, 0],
];

/** A unit box of rings whose details keep their size in metres when the box is stretched. */
function ringedBox(rings: readonly (readonly [number, number, number])[]): THREE.BufferGeometry {
  const positions: number[] = [];
  const normals: number[] = [];
  const details: number[] = [];
  const indices: number[] = [];
  const sides = [
    [0, 1],
    [1, 0],
    [0, -1],
    [-1, 0],
  ] as const;
  const point = (
    ring: readonly [number, number, number],
    x: number,
    z: number,
    normal: readonly number[],
  ) => {
    positions.push(x * 0.5, ring[0], z * 0.5);
    details.push(x * ring[1], ring[2], z * ring[1]);
    normals.push(...normal);
  };
  const close = () => {
    const at = positions.length / 3 - 4;
    indices.push(at, at + 1, at + 2, at, at + 2, at + 3);
  };
  for (let at = 0; at + 1 < rings.length; at++) {
    const low = rings[at] as readonly [number, number, number];
    const high = rings[at + 1] as readonly [number, number, number];
    const out = high[1] - low[1];
    const up = high[2] - low[2] + (high[0] - low[0]) * 10;
    const steep = Math.hypot(out, up) || 1;
    for (const [x, z] of sides) {
      const normal = [(x * up) / steep, -out / steep, (z * up) / steep];
      point(low, x - z, z + x, normal);
      point(low, x + z, z - x, normal);
      point(high, x + z, z - x, normal);
      point(high, x - z, z + x, normal);
      close();
    }
  }
  const top = rings[rings.length - 1] as readonly [number, number, number];
  for (const [x, z] of [
    [-1, 1],
    [1, 1],
    [1, -1],
    [-1, -1],
  ] as const)
    point(top, x, z, [0, 1, 0]);
  close();
  const geometry = new THREE.BufferGeometry();
  geometry.setAttribute("position", new THREE.Float32BufferAttribute(positions, 3));
  geometry.setAttribute("normal", new THREE.Float32BufferAttribute(normals, 3));
  geometry.setAttribute("detail", new THREE.Float32BufferAttribute(details, 3));
  geometry.setIndex(indices);
  return geometry;
}

const shared = /* glsl */ `
varying vec3 vOnWall;
flat varying vec3 vBuild;
flat varying vec2 vKind;
`;

const move = /* glsl */ `
vec3 size = vec3(length(instanceMatrix[0].xyz), length(instanceMatrix[1].xyz), length(instanceMatrix[2].xyz));
shape = position + detail / size;
facing = normal * size;
float wide = abs(normal.x) > abs(normal.z) ? size.z : size.x;
float along = abs(normal.x) > abs(normal.z) ? position.z : position.x;
vOnWall = vec3((along + 0.5) * wide, shape.y * size.y, normal.y);
vBuild = vec3(wide, size.y, size.x);
vKind = vec2(kind.x, floor(kind.y * 997.0) * 0.137);
`;

/** Windows as filtered pulse trains: they melt into their mean colour with distance and never shimmer. */
const paint = /* glsl */ `
float style = vKind.x;
float floors = max(1.0, floor((vBuild.y - 1.2) / 3.4));
float storey = (vBuild.y - 1.2) / floors;
float bay = style < 0.5 ? 2.6 : (style < 1.5 ? 6.0 : 1.7);
float bays = max(1.0, floor(vBuild.x / bay + 0.5));
vec2 grid = vec2(vOnWall.x / vBuild.x * bays, vOnWall.y / storey);
vec2 spread = max(fwidth(grid), 1e-4);
vec2 low = style < 0.5 ? vec2(0.27, 0.26) : (style < 1.5 ? vec2(0.02, 0.30) : vec2(0.05, 0.10));
vec2 high = style < 0.5 ? vec2(0.73, 0.82) : (style < 1.5 ? vec2(0.98, 0.86) : vec2(0.95, 0.97));
float street = step(grid.y, 1.0);
low = mix(low, vec2(0.08, 0.06), street);
high = mix(high, vec2(0.92, 0.80), street);
vec2 cell = floor(grid);
float luck = fract(floor(grid.x * 0.34) * 0.377 + vKind.y * 7.3);
float near = 1.0 - smoothstep(0.25, 0.8, max(spread.x, spread.y));
float wallFace = step(abs(vOnWall.z), 0.3) * step(vOnWall.y, vBuild.y - 1.15);
vec2 covered = (pulse(grid + spread * 0.5, low, high) - pulse(grid - spread * 0.5, low, high)) / spread;
float glass = clamp(covered.x * covered.y, 0.0, 1.0) * wallFace;
vec2 frameLow = low - vec2(0.055, 0.045);
vec2 frameHigh = high + vec2(0.055, 0.03);
vec2 framed = (pulse(grid + spread * 0.5, frameLow, frameHigh) - pulse(grid - spread * 0.5, frameLow, frameHigh)) / spread;
float frame = clamp(framed.x * framed.y, 0.0, 1.0) * wallFace - glass;
float dice = hash(cell + vKind.y * 9.17);
float dice2 = hash(cell.yx * 1.7 + vKind.y * 3.71);
vec3 awning = luck < 0.25 ? vec3(0.16, 0.27, 0.24) : (luck < 0.5 ? vec3(0.52, 0.36, 0.14) : (luck < 0.75 ? vec3(0.13, 0.19, 0.29) : vec3(0.34, 0.20, 0.11)));
vec3 pane = mix(vec3(0.045, 0.06, 0.075), vec3(0.34, 0.31, 0.26), near * (1.0 - street) * step(0.72, dice) * step(0.35, fract(grid.y) + dice2 * 0.5));
pane = mix(pane, vec3(0.10, 0.13, 0.15), 1.0 - near);
float lamp = near * step(0.93, dice2) * (1.0 - 0.6 * street);
float band = (pulse(grid + spread * 0.5, vec2(0.0), vec2(0.045)) - pulse(grid - spread * 0.5, vec2(0.0), vec2(0.045))).y / spread.y;
if (vOnWall.z > 0.7) {
  float grain = texture2D(noise, vWorld.xz * 0.045).b;
  albedo = mix(vec3(0.20, 0.19, 0.18), vec3(0.33, 0.31, 0.29), grain) * mix(vec3(1.0), vTint * 1.3, 0.5);
} else {
  float stain = texture2D(noise, vec2(vOnWall.x + vKind.y * 5.0, vOnWall.y) * 0.03).r;
  albedo *= 0.86 + 0.22 * stain;
  albedo *= 1.0 - 0.22 * clamp(band, 0.0, 1.0) * wallFace;
  albedo = mix(albedo, albedo * (style < 0.5 ? 1.22 : 0.55), clamp(frame, 0.0, 1.0));
  albedo = mix(albedo, pane, glass);
  float sign_ = smoothstep(0.74, 0.77, grid.y) * smoothstep(0.97, 0.94, grid.y) * street * wallFace * step(0.4, dice + 0.3 * luck);
  glass *= 1.0 - sign_;
  albedo = mix(albedo, awning * (0.8 + 0.35 * step(0.5, fract(grid.x * 3.0))), sign_ * (style < 0.5 ? 0.95 : 0.6));
  glow += vec3(1.0, 0.72, 0.42) * (lamp * 0.35 + street * 0.16) * glass;
  gloss = glass * (style > 1.5 ? 0.95 : 0.62);
  normal = normalize(normal + glass * near * (vec3(dice, dice2, dice * dice2) - 0.5) * 0.03);
}
`;

const functions = /* glsl */ `
uniform sampler2D noise;
float hash(vec2 at) {
  vec3 mixed = fract(vec3(at.xyx) * 0.1031);
  mixed += dot(mixed, mixed.yzx + 33.33);
  return fract((mixed.x + mixed.y) * mixed.z);
}
vec2 pulse(vec2 at, vec2 low, vec2 high) {
  return floor(at) * (high - low) + clamp(fract(at) - low, vec2(0.0), high - low);
}
`;

export interface FacadeSetting {
  daylight: Daylight;
  shade: BakedShade;
  noise: THREE.Texture;
}

/** Makes the material that all buildings share. */
export function makeFacadeMaterial(setting: FacadeSetting): THREE.ShaderMaterial {
  return makeSurface({
    daylight: setting.daylight,
    shade: setting.shade,
    shared,
    functions,
    attributes: "attribute vec3 detail; attribute vec2 kind;",
    move,
    paint,
    uniforms: { noise: { value: setting.noise } },
    parameters: { vertexColors: false },
  });
}

/** Draws `buildings` in one call; `detailed` ones have a cornice and a parapet. */
export function makeBuildings(
  buildings: readonly Building[],
  material: THREE.Material,
  detailed: boolean,
): THREE.InstancedMesh {
  const geometry = ringedBox(detailed ? cornice : plain);
  const kinds = new Float32Array(buildings.length * 2);
  const mesh = new THREE.InstancedMesh(geometry, material, buildings.length);
  const matrix = new THREE.Matrix4();
  const colour = new THREE.Color();
  buildings.forEach((building, at) => {
    matrix.makeScale(building.width, building.height, building.depth);
    matrix.setPosition(building.x, 0, building.z);
    mesh.setMatrixAt(at, matrix);
    mesh.setColorAt(at, colour.set(building.wall));
    kinds[at * 2] = building.style;
    kinds[at * 2 + 1] = building.seed;
  });
  geometry.setAttribute("kind", new THREE.InstancedBufferAttribute(kinds, 2));
  mesh.frustumCulled = false;
  return mesh;
}
