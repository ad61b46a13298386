"""Loops over voxels: halving, bytes, gradients, extremes. All take blocks, so that no scan need be in memory whole."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abaton.core.kernels import kernel

MAGNITUDE_MM = 16.0
"""A gradient of this many bytes per millimetre is stored as 255 * (1 - 1/e)."""

FAINT_MM = 8.0
"""A gradient of this many bytes per millimetre has a vector of half the greatest length."""


@kernel()
def halve_integers(
    block: NDArray[Any], factors: tuple[int, int, int], has_padding: bool, padding: float
) -> NDArray[Any]:
    """Means of up to 2 x 2 x 2 voxels, rounded to the nearest integer; halves go up.

    Args:
        block: (a, b, c) integers.
        factors: 1 or 2 along each axis; a last odd voxel stands alone.
        has_padding: Whether `padding` marks voxels that hold nothing.
        padding: They do not count; where there are no others the result is padding.

    Returns:
        (ceil(a / fa), ceil(b / fb), ceil(c / fc)), of the block's type.
    """
    na, nb, nc = block.shape
    fa, fb, fc = factors
    out = np.empty(((na + fa - 1) // fa, (nb + fb - 1) // fb, (nc + fc - 1) // fc), block.dtype)
    for a in range(out.shape[0]):
        for b in range(out.shape[1]):
            for c in range(out.shape[2]):
                total, count = 0, 0
                for i in range(a * fa, min(a * fa + fa, na)):
                    for j in range(b * fb, min(b * fb + fb, nb)):
                        for k in range(c * fc, min(c * fc + fc, nc)):
                            voxel = int(block[i, j, k])
                            if not (has_padding and voxel == padding):
                                total += voxel
                                count += 1
                out[a, b, c] = padding if count == 0 else math.floor(total / count + 0.5)
    return out


@kernel()
def halve_floats(
    block: NDArray[np.float32], factors: tuple[int, int, int], has_padding: bool, padding: float
) -> NDArray[np.float32]:
    """As `halve_integers`, for float32 and without rounding; NaN counts as padding, and is what is left of it."""
    na, nb, nc = block.shape
    fa, fb, fc = factors
    out = np.empty(((na + fa - 1) // fa, (nb + fb - 1) // fb, (nc + fc - 1) // fc), np.float32)
    for a in range(out.shape[0]):
        for b in range(out.shape[1]):
            for c in range(out.shape[2]):
                total, count = 0.0, 0
                for i in range(a * fa, min(a * fa + fa, na)):
                    for j in range(b * fb, min(b * fb + fb, nb)):
                        for k in range(c * fc, min(c * fc + fc, nc)):
                            voxel = float(block[i, j, k])
                            if voxel == voxel and not (has_padding and voxel == padding):
                                total += voxel
                                count += 1
                if count > 0:
                    out[a, b, c] = total / count
                else:
                    out[a, b, c] = padding if has_padding else np.nan
    return out


@kernel()
def halve_labels(block: NDArray[Any], factors: tuple[int, int, int]) -> NDArray[Any]:
    """The most frequent label of up to 2 x 2 x 2 voxels.

    Of equally frequent ones it is the greatest, so that thin structures do not vanish into nothing, which is 0.
    """
    na, nb, nc = block.shape
    fa, fb, fc = factors
    out = np.empty(((na + fa - 1) // fa, (nb + fb - 1) // fb, (nc + fc - 1) // fc), block.dtype)
    seen = np.empty(8, np.int64)
    for a in range(out.shape[0]):
        for b in range(out.shape[1]):
            for c in range(out.shape[2]):
                count = 0
                for i in range(a * fa, min(a * fa + fa, na)):
                    for j in range(b * fb, min(b * fb + fb, nb)):
                        for k in range(c * fc, min(c * fc + fc, nc)):
                            seen[count] = block[i, j, k]
                            count += 1
                best, votes = 0, 0
                for p in range(count):
                    same = 0
                    for q in range(count):
                        same += seen[p] == seen[q]
                    if same > votes or (same == votes and seen[p] > best):
                        best, votes = seen[p], same
                out[a, b, c] = best
    return out


@kernel()
def pack_gradients(block: NDArray[np.uint8], halo: NDArray[np.int64], covector: NDArray[np.float64]) -> NDArray[Any]:
    """Normals and magnitudes by central differences, one-sided at the rims of the block.

    The browser's ray-caster packs them in the same way, to the byte, where it has only the voxels' bytes.

    Args:
        block: (a, b, c), the working copy with its neighbours.
        halo: (3, 2), how many voxels at either end of each axis are neighbours only, and get no result.
        covector: (3, 3), the transposed inverse of the index-to-world matrix: from differences along the array's
            axes to bytes per mm in the world.

    Returns:
        uint8, the block's shape without the halo, and 4: the vector towards falling values, x, y, z, -1..1 as
        0..255, of length `magnitude / (magnitude + 8)`, so that between voxels a faint gradient counts less than a
        strong one; then `255 * (1 - exp(-magnitude / 16))`, the magnitude in bytes per mm.
    """
    na, nb, nc = block.shape
    shape = (na - halo[0, 0] - halo[0, 1], nb - halo[1, 0] - halo[1, 1], nc - halo[2, 0] - halo[2, 1])
    out = np.empty((shape[0], shape[1], shape[2], 4), np.uint8)
    strength = np.empty(4096, np.uint8)
    for step in range(4096):
        strength[step] = math.floor(255 * (1 - math.exp(-step / 8 / MAGNITUDE_MM)) + 0.5)
    for i in range(shape[0]):
        a = i + halo[0, 0]
        a0, a1 = max(a - 1, 0), min(a + 1, na - 1)
        for j in range(shape[1]):
            b = j + halo[1, 0]
            b0, b1 = max(b - 1, 0), min(b + 1, nb - 1)
            for k in range(shape[2]):
                c = k + halo[2, 0]
                c0, c1 = max(c - 1, 0), min(c + 1, nc - 1)
                da = (float(block[a0, b, c]) - float(block[a1, b, c])) / max(a1 - a0, 1)
                db = (float(block[a, b0, c]) - float(block[a, b1, c])) / max(b1 - b0, 1)
                dc = (float(block[a, b, c0]) - float(block[a, b, c1])) / max(c1 - c0, 1)
                gx = covector[0, 2] * dc + covector[0, 1] * db + covector[0, 0] * da
                gy = covector[1, 2] * dc + covector[1, 1] * db + covector[1, 0] * da
                gz = covector[2, 2] * dc + covector[2, 1] * db + covector[2, 0] * da
                magnitude = math.sqrt(gx * gx + gy * gy + gz * gz)
                scale = 127.5 / (magnitude + FAINT_MM)
                out[i, j, k, 0] = int(gx * scale + 128)
                out[i, j, k, 1] = int(gy * scale + 128)
                out[i, j, k, 2] = int(gz * scale + 128)
                out[i, j, k, 3] = strength[min(4095, int(magnitude * 8 + 0.5))]
    return out


@kernel()
def cell_extremes(block: NDArray[np.uint8], edge: int, cells: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Least and greatest byte that interpolation can meet in each cell.

    A cell spans `edge` voxels between centres, so it takes in the first voxel of the next.

    Args:
        block: (a, b, c), beginning at a cell's first voxel, with the first voxels of the cells behind it.
        edge: Of a cell.
        cells: How many along each axis.

    Returns:
        (2, *cells): least, greatest.
    """
    na, nb, nc = block.shape
    out = np.empty((2, cells[0], cells[1], cells[2]), np.uint8)
    for a in range(cells[0]):
        for b in range(cells[1]):
            for c in range(cells[2]):
                low, high = 255, 0
                for i in range(a * edge, min(a * edge + edge + 1, na)):
                    for j in range(b * edge, min(b * edge + edge + 1, nb)):
                        for k in range(c * edge, min(c * edge + edge + 1, nc)):
                            voxel = int(block[i, j, k])
                            low = min(low, voxel)
                            high = max(high, voxel)
                out[0, a, b, c] = low
                out[1, a, b, c] = high
    return out
