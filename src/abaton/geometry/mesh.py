"""Surfaces made of triangles."""

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray


class TriangleMesh(msgspec.Struct, frozen=True, eq=False):
    """A surface.

    Attributes:
        vertices_mm: (n, 3) float64, world positions.
        faces: (m, 3) int32, indices of vertices; counter-clockwise seen from outside.
    """

    vertices_mm: NDArray[np.float64]
    faces: NDArray[np.int32]


def enclosed_volume_mm3(mesh: TriangleMesh) -> float:
    """The volume inside a closed mesh, by the divergence theorem; negative where the faces look inwards."""
    if len(mesh.faces) == 0:
        return 0.0
    # Positions from the mesh's own middle: far from the origin the sum of large terms would lose digits.
    a, b, c = _corners(mesh, mesh.vertices_mm.mean(axis=0))
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)


def area_mm2(mesh: TriangleMesh) -> float:
    """The area of all faces."""
    return float(np.linalg.norm(_doubled_areas(mesh), axis=1).sum() / 2)


def is_closed(mesh: TriangleMesh) -> bool:
    """Whether every edge belongs to exactly two faces, which run along it in opposite directions."""
    forward, backward = _edge_keys(mesh)
    return bool(np.array_equal(forward, backward) and (np.diff(forward) > 0).all())


def euler_characteristic(mesh: TriangleMesh) -> int:
    """Vertices less edges plus faces of a closed mesh: 2 for a ball, 0 for a ring, the sum over separate parts."""
    return len(mesh.vertices_mm) - len(mesh.faces) * 3 // 2 + len(mesh.faces)


def vertex_normals(mesh: TriangleMesh) -> NDArray[np.float64]:
    """(n, 3) outward directions of length 1, the mean of the faces around by area; 0 where that has no direction."""
    doubled = _doubled_areas(mesh)
    normals = np.stack(
        [np.bincount(mesh.faces.ravel(), np.repeat(doubled[:, axis], 3), len(mesh.vertices_mm)) for axis in range(3)],
        axis=1,
    )
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    return np.divide(normals, length, out=np.zeros_like(normals), where=length > 0)


def _corners(mesh: TriangleMesh, origin: NDArray[np.float64]) -> NDArray[np.float64]:
    """(3, m, 3): the first, second and third corners of all faces, from `origin`."""
    corners: NDArray[np.float64] = (mesh.vertices_mm - origin)[mesh.faces.T]
    return corners


def _doubled_areas(mesh: TriangleMesh) -> NDArray[np.float64]:
    """(m, 3): each face's normal, as long as twice its area."""
    a, b, c = _corners(mesh, np.zeros(3))
    normals: Any = np.cross(b - a, c - a)
    return np.asarray(normals, dtype=np.float64)


def _edge_keys(mesh: TriangleMesh) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """One number for each directed edge, sorted; and the same with all edges turned around."""
    starts = mesh.faces.astype(np.int64)
    ends = np.roll(starts, -1, axis=1)
    count = len(mesh.vertices_mm)
    return np.sort((starts * count + ends).ravel()), np.sort((ends * count + starts).ravel())
