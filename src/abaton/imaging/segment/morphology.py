"""Operations on masks, in millimetres: parts, holes, opening, closing and smoothing."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.geometry.grid import Grid
from abaton.imaging.segment import itk
from abaton.imaging.segment.places import inside_index
from abaton.imaging.segment.watch import QUIET, Watch

Mask = NDArray[np.bool_]

_SQUARE = 1e-4
"""Cosine between axes up to which a grid counts as rectangular."""


def parts(mask: Mask, watch: Watch = QUIET, touching: int = 6) -> NDArray[np.int32]:
    """Numbers the connected parts of a mask, the largest first.

    Args:
        mask: (a, b, c).
        watch: Progress and cancel.
        touching: 6: voxels of one part share faces; 26: they share at least a corner.

    Returns:
        (a, b, c): 0 outside the mask, 1 in the largest part, 2 in the next. Of equal parts, the one met first in
        memory comes first.
    """
    tools = itk.toolkit()
    labelling = tools.ConnectedComponentImageFilter()
    labelling.SetFullyConnected(touching == 26)
    found = itk.run(labelling, (itk.image(mask.view(np.uint8)),), watch, "Finding connected parts")
    counts = np.bincount(found.ravel())
    counts[0] = 0
    order = np.argsort(-counts, kind="stable")
    rank = np.empty(len(counts), dtype=np.int32)
    rank[order] = np.arange(1, len(counts) + 1)
    rank[0] = 0
    return rank[found]


def largest(mask: Mask, count: int = 1, watch: Watch = QUIET) -> Mask:
    """The largest connected parts of a mask.

    Args:
        mask: (a, b, c).
        count: How many are kept.
        watch: Progress and cancel.
    """
    numbered = parts(mask, watch)
    return (numbered > 0) & (numbered <= count)


def larger_than(mask: Mask, grid: Grid, volume_mm3: float, watch: Watch = QUIET) -> Mask:
    """The connected parts of at least this volume."""
    numbered = parts(mask, watch)
    wanted = np.bincount(numbered.ravel()) * grid.voxel_volume_mm3 >= volume_mm3
    wanted[0] = False
    return wanted[numbered]


def holding(mask: Mask, grid: Grid, seeds_mm: Sequence[Sequence[float]], watch: Watch = QUIET) -> Mask:
    """The connected parts that hold at least one of the points.

    Raises:
        Problem: A point lies outside the scan, or not in the mask.
    """
    places = [inside_index(grid, seed) for seed in seeds_mm]
    numbered = parts(mask, watch)
    chosen = [int(numbered[place]) for place in places]
    if 0 in chosen or not chosen:
        raise Problem(
            "seed_outside_mask",
            got=f"seed {chosen.index(0) + 1} of {len(chosen)} where nothing may grow" if chosen else "no seed",
            expected="every seed on what is to be segmented",
            next_step="Move the seed, widen the interval of values, or allow narrower necks.",
        )
    return np.isin(numbered, sorted(set(chosen)))


def filled(mask: Mask, watch: Watch = QUIET) -> Mask:
    """The mask with what it encloses: background that cannot reach the edge of the scan across faces."""
    holes = itk.toolkit().BinaryFillholeImageFilter()
    holes.SetForegroundValue(1)
    return itk.run(holes, (itk.image(mask.view(np.uint8)),), watch, "Filling holes") > 0


def eroded(mask: Mask, grid: Grid, radius_mm: float, watch: Watch = QUIET) -> Mask:
    """Voxels whose centre has no voxel outside the mask within the radius. The scan's edge does not erode."""
    if mask.all():
        return mask.copy()
    return mask & (distance_to(~mask, grid, watch) > radius_mm)


def dilated(mask: Mask, grid: Grid, radius_mm: float, watch: Watch = QUIET) -> Mask:
    """Voxels whose centre has a voxel of the mask within the radius."""
    if not mask.any():
        return mask.copy()
    return mask | (distance_to(mask, grid, watch) <= radius_mm)


def opened(mask: Mask, grid: Grid, radius_mm: float, watch: Watch = QUIET) -> Mask:
    """What a ball of this radius reaches inside the mask: thin bridges and spikes go."""
    inner = eroded(mask, grid, radius_mm, watch.part(0.0, 0.5))
    return mask & dilated(inner, grid, radius_mm, watch.part(0.5, 1.0))


def closed(mask: Mask, grid: Grid, radius_mm: float, watch: Watch = QUIET) -> Mask:
    """What a ball of this radius cannot reach outside the mask: narrow gaps and pits are filled."""
    outer = dilated(mask, grid, radius_mm, watch.part(0.0, 0.5))
    return mask | eroded(outer, grid, radius_mm, watch.part(0.5, 1.0))


def smoothed(mask: Mask, grid: Grid, sigma_mm: float, watch: Watch = QUIET) -> Mask:
    """The mask blurred by a Gaussian and cut where as many voxels remain as there were: rounder, not smaller."""
    count = int(np.count_nonzero(mask))
    if count in (0, mask.size):
        return mask.copy()
    blur = itk.toolkit().SmoothingRecursiveGaussianImageFilter()
    blur.SetSigma(sigma_mm)
    blurred = itk.run(blur, (itk.image(mask.astype(np.float32), _spacing(grid)),), watch, "Smoothing")
    place = mask.size - count
    return blurred >= np.partition(blurred, place, axis=None)[place]


def distance_to(mask: Mask, grid: Grid, watch: Watch = QUIET) -> NDArray[np.float32]:
    """From each voxel's centre to the nearest centre of the mask, in mm; 0 in the mask, which must not be empty.

    Raises:
        Problem: The grid's axes are not at right angles.
    """
    distance = itk.toolkit().SignedMaurerDistanceMapImageFilter()
    distance.SetUseImageSpacing(True)
    distance.SetSquaredDistance(False)
    found = itk.run(distance, (itk.image(mask.view(np.uint8), _spacing(grid)),), watch, "Measuring distances")
    return np.maximum(found, 0, dtype=np.float32)


def _spacing(grid: Grid) -> tuple[float, float, float]:
    axes = grid.affine[:3, :3] / np.array(grid.spacing_mm)
    if np.abs(axes.T @ axes - np.eye(3)).max() > _SQUARE:
        raise Problem(
            "sheared_grid",
            got="a scan whose axes are not at right angles",
            expected="a rectangular grid, on which millimetres are the same in every direction",
            next_step="Import the scan again; it is resampled to a rectangular grid then.",
        )
    return grid.spacing_mm
