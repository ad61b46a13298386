/**
 * The surface of a label by naive surface nets (Gibson, 1998): a vertex in each cell that the border crosses, at the
 * mean of its crossings, then drawn towards its neighbours. To look at; what is measured comes from Python.
 */

export interface LabelMesh {
  /** In voxels: texture indices x, y, z. */
  vertices: Float32Array;
  faces: Uint32Array;
}

const SMOOTHINGS = 4;
const SHARE = 0.5;

/**
 * Makes a closed surface around all voxels of `label`.
 *
 * @param labels - One byte a voxel, x fastest.
 * @param size - Voxels along x, y, z.
 * @param label - Which voxels are inside.
 */
export function labelSurface(
  labels: Uint8Array,
  size: readonly [number, number, number],
  label: number,
): LabelMesh {
  const [nx, ny, nz] = size;
  const box = boxOf(labels, size, label);
  if (!box) {
    return { vertices: new Float32Array(0), faces: new Uint32Array(0) };
  }
  const inside = (x: number, y: number, z: number) =>
    x >= 0 && y >= 0 && z >= 0 && x < nx && y < ny && z < nz && labels[x + nx * (y + ny * z)] === label;
  // Cells lie between voxels; one more on each side closes the surface at the border of the scan.
  const [cx, cy, cz] = [box[3] - box[0] + 2, box[4] - box[1] + 2, box[5] - box[2] + 2];
  const vertexOf = new Int32Array(cx * cy * cz).fill(-1);
  const cell = (x: number, y: number, z: number) => x + cx * (y + cy * z);
  const vertices: number[] = [];
  const faces: number[] = [];
  for (let z = 0; z < cz; z++) {
    for (let y = 0; y < cy; y++) {
      for (let x = 0; x < cx; x++) {
        const [vx, vy, vz] = [box[0] - 1 + x, box[1] - 1 + y, box[2] - 1 + z];
        const crossing = middleOfCrossings(inside, vx, vy, vz);
        if (!crossing) {
          continue;
        }
        vertexOf[cell(x, y, z)] = vertices.length / 3;
        vertices.push(vx + crossing[0], vy + crossing[1], vz + crossing[2]);
        // Each edge of the grid that the border crosses is shared by four cells, all known once this one is.
        const here = inside(vx, vy, vz);
        const at = (dx: number, dy: number, dz: number) => vertexOf[cell(x - dx, y - dy, z - dz)] as number;
        if (y > 0 && z > 0 && here !== inside(vx + 1, vy, vz)) {
          quad(faces, [at(0, 0, 0), at(0, 1, 0), at(0, 1, 1), at(0, 0, 1)], here);
        }
        if (x > 0 && z > 0 && here !== inside(vx, vy + 1, vz)) {
          quad(faces, [at(0, 0, 0), at(0, 0, 1), at(1, 0, 1), at(1, 0, 0)], here);
        }
        if (x > 0 && y > 0 && here !== inside(vx, vy, vz + 1)) {
          quad(faces, [at(0, 0, 0), at(1, 0, 0), at(1, 1, 0), at(0, 1, 0)], here);
        }
      }
    }
  }
  const mesh = { vertices: new Float32Array(vertices), faces: new Uint32Array(faces) };
  smooth(mesh);
  return mesh;
}

type Box = [number, number, number, number, number, number];

/** First and last voxel of a label along each axis. */
function boxOf(
  labels: Uint8Array,
  [nx, ny, nz]: readonly [number, number, number],
  label: number,
): Box | undefined {
  const box: Box = [nx, ny, nz, -1, -1, -1];
  for (let at = labels.indexOf(label); at >= 0; at = labels.indexOf(label, at + 1)) {
    const [x, y, z] = [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))];
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.min(box[2], z);
    box[3] = Math.max(box[3], x);
    box[4] = Math.max(box[4], y);
    box[5] = Math.max(box[5], z);
  }
  return box[3] < 0 ? undefined : box;
}

/** The middle of the places where the border crosses the twelve edges of a cell, 0 to 1 inside the cell. */
function middleOfCrossings(
  inside: (x: number, y: number, z: number) => boolean,
  x: number,
  y: number,
  z: number,
): [number, number, number] | undefined {
  let mask = 0;
  for (let corner = 0; corner < 8; corner++) {
    if (inside(x + (corner & 1), y + ((corner >> 1) & 1), z + (corner >> 2))) {
      mask |= 1 << corner;
    }
  }
  if (mask === 0 || mask === 255) {
    return undefined;
  }
  const sum: [number, number, number] = [0, 0, 0];
  let count = 0;
  for (let corner = 0; corner < 8; corner++) {
    for (let axis = 0; axis < 3; axis++) {
      const other = corner | (1 << axis);
      if (other !== corner && ((mask >> corner) & 1) !== ((mask >> other) & 1)) {
        sum[0] += axis === 0 ? 0.5 : corner & 1;
        sum[1] += axis === 1 ? 0.5 : (corner >> 1) & 1;
        sum[2] += axis === 2 ? 0.5 : corner >> 2;
        count += 1;
      }
    }
  }
  return [sum[0] / count, sum[1] / count, sum[2] / count];
}

function quad(faces: number[], [a, b, c, d]: [number, number, number, number], here: boolean): void {
  faces.push(...(here ? [a, b, c, a, c, d] : [a, c, b, a, d, c]));
}

/** Draws each vertex towards the mean of its neighbours and part of the way back, so that nothing shrinks (Taubin). */
function smooth({ vertices, faces }: LabelMesh): void {
  const sums = new Float32Array(vertices.length);
  const counts = new Uint16Array(vertices.length / 3);
  for (let pass = 0; pass < 2 * SMOOTHINGS; pass++) {
    sums.fill(0);
    counts.fill(0);
    for (let face = 0; face < faces.length; face += 3) {
      for (let side = 0; side < 3; side++) {
        const [from, to] = [faces[face + side] as number, faces[face + ((side + 1) % 3)] as number];
        for (let axis = 0; axis < 3; axis++) {
          sums[3 * from + axis] = (sums[3 * from + axis] as number) + (vertices[3 * to + axis] as number);
        }
        counts[from] = (counts[from] as number) + 1;
      }
    }
    const share = pass % 2 === 0 ? SHARE : -SHARE * 1.04;
    for (let at = 0; at < vertices.length; at++) {
      const mean = (sums[at] as number) / (counts[Math.floor(at / 3)] as number);
      vertices[at] = (vertices[at] as number) + share * (mean - (vertices[at] as number));
    }
  }
}
