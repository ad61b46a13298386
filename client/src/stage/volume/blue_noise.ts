/** Blue noise by void and cluster (Ulichney, 1993): even in every neighbourhood, so that the eye sees no pattern. */

/** Pixels along the edge of the tile. */
export const NOISE_EDGE = 64;
const SIGMA = 1.9;
const REACH = 7;

/**
 * (edge, edge) bytes, each level equally often, the same on every machine. The tile repeats without a seam.
 *
 * @param edge - Pixels along the edge, a power of two.
 */
export function blueNoise(edge: number = NOISE_EDGE): Uint8Array {
  const cells = edge * edge;
  const energy = new Float64Array(cells);
  const taken = new Uint8Array(cells);
  const kernel = Float64Array.from({ length: REACH * 2 + 1 }, (_, i) =>
    Math.exp(-((i - REACH) ** 2) / (2 * SIGMA ** 2)),
  );
  const change = (cell: number, sign: number) => {
    taken[cell] = sign > 0 ? 1 : 0;
    const [x, y] = [cell % edge, Math.floor(cell / edge)];
    for (let dy = -REACH; dy <= REACH; dy++)
      for (let dx = -REACH; dx <= REACH; dx++) {
        const there = ((y + dy) & (edge - 1)) * edge + ((x + dx) & (edge - 1));
        energy[there] =
          (energy[there] as number) + sign * (kernel[dy + REACH] as number) * (kernel[dx + REACH] as number);
      }
  };
  const extreme = (state: number, sign: number) => {
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let cell = 0; cell < cells; cell++) {
      const value = sign * (energy[cell] as number);
      if (taken[cell] === state && value < least) [best, least] = [cell, value];
    }
    return best;
  };
  const tightest = () => extreme(1, -1);
  const emptiest = () => extreme(0, 1);
  const seeds = scatter(cells, Math.floor(cells / 10));
  for (const cell of seeds) change(cell, 1);
  for (let move = 0; move < cells; move++) {
    const from = tightest();
    change(from, -1);
    const to = emptiest();
    change(to, 1);
    if (from === to) break;
  }
  const rank = new Uint32Array(cells);
  const start = taken.slice();
  for (let n = seeds.length - 1; n >= 0; n--) {
    const cell = tightest();
    change(cell, -1);
    rank[cell] = n;
  }
  start.forEach((on, cell) => {
    if (on) change(cell, 1);
  });
  for (let n = seeds.length; n < cells; n++) {
    const cell = emptiest();
    change(cell, 1);
    rank[cell] = n;
  }
  return Uint8Array.from(rank, (r) => Math.floor((r * 256) / cells));
}

/** Distinct cells by a full-period linear congruential sequence: chance that is the same everywhere. */
function scatter(cells: number, wanted: number): number[] {
  const out: number[] = [];
  for (let n = 0, state = 12345 % cells; n < wanted; n++) {
    state = (state * 1061 + 12347) & (cells - 1);
    out.push(state);
  }
  return out;
}
