"""Smooth closed surfaces of masks and labels, with the volume that the voxels have."""

import numpy as np
from numpy.typing import NDArray

from abaton.geometry.grid import FloatArray, Grid
from abaton.geometry.isosurface import crossing
from abaton.geometry.mesh import TriangleMesh, area_mm2, enclosed_volume_mm3, vertex_normals
from abaton.geometry.smoothing import relaxed

MOVE_VOXELS = 0.5
"""Smoothing moves a vertex at most this far along each axis of the grid, so that it never passes a voxel's centre."""

_VOLUME_TOLERANCE = 1e-6
_GREATEST_OFFSET_VOXELS = 0.5


def surface_of(mask: NDArray[np.bool_], grid: Grid, rounds: int = 30) -> TriangleMesh:
    """The closed surface around a mask, in world mm, as smooth as its voxels allow.

    Every edge has exactly two faces. The steps of the voxels are smoothed away (Taubin 1995, which does not shrink
    what is larger than a few voxels); then all vertices move together along their normals, by a small part of a voxel,
    until the surface encloses what the voxels fill. Parts of a few voxels cannot be given their volume so and stay
    smaller.

    Args:
        mask: Boolean, `grid.shape`. Voxels at the edge of the grid are closed over half a voxel outside it.
        grid: Where the voxels lie.
        rounds: Of smoothing; 0 leaves the steps and the volume as marching cubes draw them.

    Returns:
        Faces counter-clockwise seen from outside, on left-handed grids too; no vertex where the mask is empty.
    """
    lowest = _lowest(mask)
    if lowest is None:
        return TriangleMesh(np.zeros((0, 3)), np.zeros((0, 3), dtype=np.int32))
    low, box = lowest
    corners, faces = crossing(np.pad(box.view(np.uint8), 1), 0.5)
    if np.linalg.det(grid.affine[:3, :3]) < 0:
        faces = np.ascontiguousarray(faces[:, ::-1])
    corners += low - 1
    if rounds == 0:
        return TriangleMesh(grid.to_world(corners), faces)
    smooth = relaxed(corners, faces, rounds, MOVE_VOXELS)
    volume_mm3 = int(np.count_nonzero(box)) * grid.voxel_volume_mm3
    limit_mm = _GREATEST_OFFSET_VOXELS * grid.voxel_volume_mm3 ** (1 / 3)
    return with_volume(TriangleMesh(grid.to_world(smooth), faces), volume_mm3, limit_mm)


def surfaces_of(labels: NDArray[np.integer], grid: Grid, rounds: int = 30) -> dict[int, TriangleMesh]:
    """The surface of each label that occurs, 0 apart, by its value; see `surface_of`."""
    values = np.unique(labels).tolist()
    return {value: surface_of(labels == value, grid, rounds) for value in values if value != 0}


def with_volume(mesh: TriangleMesh, volume_mm3: float, limit_mm: float) -> TriangleMesh:
    """The mesh with its vertices moved along their normals, all by the same length, until it has a volume.

    Args:
        mesh: Closed.
        volume_mm3: To reach.
        limit_mm: How far vertices may move at most; where that is too little, the volume is not reached.
    """
    normals = vertex_normals(mesh)
    moved_mm = 0.0
    for _ in range(10):
        now = TriangleMesh(mesh.vertices_mm + moved_mm * normals, mesh.faces)
        missing_mm3 = volume_mm3 - enclosed_volume_mm3(now)
        if abs(missing_mm3) <= _VOLUME_TOLERANCE * volume_mm3:
            return now
        moved_mm = float(np.clip(moved_mm + missing_mm3 / area_mm2(now), -limit_mm, limit_mm))
    return TriangleMesh(mesh.vertices_mm + moved_mm * normals, mesh.faces)


def _lowest(mask: NDArray[np.bool_]) -> tuple[FloatArray, NDArray[np.bool_]] | None:
    """The smallest box that holds the mask, and its first index; None where the mask is empty."""
    bounds: list[tuple[int, int]] = []
    for axis in range(3):
        others = tuple(other for other in range(3) if other != axis)
        held = np.flatnonzero(mask.any(axis=others))
        if held.size == 0:
            return None
        bounds.append((int(held[0]), int(held[-1]) + 1))
    box = mask[tuple(slice(low, high) for low, high in bounds)]
    return np.array([low for low, _ in bounds], dtype=np.float64), np.ascontiguousarray(box, dtype=np.bool_)
