"""A whole flight: lumen, centreline, path, wall and coverage, from a mask."""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from abaton.geometry.grid import Grid
from abaton.geometry.mesh import TriangleMesh
from abaton.geometry.surface import surface_of
from abaton.imaging.flythrough.camera import CameraPath, Comfort, camera_path
from abaton.imaging.flythrough.centreline import Centreline, centreline
from abaton.imaging.flythrough.coverage import Coverage, View, coverage
from abaton.imaging.flythrough.lumen import Lumen, lumen_of
from abaton.imaging.importing.found import Report


class Flight(msgspec.Struct, frozen=True, eq=False):
    """What was flown, and what was seen.

    Attributes:
        lumen: The inside of the organ.
        line: Its centreline.
        path: The camera's way.
        wall: Surface of the lumen.
        view: What the camera could see.
        coverage: What it saw.
    """

    lumen: Lumen
    line: Centreline
    path: CameraPath
    wall: TriangleMesh
    view: View
    coverage: Coverage


def _silent(doing: str, share: float) -> None:
    """A report that tells nobody."""


def fly(
    mask: NDArray[np.bool_],
    grid: Grid,
    view: View | None = None,
    both_ways: bool = False,
    start_mm: ArrayLike | None = None,
    end_mm: ArrayLike | None = None,
    through_mm: Sequence[ArrayLike] = (),
    comfort: Comfort | None = None,
    report: Report = _silent,
) -> Flight:
    """Flies through the organ that a mask holds.

    Args:
        mask: Boolean, `grid.shape`.
        grid: Where the voxels lie.
        view: What the camera sees.
        both_ways: Whether it comes back the same way.
        start_mm: World point to start from; None finds an end of the organ.
        end_mm: World point to end at; None finds the other end.
        through_mm: World points to pass, in order.
        comfort: Bounds of speed and turning.
        report: Told what is being done.

    Raises:
        Problem: The organ is empty, too small or in parts; a point lies outside it; the view or a bound is unusable.
    """
    view = view or View()
    report("Finding the inside of the organ", 0.0)
    lumen = lumen_of(mask, grid)
    report("Finding the way", 0.2)
    line = centreline(lumen, start_mm, end_mm, through_mm)
    report("Smoothing the way", 0.4)
    path = camera_path(line, lumen, comfort)
    report("Making the wall", 0.5)
    wall = surface_of(lumen.mask, lumen.grid)
    report("Looking at the wall", 0.7)
    seen = coverage(wall, path, view, both_ways)
    report("Flown", 1.0)
    return Flight(lumen, line, path, wall, view, seen)
