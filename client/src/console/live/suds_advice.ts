/** What the ratings of this level suggest; the lead decides. */
export interface Advice {
  move: "up" | "stay" | "down";
  reason: string;
}

const CALM = 30;
const TOO_MUCH = 85;

/**
 * Suggests a step from the ratings given since the last change, oldest first.
 *
 * Down after two ratings of 85 or more; up after two of 30 or less in a row, or when the last is at least half below
 * this level's peak; else stay. These are proposed defaults, not a published rule.
 */
export function adviseFrom(ratings: number[]): Advice | null {
  const last = ratings.at(-1);
  if (last === undefined) return null;
  const before = ratings.at(-2);
  const peak = Math.max(...ratings);
  if (before !== undefined && last >= TOO_MUCH && before >= TOO_MUCH) {
    return { move: "down", reason: `two ratings of ${TOO_MUCH} or more` };
  }
  if (before !== undefined && last <= CALM && before <= CALM) {
    return { move: "up", reason: `two ratings of ${CALM} or less` };
  }
  if (ratings.length > 1 && last <= peak / 2) {
    return { move: "up", reason: `${last} is at least half below this level's peak of ${peak}` };
  }
  return { move: "stay", reason: `${last} now, peak ${peak} at this level` };
}
