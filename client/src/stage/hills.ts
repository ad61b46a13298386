/** Hills that close the horizon. */
import * as THREE from "three";
import type { Daylight } from "./daylight";
import { fractalNoise } from "./noise";
import { makeSurface } from "./surface";

/** A ring of hills about the origin; heights in metres. */
export function makeHills(
  seed: number,
  daylight: Daylight,
  inner = 2250,
  outer = 2850,
  highest = 210,
): THREE.Mesh {
  const size = 128;
  const field = fractalNoise(seed + 77, size, 4, 5);
  const around = 160;
  const positions: number[] = [];
  const indices: number[] = [];
  const rings = [0, 0.35, 0.65, 1];
  for (const ring of rings) {
    for (let step = 0; step <= around; step++) {
      const angle = (step / around) * Math.PI * 2;
      const away = inner + (outer - inner) * ring;
      const noise = field[Math.floor(ring * 40) * size + (((step * 4) % around) % size)] as number;
      const smooth = 0.5 + 0.5 * Math.sin(angle * 3 + 1.3) * Math.sin(angle * 5 + 0.4);
      positions.push(
        Math.sin(angle) * away,
        -4 +
          highest *
            ring *
            (0.25 +
              0.45 * smooth +
              0.45 * (step === around ? (field[Math.floor(ring * 40) * size] as number) : noise)),
        -Math.cos(angle) * away,
      );
    }
  }
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
  return new THREE.Mesh(
    geometry,
    makeSurface({
      daylight,
      paint: "albedo = vec3(0.14, 0.18, 0.10); normal = normalize(vNormal);",
      parameters: { vertexColors: false, side: THREE.DoubleSide },
    }),
  );
}
