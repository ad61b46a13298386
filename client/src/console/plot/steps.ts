/** Values of one line at the times of another: each holds until the next one. Null before the first. */
export function heldAt(times: number[], values: number[], at: number[]): (number | null)[] {
  let index = -1;
  return at.map((time) => {
    while (index + 1 < times.length && (times[index + 1] as number) <= time) index += 1;
    return index < 0 ? null : (values[index] as number);
  });
}

/** All times of several lines, in order, each once. */
export function mergedTimes(lists: number[][]): number[] {
  return [...new Set(lists.flat())].sort((a, b) => a - b);
}
