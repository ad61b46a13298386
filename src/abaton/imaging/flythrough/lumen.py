"""The inside of a hollow organ, in one piece, and how far its wall is from everywhere in it."""

from typing import Any, cast

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from abaton.core.errors import Problem
from abaton.geometry.grid import Grid

SMALLEST_PART = 0.005
"""Parts with a smaller share of the whole are crumbs of the label, and are left out."""

WIDEST_GAP_MM = 60.0
"""Parts further apart than this are not taken for one organ."""


class Gap(msgspec.Struct, frozen=True):
    """A collapsed stretch between two parts of the lumen, bridged by a straight way.

    Attributes:
        length_mm: Between the two walls.
        from_mm: World position where it leaves the larger part.
        to_mm: Where it reaches the other.
    """

    length_mm: float
    from_mm: tuple[float, float, float]
    to_mm: tuple[float, float, float]


class Lumen(msgspec.Struct, frozen=True, eq=False):
    """The inside of a hollow organ.

    Attributes:
        mask: Boolean, `grid.shape`, one piece (26 neighbours).
        grid: Cut to the organ with two voxels around it; not the scan's.
        clearance_mm: float64, `grid.shape`: to the wall, negative outside; the wall runs half way between the centres
            of voxels inside and outside.
        gaps: What was bridged.
        left_out: How many crumbs were left out.
    """

    mask: NDArray[np.bool_]
    grid: Grid
    clearance_mm: NDArray[np.float64]
    gaps: tuple[Gap, ...]
    left_out: int

    def clearance_at(self, points_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """Distance to the wall in mm at world points (n, 3), negative outside."""
        index = self.grid.to_index(points_mm).T
        return np.asarray(ndimage.map_coordinates(self.clearance_mm, index, order=1, mode="nearest"))


def lumen_of(mask: NDArray[np.bool_], grid: Grid) -> Lumen:
    """The lumen within a label: its holes filled, its parts joined.

    Args:
        mask: Where the organ lies, wall and content, boolean, `grid.shape`.
        grid: Where the voxels lie.

    Raises:
        Problem: The mask is empty, a few voxels only, or in parts too far from each other.
    """
    if np.count_nonzero(mask) < 27:
        raise Problem(
            "lumen_too_small",
            got=f"a label of {np.count_nonzero(mask)} voxels",
            expected="a hollow organ of 27 voxels at least",
            next_step="Choose a label that holds the organ.",
        )
    box = ndimage.find_objects(mask.astype(np.uint8))[0]
    inside: NDArray[np.bool_] = np.asarray(ndimage.binary_fill_holes(np.pad(mask[box], 2)))
    low = np.array([part.start - 2 for part in box])
    affine = grid.affine
    affine[:3, 3] = grid.to_world(low)
    cut = Grid.of(inside.shape, affine)
    parts, sizes = _parts(inside)
    keep = [number for number in range(1, len(sizes) + 1) if sizes[number - 1] >= SMALLEST_PART * sizes.sum()]
    joined, gaps = _joined(parts, sorted(keep, key=lambda number: -int(sizes[number - 1])), cut)
    return Lumen(joined, cut, _clearance(joined, cut), gaps, len(sizes) - len(keep))


def _parts(mask: NDArray[np.bool_]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    parts, _ = cast("Any", ndimage.label)(mask, structure=np.ones((3, 3, 3), dtype=bool))
    return parts, np.bincount(parts.ravel())[1:]


def _joined(parts: NDArray[np.int32], numbers: list[int], grid: Grid) -> tuple[NDArray[np.bool_], tuple[Gap, ...]]:
    """One piece: to the largest part the nearest of the others is joined, again and again."""
    clouds = {number: grid.to_world(np.argwhere(parts == number)) for number in numbers}
    together = clouds.pop(numbers[0])
    mask: NDArray[np.bool_] = np.isin(parts, numbers)
    gaps: list[Gap] = []
    while clouds:
        tree = cKDTree(together)
        reached = {number: _nearest(tree, cloud) for number, cloud in clouds.items()}
        nearest = min(reached, key=lambda number: (float(reached[number][0].min()), number))
        distances, partners = reached[nearest]
        place = int(distances.argmin())
        here, there = together[int(partners[place])], clouds[nearest][place]
        length = float(distances[place]) - min(grid.spacing_mm)
        if length > WIDEST_GAP_MM:
            raise Problem(
                "lumen_in_parts",
                got=f"parts of the label {length:.0f} mm apart",
                expected=f"one organ, with gaps of {WIDEST_GAP_MM:.0f} mm at most",
                next_step="Draw the missing stretch, or fly through the parts one by one.",
            )
        _bridge(mask, grid, here, there)
        gaps.append(Gap(length, _point(here), _point(there)))
        together = np.concatenate([together, clouds.pop(nearest)])
    return mask, tuple(gaps)


def _nearest(tree: "cKDTree[None]", cloud: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    distances, partners = tree.query(cloud)
    return np.asarray(distances, dtype=np.float64), np.asarray(partners, dtype=np.int64)


def _bridge(mask: NDArray[np.bool_], grid: Grid, here: NDArray[np.float64], there: NDArray[np.float64]) -> None:
    """Opens a way as wide as three voxels."""
    count = int(np.ceil(np.linalg.norm(there - here) / min(grid.spacing_mm))) * 2 + 1
    for point in np.linspace(here, there, count):
        a, b, c = np.rint(grid.to_index(point)).astype(int).tolist()
        mask[a - 1 : a + 2, b, c] = True
        mask[a, b - 1 : b + 2, c] = True
        mask[a, b, c - 1 : c + 2] = True


def _clearance(mask: NDArray[np.bool_], grid: Grid) -> NDArray[np.float64]:
    half = min(grid.spacing_mm) / 2
    inside, outside = (
        np.asarray(cast("Any", ndimage.distance_transform_edt)(part, sampling=grid.spacing_mm), dtype=np.float64)
        for part in (mask, ~mask)
    )
    return np.where(mask, inside - half, half - outside)


def _point(point: NDArray[np.float64]) -> tuple[float, float, float]:
    x, y, z = point.tolist()
    return x, y, z
