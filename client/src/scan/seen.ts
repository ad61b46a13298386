/** What a picture was drawn with, in a sentence: what was not drawn cannot have been seen. */
import type { Fineness } from "./picture";

/**
 * @param drawn - How finely.
 * @param full - The pixels of the screen.
 * @param smallestMm - The smallest distance between voxels.
 * @param ms - How long it took.
 */
export function seenWords(
  drawn: Fineness,
  full: { width: number; height: number },
  smallestMm: number,
  ms: number,
): string {
  const finest = drawn.width >= full.width && drawn.stepVoxels <= 1;
  const step = `step ${(drawn.stepVoxels * smallestMm).toFixed(2)} mm (${drawn.stepVoxels} of a voxel's edge)`;
  const pixels =
    drawn.width >= full.width
      ? `${drawn.width} × ${drawn.height} pixels, all of the screen's`
      : `${drawn.width} × ${drawn.height} pixels of the screen's ${full.width} × ${full.height}`;
  const quality = finest ? "full quality" : "coarser than it could be, to keep up";
  return `As seen: ${quality}; ${step}, ${pixels}, drawn in ${Math.round(ms)} ms.`;
}
