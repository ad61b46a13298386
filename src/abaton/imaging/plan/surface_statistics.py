"""Shares of a surface by a value that is known at its corners."""

import numpy as np
from numpy.typing import NDArray

from abaton.geometry.mesh import TriangleMesh

Floats = NDArray[np.float64]


def face_areas_mm2(mesh: TriangleMesh) -> Floats:
    """(m,), of each triangle."""
    a, b, c = (mesh.vertices_mm[mesh.faces[:, corner]] for corner in range(3))
    return 0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1)


def vertex_areas_mm2(mesh: TriangleMesh) -> Floats:
    """(n,), a third of each triangle that meets at a corner."""
    thirds = np.repeat(face_areas_mm2(mesh) / 3.0, 3)
    areas: Floats = np.zeros(len(mesh.vertices_mm))
    np.add.at(areas, mesh.faces.ravel(), thirds)
    return areas


def area_below_mm2(mesh: TriangleMesh, values: Floats, limit: float) -> float:
    """The area where a value, linear on each triangle, is below a limit.

    Args:
        mesh: The surface.
        values: (n,), at its corners; may be infinite.
        limit: Not NaN.
    """
    ordered: Floats = np.sort(values[mesh.faces], axis=1)
    low, middle, high = ordered[:, 0], ordered[:, 1], ordered[:, 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        corner: Floats = (limit - low) ** 2 / ((middle - low) * (high - low))
        rest: Floats = 1.0 - (high - limit) ** 2 / ((high - middle) * (high - low))
    share: Floats = np.where(limit <= middle, corner, rest)
    share = np.where(limit <= low, 0.0, np.where(limit > high, 1.0, share))
    # With an infinite corner, the finite ones count by thirds.
    thirds = np.mean(values[mesh.faces] < limit, axis=1)
    share = np.where(np.isfinite(low) & np.isfinite(high), share, thirds)
    return float(np.sum(np.nan_to_num(share) * face_areas_mm2(mesh)))


def area_percentile(mesh: TriangleMesh, values: Floats, percent: float) -> float:
    """The value below which a share of the surface's area lies; each corner counts by the area around it."""
    order = np.argsort(values)
    area = vertex_areas_mm2(mesh)[order]
    share = (np.cumsum(area) - 0.5 * area) / area.sum()
    place = int(np.searchsorted(share, percent / 100.0))
    return float(values[order[min(place, len(order) - 1)]])


def area_histogram(mesh: TriangleMesh, values: Floats, edges: Floats) -> Floats:
    """Area between each two neighbouring edges, (len(edges) - 1,), mm2."""
    below = np.array([area_below_mm2(mesh, values, float(edge)) for edge in edges])
    return np.diff(below)
