"""Closed surfaces of masks."""

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from abaton.geometry.grid import Grid
from abaton.geometry.mesh import TriangleMesh


def surface_of(mask: NDArray[np.bool_], grid: Grid) -> TriangleMesh:
    """The closed surface around a mask, in world mm.

    Args:
        mask: Boolean, `grid.shape`. Voxels at the edge of the grid are closed over half a voxel outside it.
        grid: Where the voxels lie.

    Returns:
        Closed, faces counter-clockwise seen from outside; no vertex and no face where the mask is empty.
    """
    inside = np.argwhere(mask)
    if inside.size == 0:
        return TriangleMesh(np.zeros((0, 3)), np.zeros((0, 3), dtype=np.int32))
    low, high = inside.min(axis=0), inside.max(axis=0) + 1
    box = mask[low[0] : high[0], low[1] : high[1], low[2] : high[2]]
    vertices, faces = _marching_cubes(np.pad(box, 1).astype(np.float32))
    if np.linalg.det(grid.affine[:3, :3]) < 0:
        faces = faces[:, ::-1]
    return TriangleMesh(grid.to_world(vertices + (low - 1)), np.ascontiguousarray(faces, dtype=np.int32))


def _marching_cubes(values: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    from skimage import measure  # loaded late: it takes a second

    found = cast("Any", measure).marching_cubes(values, 0.5, gradient_direction="ascent")
    return np.asarray(found[0], dtype=np.float64), np.asarray(found[1], dtype=np.int32)
