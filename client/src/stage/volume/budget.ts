/**
 * Holds a frame budget by resolution and step, and says what that costs in the picture.
 *
 * A pure function of frame times: `nextBudget(state, frame, setting)`. Qualities stand in a ladder, best first. Time is
 * taken to go with the number of samples, scale^2 / step, which says how many rungs to go down; going up waits, and is
 * refused where the same estimate says it would not hold, so that the picture does not pump. When nothing has moved
 * for a while, one rung a frame is climbed whatever it costs: a picture that stands still may take its time.
 */

export interface Quality {
  /** Pixels drawn along each side, as a share of those shown. */
  scale: number;
  /** Distance between samples in voxels. */
  stepVoxels: number;
}

/** Best first. */
export const LADDER: readonly Quality[] = [
  { scale: 1, stepVoxels: 1 },
  { scale: 1, stepVoxels: 1.5 },
  { scale: 0.85, stepVoxels: 1.5 },
  { scale: 0.7, stepVoxels: 1.5 },
  { scale: 0.6, stepVoxels: 2 },
  { scale: 0.5, stepVoxels: 2 },
  { scale: 0.4, stepVoxels: 2.5 },
  { scale: 0.3, stepVoxels: 3 },
  { scale: 0.25, stepVoxels: 4 },
];

export interface BudgetSetting {
  /** Longest time a frame may take, ms. */
  budgetMs: number;
  /** Frames without movement before the picture is refined; Infinity in a headset, which never is still. */
  stillFrames: number;
}

export interface BudgetState {
  /** Rung of the ladder, 0 the best. */
  rung: number;
  /** Smoothed time of a frame at this rung, ms; 0 while none was seen. */
  timeMs: number;
  /** Frames in a row that left enough time for the next better rung. */
  spareFrames: number;
  /** Frames in a row without movement. */
  stillFrames: number;
  /** Rung to which it returns when something moves again. */
  movingRung: number;
}

export const startOfBudget: BudgetState = {
  rung: 0,
  timeMs: 0,
  spareFrames: 0,
  stillFrames: 0,
  movingRung: 0,
};

/** A rung aims at this share of the budget, so that a little more work does not break it. */
const AIM = 0.85;
/** Frames of spare time before a better rung is tried. */
const PATIENCE = 12;
const SMOOTHING = 0.3;

/** Work of a rung, relative to one sample a voxel and a ray a pixel. */
export const workOf = ({ scale, stepVoxels }: Quality): number => (scale * scale) / stepVoxels;

/**
 * The state after a frame.
 *
 * @param frame - How long it took in ms, read back, and whether eye, volume or look had changed since the one before.
 *   Times that are no positive number, as after a hidden tab, change nothing.
 */
export function nextBudget(
  state: BudgetState,
  frame: { durationMs: number; moved: boolean },
  setting: BudgetSetting,
): BudgetState {
  if (!(frame.durationMs > 0 && Number.isFinite(frame.durationMs))) return state;
  const stillFrames = frame.moved ? 0 : state.stillFrames + 1;
  if (stillFrames > setting.stillFrames) return refined(state, stillFrames);
  if (frame.moved && state.stillFrames > setting.stillFrames)
    // The time was that of a refined picture; it tells nothing about the rung that it goes back to.
    return { ...state, rung: state.movingRung, timeMs: 0, spareFrames: 0, stillFrames };
  const late = frame.durationMs > 2 * setting.budgetMs;
  const smooth = state.timeMs + SMOOTHING * (frame.durationMs - state.timeMs);
  const timeMs = state.timeMs === 0 || late ? frame.durationMs : smooth;
  if (timeMs > setting.budgetMs)
    return moveTo(rungFor(state.rung, timeMs, setting), timeMs, state, stillFrames);
  const better = LADDER[state.rung - 1];
  const here = LADDER[state.rung];
  const fits = better && here && (timeMs * workOf(better)) / workOf(here) <= AIM * setting.budgetMs;
  const spareFrames = fits ? state.spareFrames + 1 : 0;
  if (spareFrames >= PATIENCE) return moveTo(state.rung - 1, timeMs, state, stillFrames);
  return { ...state, timeMs, spareFrames, stillFrames };
}

function refined(state: BudgetState, stillFrames: number): BudgetState {
  return { ...state, rung: Math.max(0, state.rung - 1), timeMs: 0, spareFrames: 0, stillFrames };
}

/** The best rung whose estimate fits, at least one further down. */
function rungFor(rung: number, timeMs: number, setting: BudgetSetting): number {
  const here = workOf(LADDER[rung] as Quality);
  for (let lower = rung + 1; lower < LADDER.length; lower++)
    if ((timeMs * workOf(LADDER[lower] as Quality)) / here <= AIM * setting.budgetMs) return lower;
  return LADDER.length - 1;
}

function moveTo(rung: number, timeMs: number, state: BudgetState, stillFrames: number): BudgetState {
  const change = workOf(LADDER[rung] as Quality) / workOf(LADDER[state.rung] as Quality);
  return { rung, timeMs: timeMs * change, spareFrames: 0, stillFrames, movingRung: rung };
}

/** How a picture differs from the one of full quality, in shares of full brightness, 0..1. */
export interface PictureError {
  /** Mean over pixels and colours. */
  mean: number;
  /** Greatest of any pixel and colour. */
  greatest: number;
}

/** Compares two RGBA pictures of the same size; opacity counts as a colour. Where both are empty, nothing counts. */
export function pictureError(full: Uint8Array, other: Uint8Array): PictureError {
  if (full.length !== other.length)
    throw new RangeError(`pictures of one size were expected, got ${full.length} and ${other.length} bytes`);
  let [sum, greatest, counted] = [0, 0, 0];
  for (let pixel = 0; pixel < full.length; pixel += 4) {
    if (full[pixel + 3] === 0 && other[pixel + 3] === 0) continue;
    counted += 4;
    for (let c = pixel; c < pixel + 4; c++) {
      const difference = Math.abs((full[c] as number) - (other[c] as number));
      sum += difference;
      greatest = Math.max(greatest, difference);
    }
  }
  return { mean: counted ? sum / counted / 255 : 0, greatest: greatest / 255 };
}

/** What is published for each rung: never less than for a better one. */
export function publishedErrors(measured: readonly PictureError[]): PictureError[] {
  let [mean, greatest] = [0, 0];
  return measured.map((error) => {
    mean = Math.max(mean, error.mean);
    greatest = Math.max(greatest, error.greatest);
    return { mean, greatest };
  });
}
