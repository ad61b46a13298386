/** What a picture was drawn with, in a sentence: what was not drawn cannot have been seen. */
import type { PictureError, Quality } from "../stage/volume/budget";
import type { Size } from "./picture";

/**
 * @param quality - How finely it was drawn.
 * @param size - The pixels of the screen.
 * @param smallestMm - The smallest distance between voxels.
 * @param ms - How long it took.
 * @param error - How far such a picture is from one without error, where that was measured.
 */
export function seenWords(
  { scale, stepVoxels }: Quality,
  { width, height }: Size,
  smallestMm: number,
  ms: number,
  error?: PictureError,
): string {
  const full = scale >= 1 && stepVoxels <= 1;
  const drawn = `${Math.ceil(width * scale)} × ${Math.ceil(height * scale)}`;
  const pixels =
    scale >= 1
      ? `${drawn} pixels, all of the screen's`
      : `${drawn} pixels of the screen's ${width} × ${height}`;
  const off = error
    ? ` Brightness is off by ${percent(error.mean)} on average, ${percent(error.greatest)} at most.`
    : "";
  return (
    `As seen: ${full ? "full quality" : "coarser, to keep up"}; step ${(stepVoxels * smallestMm).toFixed(2)} mm ` +
    `(${stepVoxels} × the voxel spacing), ${pixels}, drawn in ${Math.round(ms)} ms.${off}`
  );
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
