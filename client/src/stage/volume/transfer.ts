/**
 * Transfer functions: from a byte of the volume to colour and extinction, and the pre-integrated table of a step.
 *
 * Opacity is given for one millimetre, so that the picture does not depend on the step: an opacity `o` is the
 * extinction `-ln(1 - o)` per mm, and a path of length `d` through it lets `exp(-extinction d)` of the light pass.
 *
 * Pre-integration (Engel, Kraus and Ertl, 2001): between two samples the value is taken to change linearly, and the
 * integral over all the values in between is looked up, so that a thin shell between two samples is never missed.
 */

export interface TransferPoint {
  /** Position in the byte range, 0..1. */
  at: number;
  /** Red, green, blue as displayed, 0..1. */
  color: readonly [number, number, number];
  /** Share of light that one millimetre takes away, 0..1. */
  opacity: number;
}

/** Number of values a byte has. */
export const LEVELS = 256;
/** No extinction is greater: one millimetre lets a millionth pass. */
const DENSEST = 13.8;
/** Pieces a step is cut into, so that what lies in front hides what lies behind. */
const PIECES = 8;

/** (256, 4): red, green, blue, extinction per mm of each byte. Points are joined by lines; the ends go on. */
export function transferTable(points: readonly TransferPoint[]): Float32Array {
  const sorted = checked(points).toSorted((a, b) => a.at - b.at);
  const table = new Float32Array(LEVELS * 4);
  for (let byte = 0; byte < LEVELS; byte++) {
    const { color, opacity } = between(sorted, byte / (LEVELS - 1));
    table.set([...color, Math.min(DENSEST, -Math.log1p(-opacity))], byte * 4);
  }
  return table;
}

function checked(points: readonly TransferPoint[]): readonly TransferPoint[] {
  if (points.length === 0) throw new RangeError("a transfer function needs at least one point, got none");
  for (const point of points)
    for (const value of [point.at, point.opacity, ...point.color])
      if (!(value >= 0 && value <= 1))
        throw new RangeError(`a transfer point has values from 0 to 1, got ${JSON.stringify(point)}`);
  return points;
}

function between(points: readonly TransferPoint[], at: number): TransferPoint {
  const after = points.findIndex((point) => point.at > at);
  const next = points[after] ?? points[points.length - 1];
  const previous = after < 0 ? next : (points[after - 1] ?? next);
  if (!next || !previous) throw new RangeError("a transfer function needs at least one point, got none");
  const span = next.at - previous.at;
  const share = span > 0 ? (at - previous.at) / span : 0;
  const mix = (a: number, b: number) => a + (b - a) * share;
  const [red, green, blue] = previous.color;
  return {
    at,
    color: [mix(red, next.color[0]), mix(green, next.color[1]), mix(blue, next.color[2])],
    opacity: mix(previous.opacity, next.opacity),
  };
}

/** (256, 4): integrals from byte 0 to each byte of extinction times colour, and of extinction. */
export function prefixIntegrals(table: Float32Array): Float64Array {
  const sums = new Float64Array(LEVELS * 4);
  for (let byte = 1; byte < LEVELS; byte++) {
    const [before, here] = [(byte - 1) * 4, byte * 4];
    const [thin, thick] = [table[before + 3] ?? 0, table[here + 3] ?? 0];
    for (let c = 0; c < 3; c++) {
      const [dark, light] = [table[before + c] ?? 0, table[here + c] ?? 0];
      // Exact for a colour and an extinction that are both linear between bytes.
      const area = (2 * (dark * thin + light * thick) + dark * thick + light * thin) / 6;
      sums[here + c] = (sums[before + c] ?? 0) + area;
    }
    sums[here + 3] = (sums[before + 3] ?? 0) + (thin + thick) / 2;
  }
  return sums;
}

/**
 * (256 back, 256 front, 4): colour times opacity, and opacity, of a step of `stepMm` that begins at one value and
 * ends at another. Opacity is exact for linear change; colours are ordered front to back in up to 8 pieces.
 */
export function preintegrate(table: Float32Array, stepMm: number): Float32Array {
  if (!(stepMm > 0)) throw new RangeError(`a step longer than 0 mm was expected, got ${stepMm}`);
  const sums = prefixIntegrals(table);
  const out = new Float32Array(LEVELS * LEVELS * 4);
  for (let back = 0; back < LEVELS; back++)
    for (let front = 0; front < LEVELS; front++) {
      const cell = (back * LEVELS + front) * 4;
      if (front === back) constantStep(table, front, stepMm, out, cell);
      else linearStep(sums, front, back, stepMm, out, cell);
    }
  return out;
}

function constantStep(
  table: Float32Array,
  byte: number,
  stepMm: number,
  out: Float32Array,
  cell: number,
): void {
  const opacity = -Math.expm1(-(table[byte * 4 + 3] ?? 0) * stepMm);
  for (let c = 0; c < 3; c++) out[cell + c] = (table[byte * 4 + c] ?? 0) * opacity;
  out[cell + 3] = opacity;
}

function linearStep(
  sums: Float64Array,
  front: number,
  back: number,
  stepMm: number,
  out: Float32Array,
  cell: number,
): void {
  const span = back - front;
  const total = ((sums[back * 4 + 3] as number) - (sums[front * 4 + 3] as number)) / span;
  if (total <= 0) return;
  // A thin step needs no order: its pieces hardly hide each other.
  const pieces = total * stepMm < 0.02 ? 1 : Math.min(Math.abs(span), PIECES);
  const perLevel = stepMm / span;
  let [red, green, blue, passed, from] = [0, 0, 0, 1, front];
  for (let piece = 1; piece <= pieces; piece++) {
    const to = front + Math.round((span * piece) / pieces);
    const [a, b] = [from * 4, to * 4];
    const depth = ((sums[b + 3] as number) - (sums[a + 3] as number)) * perLevel;
    if (depth > 1e-12) {
      const through = Math.exp(-depth);
      // Light of the piece: its mean colour, weighted by extinction, times its opacity.
      const weight = (passed * (1 - through) * perLevel) / depth;
      red += ((sums[b] as number) - (sums[a] as number)) * weight;
      green += ((sums[b + 1] as number) - (sums[a + 1] as number)) * weight;
      blue += ((sums[b + 2] as number) - (sums[a + 2] as number)) * weight;
      passed *= through;
    }
    from = to;
  }
  out[cell] = red;
  out[cell + 1] = green;
  out[cell + 2] = blue;
  out[cell + 3] = 1 - passed;
}
