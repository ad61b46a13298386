/** Hills that close the horizon. */
import * as THREE from "three";
import type { Daylight } from "./daylight";
import { fractalNoise } from "./noise";
import { makeSurface } from "./surface";

const around = 160;
const rings = [0, 0.35, 0.65, 1] as const;

/** Heights of the ring's points, 0..1, row by row; the last point of a row meets its first. */
function crests(seed: number): number[] {
  const size = 128;
  const field = fractalNoise(seed + 77, size, 4, 5);
  return rings.flatMap((ring) =>
    Array.from({ length: around + 1 }, (_, step) => {
      const angle = (step / around) * Math.PI * 2;
      const column = Math.floor((step / around) * size) % size;
      const rough = field[Math.floor(ring * 40) * size + column] as number;
      const broad = 0.5 + 0.5 * Math.sin(angle * 3 + 1.3) * Math.sin(angle * 5 + 0.4);
      return ring * (0.4 + 0.45 * broad + 0.45 * rough);
    }),
  );
}

/** A ring of hills about the origin; all lengths in metres. */
export function makeHills(
  seed: number,
  daylight: Daylight,
  inner = 1450,
  outer = 1900,
  highest = 170,
): THREE.Mesh {
  const positions: number[] = [];
  const indices: number[] = [];
  crests(seed).forEach((crest, at) => {
    const angle = ((at % (around + 1)) / around) * Math.PI * 2;
    const away = inner + (outer - inner) * (rings[Math.floor(at / (around + 1))] ?? 0);
    positions.push(Math.sin(angle) * away, highest * crest - 4, -Math.cos(angle) * away);
  });
  for (let ring = 0; ring + 1 < rings.length; ring++) {
    for (let step = 0; step < around; step++) {
      const at = ring * (around + 1) + step;
      indices.push(at, at + 1, at + around + 1, at + 1, at + around + 2, at + around + 1);
    }
  }
  const geometry = new THREE.BufferGeometry();
  geometry.setAttribute("position", new THREE.Float32BufferAttribute(positions, 3));
  geometry.setIndex(indices);
  geometry.computeVertexNormals();
  const paint = "albedo = vec3(0.14, 0.18, 0.10);";
  const parameters = { vertexColors: false, side: THREE.DoubleSide };
  return new THREE.Mesh(geometry, makeSurface({ daylight, paint, parameters }));
}
