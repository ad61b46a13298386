/** What Python puts into the page, and how it is unpacked. */

export interface MeshPayload {
  name: string;
  color: string;
  opacity: number;
  /** Base64 of Float32: x, y, z in LPS mm. */
  vertices: string;
  /** Base64 of Uint32, three a triangle. */
  faces: string;
  /** Base64 of Uint8: red, green, blue a vertex. */
  colors?: string;
}

export interface PathPayload {
  /** LPS mm, from start to end. */
  points: number[][];
  fieldOfViewDeg: number;
}

export interface ScanPayload {
  /** Voxels in the order of a texture: x, y, z. */
  size: [number, number, number];
  /** Base64 of gzip of one byte a voxel, x fastest. */
  values: string;
  /** What byte 0 and byte 255 mean, in `unit`. */
  range: [number, number];
  unit: string;
  modality: string;
  title: string;
  /** 16, column-major: texture index (x, y, z, 1) to LPS mm. */
  indexToWorld: number[];
  /** Base64 of gzip of one label a voxel, as `values`. */
  labels?: string;
  labelNames?: Record<string, { name: string; color: string }>;
  meshes: MeshPayload[];
  path?: PathPayload;
  preset?: string;
}

/** A message for whoever looks at the page: what is wrong, and what to do. */
export class ViewError extends Error {}

const BROKEN = "This page is incomplete: its 3-D data cannot be read. Write the page again.";

/**
 * Reads the page's data.
 *
 * @throws ViewError if it is not what this viewer reads.
 */
export function readPayload(text: string): ScanPayload {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    throw new ViewError(BROKEN);
  }
  const payload = found as ScanPayload;
  const whole =
    Array.isArray(payload?.size) &&
    payload.size.length === 3 &&
    payload.size.every((count) => Number.isInteger(count) && count > 0) &&
    typeof payload.values === "string" &&
    payload.indexToWorld?.length === 16 &&
    payload.indexToWorld.every(Number.isFinite) &&
    payload.range?.length === 2 &&
    payload.range.every(Number.isFinite);
  if (!whole) {
    throw new ViewError(BROKEN);
  }
  return { ...payload, meshes: payload.meshes ?? [] };
}

/** The bytes that base64 stands for, in memory of their own. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let at = 0; at < characters.length; at++) {
    bytes[at] = characters.charCodeAt(at);
  }
  return bytes;
}

/**
 * Unpacks base64 of gzip whose length is known.
 *
 * @param packed What stands in the page.
 * @param length How many bytes come out; more or fewer are an error, so that a wrong page never fills the memory.
 * @param told Called with the share that is done, 0 to 1.
 * @throws ViewError if the data is damaged.
 */
export async function unpack(
  packed: string,
  length: number,
  told: (share: number) => void = () => {},
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  try {
    const stream = new Blob([fromBase64(packed)]).stream().pipeThrough(new DecompressionStream("gzip"));
    for await (const chunk of stream) {
      if (filled + chunk.length > length) {
        throw new ViewError(BROKEN);
      }
      bytes.set(chunk, filled);
      filled += chunk.length;
      told(filled / length);
    }
  } catch {
    throw new ViewError(BROKEN);
  }
  if (filled !== length) {
    throw new ViewError(BROKEN);
  }
  return bytes;
}
