"""A distance field that follows the strokes of a brush."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from abaton.core.errors import Problem
from abaton.geometry.distance_transform import STRAIGHT_AHEAD, find_depths, first_pass, second_pass, third_pass
from abaton.geometry.grid import Grid
from abaton.geometry.signed_distance import SignedDistanceField, distance_workings

_DEPTH_REACH = 2
"""A centre's depth depends on the mask up to so many voxels away."""


class DistanceEditor:
    """A mask that is changed part by part, and its distance field, the same bit for bit as if made anew.

    Distances are computed along lines of voxels in three passes, and each line's result depends on its own voxels
    only. After a change, only lines that met a different number are computed again: all lines of the first pass that
    touch the change; in the second, those in which the first came to a new result, and in the third, those in which
    the second did. Where other parts of the mask are nearer than the change, nothing is done.

    Keeps 15 bytes a voxel.
    """

    def __init__(self, mask: NDArray[np.bool_], grid: Grid) -> None:
        """Takes a copy of the mask.

        Raises:
            Problem: See `SignedDistanceField.of`.
        """
        self._grid = grid
        self._workings = distance_workings(mask.copy(), grid)

    @property
    def field(self) -> SignedDistanceField:
        """The field as it is now. Its array is changed by the next stroke: copy what is to stay."""
        return SignedDistanceField(self._grid, self._workings.distance_mm)

    @property
    def mask(self) -> NDArray[np.bool_]:
        """The mask as it is now, changed by the next stroke."""
        return self._workings.mask.view(np.bool_)

    def paint_ball(self, centre_mm: ArrayLike, radius_mm: float, inside: bool) -> int:
        """Set or clear all voxels whose centres lie in a ball; returns how many changed.

        Args:
            centre_mm: (3,), world. The ball may reach over the edge of the grid.
            radius_mm: Above 0.
            inside: Whether the voxels belong to the mask from now on.

        Raises:
            Problem: A number is not finite, or the radius not above 0.
        """
        centre = np.asarray(centre_mm, dtype=np.float64)
        if centre.shape != (3,) or not np.isfinite(centre).all() or not 0.0 < radius_mm < math.inf:
            raise Problem(
                "brush",
                got="a brush whose place or radius is not a finite number above 0",
                expected="a place in world millimetres and a radius above 0 mm",
                next_step="Put the brush on the scan and try again.",
            )
        middle = self._grid.to_index(centre)
        spacing = self._workings.spacing_mm
        reach = radius_mm / spacing
        shape = np.array(self._grid.shape)
        low = np.clip(np.ceil(middle - reach), 0, shape).astype(np.int64)
        high = np.clip(np.floor(middle + reach) + 1, low, shape).astype(np.int64)
        a, b, c = (_squares(low[k], high[k], middle[k], spacing[k]) for k in range(3))
        ball = a[:, None, None] + b[None, :, None] + c[None, None, :] <= radius_mm**2
        return self.paint(low, ball, inside)

    def paint(self, start: ArrayLike, where: NDArray[np.bool_], inside: bool) -> int:
        """Set or clear voxels of a box; returns how many changed.

        Args:
            start: (3,), index of the box's first voxel.
            where: Boolean, of the box's shape; the voxels that are meant.
            inside: Whether they belong to the mask from now on.

        Raises:
            Problem: The box does not lie in the grid, or `where` is not boolean.
        """
        low = np.asarray(start, dtype=np.int64)
        if where.dtype != np.bool_ or where.ndim != 3 or np.any(low < 0) or np.any(low + where.shape > self.mask.shape):
            raise Problem(
                "brush",
                got=f"a box of {where.dtype} from {low.tolist()} of shape {where.shape}",
                expected=f"booleans inside a grid of {self.mask.shape} voxels",
                next_step="Cut the box to the grid.",
            )
        box = self.mask[tuple(slice(a, a + n) for a, n in zip(low, where.shape, strict=True))]
        new = where & (box != inside)
        changed = int(np.count_nonzero(new))
        if changed:
            box[new] = inside
            places = np.argwhere(new)
            self._follow(low + places.min(axis=0), low + places.max(axis=0) + 1)
        return changed

    def _follow(self, low: NDArray[np.int64], high: NDArray[np.int64]) -> None:
        """Computes again what may depend on the voxels of a box."""
        work = self._workings
        shape = np.array(self._grid.shape)
        near_low, near_high = np.maximum(low - _DEPTH_REACH, 0), np.minimum(high + _DEPTH_REACH, shape)
        slab = (slice(near_low[0], near_high[0]), slice(near_low[1], near_high[1]))
        steps, carried = work.steps[slab].copy(), self._carried(slab)
        find_depths(work.mask, work.spacing_mm, work.depth_unit_mm, near_low, near_high, work.depth)
        first_pass(work.mask, work.depth, near_low, near_high, work.steps)
        met = np.any((steps != work.steps[slab]) | (carried != self._carried(slab)), axis=1)
        met[:, near_low[2] : near_high[2]] = True
        lines = np.zeros(self._grid.shape[1:], dtype=np.bool_)
        # What is looked at straight ahead lies on the same line of voxels, so that a cross of lines may see the change.
        (_, low1, low2), (_, high1, high2) = near_low.tolist(), near_high.tolist()
        lines[low1:high1, max(low2 - STRAIGHT_AHEAD, 0) : high2 + STRAIGHT_AHEAD] = True
        lines[max(low1 - STRAIGHT_AHEAD, 0) : high1 + STRAIGHT_AHEAD, low2:high2] = True
        second_pass(
            work.mask, work.depth, work.steps, work.spacing_mm, int(near_low[0]), met,
            work.squared_mm2, work.found_depth, lines,
        )  # fmt: skip
        third_pass(
            work.mask, work.depth, work.squared_mm2, work.found_depth, work.spacing_mm, work.depth_unit_mm, lines,
            work.distance_mm,
        )  # fmt: skip

    def _carried(self, slab: tuple[slice, slice]) -> NDArray[np.uint16]:
        """The depths of the centres that the first pass found, for some of its lines."""
        steps = self._workings.steps[slab]
        places = np.arange(steps.shape[2], dtype=np.int64) + steps
        return np.take_along_axis(self._workings.depth[slab], places, axis=2)


def _squares(low: int, high: int, middle: float, spacing_mm: float) -> NDArray[np.float64]:
    offsets: NDArray[np.float64] = (np.arange(low, high, dtype=np.float64) - middle) * spacing_mm
    return np.square(offsets)
