/** Baked light: how high the shadow stands, and how much sky is seen, over a piece of ground. */
import * as THREE from "three";

/** Something upright that takes light from what is around it. */
export interface Blocker {
  x: number;
  z: number;
  width: number;
  depth: number;
  height: number;
}

/** The square of ground that is baked, metres. */
export interface Ground {
  x: number;
  z: number;
  side: number;
  cells: number;
}

export interface BakedShade {
  texture: THREE.DataTexture;
  uniforms: Record<string, THREE.IUniform>;
}

/** Heights of what stands on each cell, metres. */
function heightField(blockers: readonly Blocker[], ground: Ground): Float32Array {
  const heights = new Float32Array(ground.cells * ground.cells);
  const perMetre = ground.cells / ground.side;
  const cell = (metres: number) => Math.min(ground.cells, Math.max(0, Math.round(metres * perMetre)));
  for (const { x, z, width, depth, height } of blockers) {
    const left = cell(x - width / 2 - ground.x);
    const right = cell(x + width / 2 - ground.x);
    const near = cell(z - depth / 2 - ground.z);
    const far = cell(z + depth / 2 - ground.z);
    for (let row = near; row < far; row++) {
      for (let column = left; column < right; column++) {
        const at = row * ground.cells + column;
        heights[at] = Math.max(heights[at] as number, height);
      }
    }
  }
  return heights;
}

/** For each cell the height below which the sun does not reach. */
function shadowHeights(heights: Float32Array, ground: Ground, sun: THREE.Vector3): Float32Array {
  const { cells } = ground;
  const metres = ground.side / cells;
  const flat = Math.hypot(sun.x, sun.z);
  const fall = (sun.y / flat) * metres;
  const stepX = sun.x / flat;
  const stepZ = sun.z / flat;
  const tallest = heights.reduce((high, height) => Math.max(high, height), 0);
  const steps = Math.min(cells, Math.ceil(tallest / fall));
  const shadow = new Float32Array(cells * cells);
  for (let step = 2; step <= steps; step++) {
    const shiftX = Math.round(stepX * step);
    const shiftZ = Math.round(stepZ * step);
    const drop = fall * step;
    for (let row = Math.max(0, -shiftZ); row < Math.min(cells, cells - shiftZ); row++) {
      const from = (row + shiftZ) * cells + shiftX;
      const to = row * cells;
      for (let column = Math.max(0, -shiftX); column < Math.min(cells, cells - shiftX); column++) {
        const reach = (heights[from + column] as number) - drop;
        if (reach > (shadow[to + column] as number)) shadow[to + column] = reach;
      }
    }
  }
  return shadow;
}

/** Box blur over `radius` cells both ways. */
function blurred(field: Float32Array, cells: number, radius: number): Float32Array {
  const across = new Float32Array(field.length);
  const result = new Float32Array(field.length);
  const pass = (source: Float32Array, target: Float32Array, along: number, over: number) => {
    for (let line = 0; line < cells; line++) {
      let sum = 0;
      const value = (at: number) =>
        source[line * over + Math.min(cells - 1, Math.max(0, at)) * along] as number;
      for (let at = -radius; at <= radius; at++) sum += value(at);
      for (let at = 0; at < cells; at++) {
        target[line * over + at * along] = sum / (2 * radius + 1);
        sum += value(at + radius + 1) - value(at - radius);
      }
    }
  };
  pass(field, across, 1, cells);
  pass(across, result, cells, 1);
  return result;
}

/** Bakes the light that `blockers` leave on `ground` under a sun in the direction `sun`. */
export function bakeShade(blockers: readonly Blocker[], ground: Ground, sun: THREE.Vector3): BakedShade {
  const heights = heightField(blockers, ground);
  const metres = ground.side / ground.cells;
  const shadow = blurred(shadowHeights(heights, ground, sun), ground.cells, 1);
  const near = blurred(heights, ground.cells, Math.max(1, Math.round(3 / metres)));
  const wide = blurred(heights, ground.cells, Math.max(1, Math.round(12 / metres)));
  const data = new Uint16Array(ground.cells * ground.cells * 2);
  for (let at = 0; at < heights.length; at++) {
    const enclosure = 0.028 * (near[at] as number) + 0.022 * (wide[at] as number);
    data[at * 2] = THREE.DataUtils.toHalfFloat(shadow[at] as number);
    data[at * 2 + 1] = THREE.DataUtils.toHalfFloat(1 / (1 + enclosure));
  }
  const texture = new THREE.DataTexture(
    data,
    ground.cells,
    ground.cells,
    THREE.RGFormat,
    THREE.HalfFloatType,
  );
  texture.magFilter = THREE.LinearFilter;
  texture.minFilter = THREE.LinearFilter;
  texture.needsUpdate = true;
  const bounds = new THREE.Vector4(ground.x, ground.z, 1 / ground.side, metres);
  return { texture, uniforms: { shadeMap: { value: texture }, shadeBounds: { value: bounds } } };
}

/** `bakedShade(world, normal)`: x how much sun, y how much sky, 0..1. */
export const shadeShader = /* glsl */ `
uniform sampler2D shadeMap;
uniform vec4 shadeBounds;
vec2 bakedShade(vec3 world, vec3 normal) {
  vec3 at = world + vec3(normal.x, 0.0, normal.z) * shadeBounds.w * 1.2;
  vec2 uv = (at.xz - shadeBounds.xy) * shadeBounds.z;
  vec2 inside = smoothstep(0.0, 0.03, uv) * smoothstep(0.0, 0.03, 1.0 - uv);
  float known = inside.x * inside.y;
  vec2 baked = texture2D(shadeMap, uv).rg;
  float soft = 0.25 + shadeBounds.w * 0.35;
  float sunny = smoothstep(-soft, soft, at.y + 0.3 - baked.x);
  sunny = baked.x < 0.05 ? 1.0 : sunny;
  float sky = mix(baked.y, 1.0, clamp(at.y / 30.0, 0.0, 1.0));
  return mix(vec2(1.0, 0.8), vec2(sunny, sky), known);
}
`;
