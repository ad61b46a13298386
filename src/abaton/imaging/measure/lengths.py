"""Distances and angles between points. The model of their uncertainty is in `propagation`."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from abaton.core.errors import Problem
from abaton.imaging.measure.measurement import (
    COVERAGE_FACTOR,
    FloatArray,
    Measurement,
    Quantity,
    as_points,
    points_inside,
    require_certificate,
)
from abaton.imaging.measure.propagation import standard_uncertainty
from abaton.imaging.volume import Volume

PLACED = "points placed within a voxel each (rectangular), propagated by GUM 5.1.2 with curvature"


def distance(volume: Volume, points_mm: ArrayLike) -> Measurement:
    """The straight distance between two points.

    Args:
        volume: Certified.
        points_mm: (2, 3), world mm.

    Raises:
        Problem: The volume is not certified, or a point is unusable.
    """
    points = _exactly(volume, points_mm, 2, "A distance is measured between two points; a path takes more.")
    return _measured(volume, points, "distance", "mm", _length)


def polyline(volume: Volume, points_mm: ArrayLike) -> Measurement:
    """The length of the path from point to point.

    Args:
        volume: Certified.
        points_mm: (n, 3), n >= 2, world mm.

    Raises:
        Problem: The volume is not certified, or a point is unusable.
    """
    require_certificate(volume)
    return _measured(volume, points_inside(volume, points_mm, 2), "path length", "mm", _length)


def angle(volume: Volume, points_mm: ArrayLike) -> Measurement:
    """The angle at the second of three points, 0 to 180 degrees.

    Args:
        volume: Certified.
        points_mm: (3, 3), world mm: a point, the vertex, a point.

    Raises:
        Problem: The volume is not certified, a point is unusable, or an arm has no length.
    """
    points = _exactly(volume, points_mm, 3, "An angle is measured from three points, its vertex the second.")
    _require_arms(points[[0, 2]] - points[1])
    return _measured(volume, points, "angle", "deg", lambda p: _between(p[0] - p[1], p[2] - p[1]))


def angle_between_lines(volume: Volume, points_mm: ArrayLike) -> Measurement:
    """The angle between two lines, 0 to 90 degrees, whether they meet or not (such as Cobb's).

    Args:
        volume: Certified.
        points_mm: (4, 3), world mm: two points of the first line, two of the second.

    Raises:
        Problem: The volume is not certified, a point is unusable, or a line has no length.
    """
    points = _exactly(volume, points_mm, 4, "The angle between two lines is measured from two points of each.")
    _require_arms(points[[1, 3]] - points[[0, 2]])

    def acute(p: FloatArray) -> float:
        between = _between(p[1] - p[0], p[3] - p[2])
        return min(between, 180.0 - between)

    return _measured(volume, points, "angle", "deg", acute)


def _exactly(volume: Volume, points_mm: ArrayLike, count: int, next_step: str) -> FloatArray:
    require_certificate(volume)
    points = points_inside(volume, points_mm, count)
    if len(points) != count:
        raise Problem("points_unusable", got=f"{len(points)} points", expected=f"{count} points", next_step=next_step)
    return points


def _measured(
    volume: Volume, points: FloatArray, quantity: Quantity, unit: str, function: Callable[[FloatArray], float]
) -> Measurement:
    return Measurement(
        quantity=quantity,
        value=function(points),
        unit=unit,
        uncertainty=COVERAGE_FACTOR * standard_uncertainty(volume, points, function),
        points_mm=as_points(points),
        method=PLACED,
    )


def _length(points: FloatArray) -> float:
    return float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())


def _between(a: FloatArray, b: FloatArray) -> float:
    # Not the arc cosine, which loses half its digits near 0 and 180 degrees.
    return float(np.degrees(np.arctan2(np.linalg.norm(np.cross(a, b)), np.dot(a, b))))


def _require_arms(arms: FloatArray) -> None:
    if (np.linalg.norm(arms, axis=1) < 1e-6).any():
        raise Problem(
            "angle_degenerate",
            got="two points of an angle in one place",
            expected="two arms with a length",
            next_step="Place the points apart, by some voxels at least; the longer the arms, the surer the angle.",
        )
