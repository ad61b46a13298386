/** Tiling noise made in code, so that shaders read a texture instead of computing octaves. */
import * as THREE from "three";
import { mulberry32 } from "./random";

/** Fills a lattice of `period` x `period` random values. */
function lattice(seed: number, period: number): Float32Array {
  const random = mulberry32(seed);
  return Float32Array.from({ length: period * period }, () => random());
}

/** Adds one octave of tiling value noise to `field` (size x size). */
function addOctave(field: Float32Array, size: number, period: number, seed: number, weight: number): void {
  const values = lattice(seed, period);
  for (let row = 0; row < size; row++) {
    const y = (row / size) * period;
    const y0 = Math.floor(y);
    const fy = y - y0;
    const sy = fy * fy * (3 - 2 * fy);
    const low = y0 * period;
    const high = ((y0 + 1) % period) * period;
    for (let column = 0; column < size; column++) {
      const x = (column / size) * period;
      const x0 = Math.floor(x);
      const fx = x - x0;
      const sx = fx * fx * (3 - 2 * fx);
      const x1 = (x0 + 1) % period;
      const bottom = (values[low + x0] as number) * (1 - sx) + (values[low + x1] as number) * sx;
      const top = (values[high + x0] as number) * (1 - sx) + (values[high + x1] as number) * sx;
      const at = row * size + column;
      field[at] = (field[at] as number) + weight * (bottom * (1 - sy) + top * sy);
    }
  }
}

/** Octaves of tiling noise stretched to 0..1, `size` x `size` values. */
export function fractalNoise(seed: number, size: number, period: number, octaves: number): Float32Array {
  const field = new Float32Array(size * size);
  for (let octave = 0; octave < octaves && period << octave <= size; octave++) {
    addOctave(field, size, period << octave, seed + octave * 101, 0.5 ** octave);
  }
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of field) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return field.map((value) => (value - low) / (high - low));
}

/** A tiling texture: R broad noise, G broad noise of another seed, B fine noise, A grain. */
export function noiseTexture(seed: number, size = 256): THREE.DataTexture {
  const channels = [
    fractalNoise(seed, size, 4, 6),
    fractalNoise(seed + 7, size, 4, 6),
    fractalNoise(seed + 13, size, 16, 4),
    fractalNoise(seed + 29, size, 64, 2),
  ];
  const data = new Uint8Array(size * size * 4);
  channels.forEach((channel, offset) => {
    channel.forEach((value, at) => {
      data[at * 4 + offset] = Math.round(value * 255);
    });
  });
  const texture = new THREE.DataTexture(data, size, size, THREE.RGBAFormat);
  texture.wrapS = THREE.RepeatWrapping;
  texture.wrapT = THREE.RepeatWrapping;
  texture.magFilter = THREE.LinearFilter;
  texture.minFilter = THREE.LinearMipmapLinearFilter;
  texture.generateMipmaps = true;
  texture.needsUpdate = true;
  return texture;
}
