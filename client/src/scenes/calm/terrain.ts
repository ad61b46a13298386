/** The lie of the land about the water. */
import * as THREE from "three";
import type { Daylight } from "../../stage/daylight";
import type { BakedShade } from "../../stage/shade";
import { makeSurface } from "../../stage/surface";

/** Height of the water, metres; the subject stands at 0. */
export const waterLevel = -0.55;
const lake = { x: 4, z: -30, acrossX: 34, acrossZ: 24.5 } as const;

/** How far out of the lake a point is: 1 on the shore, less within. */
export function outOfLake(x: number, z: number): number {
  const dx = (x - lake.x) / lake.acrossX;
  const dz = (z - lake.z) / lake.acrossZ;
  const angle = Math.atan2(dz, dx);
  const wobble =
    1 + 0.1 * Math.sin(angle * 3 + 0.8) + 0.06 * Math.sin(angle * 5 + 2.1) + 0.03 * Math.sin(angle * 9);
  return Math.hypot(dx, dz) / wobble;
}

function smooth(low: number, high: number, value: number): number {
  const share = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return share * share * (3 - 2 * share);
}

/** Height of the ground, metres. */
export function groundHeight(x: number, z: number): number {
  const out = outOfLake(x, z);
  const shore = waterLevel - 0.25 + 0.8 * smooth(0.94, 1.26, out);
  const away = Math.hypot(x, z + 20);
  const rise = 7 * smooth(34, 110, away) * (0.7 + 0.3 * Math.sin(x * 0.045 + 1) * Math.cos(z * 0.05));
  const roll = 0.16 * (Math.sin(x * 0.31 + 0.5) * Math.cos(z * 0.27) - Math.sin(0.5)) * smooth(1.2, 1.6, out);
  return shore + rise + roll;
}

/** Rings about the subject: fine near, coarse far; no ground where the water is deep. */
function terrain(): THREE.BufferGeometry {
  const around = 96;
  const radii = [
    0, 1.2, 2.4, 3.6, 5, 6.5, 8, 9.5, 11.5, 14, 17, 20, 24, 28, 33, 38, 44, 50, 57, 65, 75, 90, 110, 140, 190,
    260,
  ];
  const positions: number[] = [];
  const indices: number[] = [];
  for (const radius of radii) {
    for (let step = 0; step <= around; step++) {
      const angle = (step / around) * Math.PI * 2;
      const x = Math.cos(angle) * radius;
      const z = Math.sin(angle) * radius;
      positions.push(x, groundHeight(x, z), z);
    }
  }
  const deep = (vertex: number) => (positions[vertex * 3 + 1] as number) < waterLevel - 0.2;
  for (let ring = 0; ring + 1 < radii.length; ring++) {
    for (let step = 0; step < around; step++) {
      const a = ring * (around + 1) + step;
      const c = a + around + 1;
      for (const face of [
        [a, a + 1, c],
        [a + 1, c + 1, c],
      ] as const)
        if (!face.every(deep)) indices.push(...face);
    }
  }
  const geometry = new THREE.BufferGeometry();
  geometry.setAttribute("position", new THREE.Float32BufferAttribute(positions, 3));
  geometry.setIndex(indices);
  geometry.computeVertexNormals();
  return geometry;
}

/** The ground, painted as meadow, trodden path and wet shore. */
export function makeTerrain(daylight: Daylight, shade: BakedShade, noise: THREE.Texture): THREE.Mesh {
  const material = makeSurface({
    daylight,
    shade,
    shared: "uniform sampler2D noise;",
    paint: `
vec4 broad = texture2D(noise, vWorld.xz * 0.023);
vec4 fine = texture2D(noise, vWorld.xz * 0.31);
vec4 blades = texture2D(noise, vWorld.xz * vec2(1.3, 0.9) + fine.rg * 0.1);
// The bed of the lake is left to the water's mirror.
if (vWorld.y < ${(waterLevel - 0.03).toFixed(2)}) discard;
float above = vWorld.y - (${waterLevel.toFixed(2)});
vec3 meadow = mix(vec3(0.115, 0.175, 0.04), vec3(0.235, 0.27, 0.075), broad.r * 0.7 + fine.b * 0.3) * (0.60 + 0.45 * fine.a + 0.35 * blades.b);
vec3 earth = mix(vec3(0.20, 0.16, 0.10), vec3(0.30, 0.25, 0.17), fine.b);
float shore = smoothstep(0.30, 0.06, above + 0.14 * (fine.g - 0.5));
albedo = mix(meadow, earth, shore);
albedo *= mix(1.0, 0.55, smoothstep(0.06, 0.0, above));
float trodden = smoothstep(1.5, 0.4, length(vWorld.xz * vec2(0.9, 1.0)) + (fine.r - 0.5) * 0.9);
albedo = mix(albedo, earth * 1.1, trodden * 0.55);
gloss = 0.12 * smoothstep(0.07, 0.0, above);
`,
    uniforms: { noise: { value: noise } },
    parameters: { vertexColors: false, side: THREE.DoubleSide },
  });
  const mesh = new THREE.Mesh(terrain(), material);
  mesh.frustumCulled = false;
  return mesh;
}
