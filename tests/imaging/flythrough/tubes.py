"""Made organs: tubes along curves on grids, and meshes whose coverage is known in closed form."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from abaton.geometry.grid import Grid
from abaton.geometry.mesh import TriangleMesh
from abaton.imaging.flythrough import CameraPath
from abaton.imaging.flythrough.camera import frame_along

FloatArray = NDArray[np.float64]


def grid_around(points: FloatArray, margin_mm: float, spacing_mm: tuple[float, float, float]) -> Grid:
    """A grid along the world's axes (slice along z) around points."""
    low, high = points.min(axis=0) - margin_mm, points.max(axis=0) + margin_mm
    shape = np.ceil((high - low)[::-1] / spacing_mm).astype(int) + 1
    affine = np.eye(4)
    affine[:3, :3] = np.eye(3)[::-1] * np.array(spacing_mm)
    affine[:3, 3] = low
    return Grid.of(shape, affine)


def tube(
    points: FloatArray, radius_mm: float, spacing_mm: tuple[float, float, float] = (2.0, 2.0, 2.0)
) -> tuple[NDArray[np.bool_], Grid]:
    """Voxels within a radius of a curve of points."""
    from scipy.spatial import cKDTree

    grid = grid_around(points, radius_mm + 4 * max(spacing_mm), spacing_mm)
    at = grid.to_world(np.argwhere(np.ones(grid.shape, dtype=bool)))
    distance: FloatArray = np.asarray(cKDTree(points).query(at)[0])
    return (distance <= radius_mm).reshape(grid.shape), grid


def arc(radius_mm: float, degrees: float, count: int = 400) -> FloatArray:
    """Points of a circle in the x-y plane, from (radius, 0, 0)."""
    angle: FloatArray = np.radians(np.linspace(0.0, degrees, count))
    return np.stack([radius_mm * np.cos(angle), radius_mm * np.sin(angle), np.zeros(count)], axis=-1)


def revolved(profile: Callable[[FloatArray], FloatArray], along: FloatArray, around: int = 96) -> TriangleMesh:
    """A wall around the z axis, radius by place; normals outward."""
    radius = profile(along)
    angle: FloatArray = np.linspace(0, 2 * np.pi, around, endpoint=False)
    rings = np.stack(
        [radius[:, None] * np.cos(angle), radius[:, None] * np.sin(angle), np.repeat(along[:, None], around, 1)], -1
    )
    return TriangleMesh(rings.reshape(-1, 3), strips(len(along), around, closed=False))


def torus(ring_mm: float, radius_mm: float, along: int = 240, around: int = 64) -> TriangleMesh:
    """A torus around the z axis, normals outward."""
    u: FloatArray = np.linspace(0, 2 * np.pi, along, endpoint=False)[:, None]
    v: FloatArray = np.linspace(0, 2 * np.pi, around, endpoint=False)[None]
    out = ring_mm + radius_mm * np.cos(v)
    vertices = np.stack([out * np.cos(u), out * np.sin(u), radius_mm * np.sin(v) + 0 * u], axis=-1)
    return TriangleMesh(vertices.reshape(-1, 3), strips(along, around, closed=True)[:, ::-1].copy())


def strips(along: int, around: int, *, closed: bool) -> NDArray[np.int32]:
    faces: list[tuple[int, int, int]] = []
    for a in range(along if closed else along - 1):
        b = (a + 1) % along
        for i in range(around):
            j = (i + 1) % around
            faces.append((a * around + i, a * around + j, b * around + j))
            faces.append((a * around + i, b * around + j, b * around + i))
    return np.array(faces, dtype=np.int32)


def path_along(points: FloatArray) -> CameraPath:
    """A flight exactly along points that lie at equal steps, looking along them."""
    along: FloatArray = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    looks = np.asarray(np.gradient(points, axis=0))
    looks = looks / np.linalg.norm(looks, axis=1, keepdims=True)
    return CameraPath(points, frame_along(looks), along / 20, along, np.ones(len(points)), 1e9)
