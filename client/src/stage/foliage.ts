/** Trees: crowns of leaf cards lit as one soft volume, cut out by alpha test, moved by the wind. */
import * as THREE from "three";
import type { Daylight } from "./daylight";
import { Form } from "./form";
import { between, mulberry32, type Random } from "./random";
import type { BakedShade } from "./shade";
import { makeSurface } from "./surface";

/** Where a tree stands and how it is grown. */
export interface TreePlace {
  x: number;
  y: number;
  z: number;
  /** Metres from root to tip. */
  height: number;
  colour: string;
}

/** A card of small leaves: white colour, alpha falls off from the middle of each leaf. */
export function leafTexture(seed: number, size = 128): THREE.DataTexture {
  const random = mulberry32(seed);
  const data = new Uint8Array(size * size * 4);
  const leaves = Array.from({ length: 120 }, () => {
    const away = Math.sqrt(random()) * 0.44;
    const angle = between(random, 0, Math.PI * 2);
    const turn = angle + between(random, -0.9, 0.9);
    return {
      x: 0.5 + away * Math.cos(angle),
      y: 0.5 + away * Math.sin(angle),
      cos: Math.cos(turn),
      sin: Math.sin(turn),
      light: between(random, 0.72, 1.1),
    };
  });
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      let best = 0;
      let light = 0.9;
      for (const leaf of leaves) {
        const dx = (column + 0.5) / size - leaf.x;
        const dy = (row + 0.5) / size - leaf.y;
        const along = (dx * leaf.cos + dy * leaf.sin) / 0.066;
        const across = (dy * leaf.cos - dx * leaf.sin) / 0.03;
        const inside = 1.45 - Math.sqrt(along * along + across * across);
        if (inside > best) {
          best = inside;
          light = leaf.light * (0.94 + 0.06 * Math.sign(across));
        }
      }
      const at = (row * size + column) * 4;
      data.fill(Math.min(255, Math.round(light * 230)), at, at + 3);
      data[at + 3] = Math.round(Math.min(1, best) * 255);
    }
  }
  const texture = new THREE.DataTexture(data, size, size, THREE.RGBAFormat);
  texture.magFilter = THREE.LinearFilter;
  texture.minFilter = THREE.LinearMipmapLinearFilter;
  texture.generateMipmaps = true;
  texture.needsUpdate = true;
  return texture;
}

/** A ball of leaves within a crown. */
interface Lobe {
  at: THREE.Vector3;
  radius: number;
}

/** The balls that make up the crown of a tree of height 1. */
function lobesOf(random: Random): Lobe[] {
  const around = Array.from({ length: 5 }, (_, at) => {
    const angle = at * 1.2566 + between(random, -0.3, 0.3);
    const middle = new THREE.Vector3(
      Math.cos(angle) * 0.2,
      between(random, 0.48, 0.7),
      Math.sin(angle) * 0.2,
    );
    return { at: middle, radius: between(random, 0.17, 0.23) };
  });
  const top = { at: new THREE.Vector3(0.03, 0.8, -0.02), radius: 0.19 };
  return [{ at: new THREE.Vector3(0, 0.62, 0), radius: 0.3 }, ...around, top];
}

/** A direction, more often upward than down. */
function scatterOutward(random: Random): THREE.Vector3 {
  const up = between(random, -0.75, 1);
  const angle = between(random, 0, Math.PI * 2);
  const flat = Math.sqrt(1 - up * up);
  return new THREE.Vector3(flat * Math.cos(angle), up, flat * Math.sin(angle));
}

/** Crown of `cards` leaf cards for a tree of height 1; `color` carries the light inside the crown. */
function crown(seed: number, cards: number): THREE.BufferGeometry {
  const random = mulberry32(seed);
  const positions: number[] = [];
  const normals: number[] = [];
  const colours: number[] = [];
  const uvs: number[] = [];
  const indices: number[] = [];
  const lobes = lobesOf(random);
  const middle = new THREE.Vector3(0, 0.5, 0);
  const half = 0.56 / Math.sqrt(cards) + 0.05;
  for (let card = 0; card < cards; card++) {
    const lobe = lobes[card % lobes.length] as Lobe;
    const outward = scatterOutward(random);
    const depth = between(random, 0.62, 1);
    const centre = outward
      .clone()
      .multiplyScalar(lobe.radius * depth)
      .add(lobe.at);
    const first = scatterOutward(random).cross(outward).normalize();
    // A card lies on the ball and leans out of it a little, so that none is seen as a streak.
    const second = outward
      .clone()
      .cross(first)
      .addScaledVector(outward, between(random, -0.7, 0.7))
      .normalize();
    const light = 0.42 + 0.58 * Math.min(1, Math.max(0, (centre.y - 0.32) / 0.5)) * depth;
    const offset = positions.length / 3;
    for (const [u, v] of corners) {
      const corner = centre
        .clone()
        .addScaledVector(first, (u * 2 - 1) * half)
        .addScaledVector(second, (v * 2 - 1) * half);
      const normal = corner
        .clone()
        .sub(middle)
        .normalize()
        .multiplyScalar(0.5)
        .addScaledVector(outward, 0.6)
        .normalize();
      positions.push(...corner.toArray());
      normals.push(...normal.toArray());
      colours.push(light, light, light);
      uvs.push(u, v);
    }
    indices.push(offset, offset + 1, offset + 2, offset, offset + 2, offset + 3);
  }
  const geometry = new THREE.BufferGeometry();
  geometry.setAttribute("position", new THREE.Float32BufferAttribute(positions, 3));
  geometry.setAttribute("normal", new THREE.Float32BufferAttribute(normals, 3));
  geometry.setAttribute("color", new THREE.Float32BufferAttribute(colours, 3));
  geometry.setAttribute("uv", new THREE.Float32BufferAttribute(uvs, 2));
  geometry.setIndex(indices);
  return geometry;
}

const corners = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
] as const;

function trunk(branched: boolean): THREE.BufferGeometry {
  const bark = "#6d5a48";
  if (!branched)
    return new Form().post([0, -0.03, 0], 0.026, 0.6, bark, { foot: 0.7, hollow: true }, 0.012, 5).geometry();
  return new Form()
    .post([0, -0.03, 0], 0.026, 0.5, bark, { foot: 0.7 }, 0.014, 6)
    .bar([0, 0.34, 0], [0.16, 0.6, 0.05], 0.009, bark, {}, 4)
    .bar([0, 0.38, 0], [-0.13, 0.62, 0.09], 0.009, bark, {}, 4)
    .bar([0, 0.42, 0], [0.01, 0.66, -0.15], 0.008, bark, {}, 4)
    .geometry();
}

const sway = /* glsl */ `
float lean = shape.y * shape.y;
float gust = 0.35 + wind * 1.6;
world.x += lean * gust * (0.10 * sin(time * 1.1 + place[3].x * 0.3 + place[3].z * 0.2) + 0.035 * sin(time * 4.3 + shape.x * 21.0 + place[3].x));
world.z += lean * gust * 0.06 * sin(time * 1.4 + place[3].x * 0.2 + shape.z * 3.0);
`;

export interface FoliageSetting {
  daylight: Daylight;
  shade?: BakedShade;
  leaves: THREE.Texture;
  time: THREE.IUniform<number>;
  /** 0 still .. 1 strong. */
  wind: THREE.IUniform<number>;
}

/** The material of leaf cards; `color` is the light within, the instance colour the leaf. */
export function makeLeafMaterial(setting: FoliageSetting): THREE.ShaderMaterial {
  return makeSurface({
    daylight: setting.daylight,
    ...(setting.shade ? { shade: setting.shade } : {}),
    shared: "varying vec2 vUv; uniform sampler2D leaves; uniform float time; uniform float wind;",
    move: "vUv = uv;",
    sway,
    paint: `
vec4 leaf = texture2D(leaves, vUv);
float sharp = (leaf.a - 0.42) / max(fwidth(leaf.a), 0.02) + 0.5;
if (sharp < 0.5) discard;
albedo *= leaf.rgb;
through = 0.45;
normal = normalize(vNormal);
`,
    uniforms: { leaves: { value: setting.leaves }, time: setting.time, wind: setting.wind },
    parameters: { side: THREE.DoubleSide },
  });
}

/** A wood: crowns and trunks, two draws. `cards` sets how fine the crowns are. */
export function makeTrees(
  places: readonly TreePlace[],
  setting: FoliageSetting,
  leaf: THREE.Material,
  cards: number,
  seed: number,
): THREE.InstancedMesh[] {
  const random = mulberry32(seed);
  const bark = makeSurface({
    daylight: setting.daylight,
    ...(setting.shade ? { shade: setting.shade } : {}),
    shared: "uniform float time; uniform float wind;",
    sway,
    uniforms: { time: setting.time, wind: setting.wind },
  });
  const crowns = new THREE.InstancedMesh(crown(seed, cards), leaf, places.length);
  const trunks = new THREE.InstancedMesh(trunk(cards > 100), bark, places.length);
  const matrix = new THREE.Matrix4();
  const turn = new THREE.Quaternion();
  const up = new THREE.Vector3(0, 1, 0);
  const colour = new THREE.Color();
  const white = new THREE.Color(1, 1, 1);
  places.forEach((place, at) => {
    const wide = place.height * between(random, 0.9, 1.15);
    turn.setFromAxisAngle(up, between(random, 0, Math.PI * 2));
    matrix.compose(
      new THREE.Vector3(place.x, place.y, place.z),
      turn,
      new THREE.Vector3(wide, place.height, wide),
    );
    crowns.setMatrixAt(at, matrix);
    trunks.setMatrixAt(at, matrix);
    crowns.setColorAt(at, colour.set(place.colour).multiplyScalar(between(random, 0.82, 1.16)));
    trunks.setColorAt(at, white);
  });
  for (const mesh of [crowns, trunks]) mesh.frustumCulled = false;
  return [crowns, trunks];
}
