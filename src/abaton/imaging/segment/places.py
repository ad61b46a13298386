"""Points of the patient on the grid of a scan."""

from collections.abc import Sequence

import numpy as np

from abaton.core.errors import Problem
from abaton.geometry.grid import Grid


def inside_index(grid: Grid, point_mm: Sequence[float]) -> tuple[int, int, int]:
    """The voxel that holds a point.

    Args:
        grid: Of the scan.
        point_mm: World position, LPS.

    Raises:
        Problem: The point is not finite, or outside the scan.
    """
    point = np.asarray(point_mm, dtype=np.float64)
    if point.shape != (3,) or not np.isfinite(point).all():
        raise Problem(
            "not_a_point",
            got="a point that is not three finite numbers",
            expected="x y z in millimetres: towards the patient's left, back and head",
            next_step="Give three numbers.",
        )
    a, b, c = np.floor(grid.to_index(point) + 0.5).astype(int).tolist()
    if not all(0 <= index < count for index, count in zip((a, b, c), grid.shape, strict=True)):
        low, high = world_bounds_mm(grid)
        raise Problem(
            "outside_scan",
            got=f"the point {_told(point.tolist())} mm, which lies outside the scan",
            expected=f"a point between {_told(low)} and {_told(high)} mm",
            next_step="Read the position off `abaton scan show`, where it is given for each slice.",
        )
    return a, b, c


def world_bounds_mm(grid: Grid) -> tuple[list[float], list[float]]:
    """The least and the greatest x, y and z of the grid's voxel centres."""
    ends = np.array(grid.shape) - 1
    corners = grid.to_world(np.array(list(np.ndindex(2, 2, 2))) * ends)
    return corners.min(axis=0).tolist(), corners.max(axis=0).tolist()


def _told(point: list[float]) -> str:
    return "(" + ", ".join(f"{value:.1f}" for value in point) + ")"
