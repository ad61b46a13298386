"""How far points of a lattice lie inside or outside a closed surface of triangles.

Distances are exact near the surface: each triangle looks only at the points around it. Which side a point lies on is
counted along straight lines through the lattice, which enter and leave a closed surface in turn.
"""

import math

import numpy as np
from numpy.typing import NDArray

from abaton.core.kernels import kernel
from abaton.surgery.tissue.nearest import point_triangle

Array = NDArray[np.float64]
Index = NDArray[np.int32]

_ASIDE = (1.3819e-6, 2.7183e-6)
"""By which part of a spacing the lines run beside the points, so that they miss the edges of triangles."""


def distances(
    vertices: Array, faces: Index, low: Array, spacing: float, shape: tuple[int, int, int]
) -> tuple[Array, bool]:
    """Signed distances at the points low + spacing * (a, b, c), negative inside; never more than 1.5 spacings.

    Args:
        vertices: (n, 3).
        faces: (m, 3) of a closed surface.
        low: (3,) the first point.
        spacing: Between points.
        shape: Points along each axis.

    Returns:
        Distances of `shape`, and whether every point was inside once or not at all: it is not so where the surface
        overlaps itself or is inside out.
    """
    squared = np.full(shape, (1.5 * spacing) ** 2)
    corners = (vertices[faces] - low) / spacing
    _approach(corners, squared, spacing)
    crossings = np.zeros(shape, dtype=np.int32)
    _cross(corners + np.array([*_ASIDE, 0.0]), crossings)
    times = np.cumsum(crossings, axis=2, dtype=np.int32)
    found: Array = np.where(times > 0, -1.0, 1.0) * np.sqrt(squared)
    return found, bool((times >= 0).all() and (times <= 1).all())


@kernel()
def _approach(corners: Array, squared: Array, spacing: float) -> None:
    """Squared distances (a, b, c) lowered to those from triangles (m, 3, 3), which are given in spacings."""
    point, weights = np.empty(3), np.empty(3)
    low, high = np.empty(3, dtype=np.int64), np.empty(3, dtype=np.int64)
    for t in range(corners.shape[0]):
        for axis in range(3):
            least = min(corners[t, 0, axis], corners[t, 1, axis], corners[t, 2, axis])
            most = max(corners[t, 0, axis], corners[t, 1, axis], corners[t, 2, axis])
            low[axis] = max(0, math.ceil(least - 1.5))
            high[axis] = min(squared.shape[axis] - 1, math.floor(most + 1.5))
        for a in range(low[0], high[0] + 1):
            for b in range(low[1], high[1] + 1):
                for c in range(low[2], high[2] + 1):
                    point[0], point[1], point[2] = a, b, c
                    found = point_triangle(point, corners[t], weights) * spacing**2
                    squared[a, b, c] = min(squared[a, b, c], found)


@kernel()
def _cross(corners: Array, crossings: Index) -> None:
    """Adds 1 at the first point after a line along the third axis enters through a triangle, -1 after it leaves."""
    for t in range(corners.shape[0]):
        ax, ay, az = corners[t, 0, 0], corners[t, 0, 1], corners[t, 0, 2]
        bx, by, bz = corners[t, 1, 0], corners[t, 1, 1], corners[t, 1, 2]
        cx, cy, cz = corners[t, 2, 0], corners[t, 2, 1], corners[t, 2, 2]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if area == 0.0:
            continue
        first, last = max(0, math.ceil(min(ax, bx, cx))), min(crossings.shape[0] - 1, math.floor(max(ax, bx, cx)))
        near, far = max(0, math.ceil(min(ay, by, cy))), min(crossings.shape[1] - 1, math.floor(max(ay, by, cy)))
        for a in range(first, last + 1):
            for b in range(near, far + 1):
                u = ((bx - a) * (cy - b) - (by - b) * (cx - a)) / area
                v = ((cx - a) * (ay - b) - (cy - b) * (ax - a)) / area
                w = 1.0 - u - v
                if u >= 0.0 and v >= 0.0 and w >= 0.0:
                    level = math.ceil(u * az + v * bz + w * cz)
                    if level < crossings.shape[2]:
                        crossings[a, b, max(level, 0)] += 1 if area < 0.0 else -1
