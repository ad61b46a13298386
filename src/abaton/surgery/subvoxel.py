"""Surfaces of masks, finer than their voxels.

A surface half-way between the centres inside and outside is off by up to half a voxel where it runs almost along a
plane of the grid: the flat terraces around the poles of a sphere. The edges of such a terrace tell where the surface
really lies, so a smoothing that sees over several voxels, and neither shrinks what is round nor passes a voxel's
centre, finds it. Two surfaces found so meet in a margin with less than half a voxel of error, where without it their
errors add up to almost a whole one.

The filter is 1 - (1 - S)^n of a plain smoothing S (Taubin, 'A signal processing approach to fair surface design',
SIGGRAPH 1995, for n = 2): waves longer than S's width keep their height to the order 2 n.
"""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from abaton.core.kernels import kernel
from abaton.geometry.grid import Grid
from abaton.geometry.isosurface import crossing
from abaton.geometry.signed_distance import SignedDistanceField

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Faces = NDArray[np.int32]
Links: TypeAlias = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]

REACH_VOXELS = 6
"""How far around a mask `boundary` looks."""

_WIDTH_VOXELS, _ROUNDS = 2.0, 2
_SIDE_MM = 1e-3
_STEPS, _SHARE = 24, 0.9
"""24 steps of nine tenths of the way to the mean of the neighbours: a smoothing of about 2 voxels' width."""


def boundary(mask: Mask, grid: Grid) -> tuple[Array, Array]:
    """Points on the surface of a mask, less than a voxel apart, (n, 3) mm, and unit normals away from it, (n, 3).

    The distance field around the mask is smoothed over two voxels, twice; every centre stays on its side. For what is
    measured against often and changes never: it takes longer than `smoothed`. O(voxels of the box around the mask).

    Args:
        mask: `grid.shape`.
        grid: Where the voxels lie; its edge is no surface.
    """
    parts: list[Any] = ndimage.find_objects(mask.view(np.uint8))
    if not parts or mask.all():
        return np.zeros((0, 3)), np.zeros((0, 3))
    box = tuple(slice(max(0, part.start - REACH_VOXELS), part.stop + REACH_VOXELS) for part in parts[0])
    here = np.ascontiguousarray(mask[box])
    local = Grid.of(here.shape, np.diag([*grid.spacing_mm, 1.0]))
    field = SignedDistanceField.of(here, local).distance_mm
    far = REACH_VOXELS * max(grid.spacing_mm)
    field = np.clip(field, -far, far)
    # Over as many millimetres along each axis: terraces are as wide as the spacing across them is coarse.
    sigma = _WIDTH_VOXELS * float(np.cbrt(grid.voxel_volume_mm3)) / np.array(grid.spacing_mm)
    for _ in range(_ROUNDS):
        once = _blurred(field, sigma)
        field = 2 * once - _blurred(once, sigma)
        field[here] = np.minimum(field[here], -_SIDE_MM)
        field[~here] = np.maximum(field[~here], _SIDE_MM)
    corners, _ = crossing(-field, 0.0)
    slopes = np.stack(
        [
            ndimage.map_coordinates(np.gradient(field, spacing, axis=axis), corners.T, order=1, mode="nearest")
            for axis, spacing in enumerate(grid.spacing_mm)
        ],
        axis=1,
    )
    turned = slopes @ (grid.affine[:3, :3] / grid.spacing_mm).T
    normals = turned / np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-12)
    return grid.to_world(corners + [part.start for part in box]), normals


def smoothed(corners: Array, faces: Faces) -> Array:
    """Vertices of a surface from `crossing`, open or closed, moved to where the voxels' terraces say that it lies.

    A vertex stays within half a voxel of the middle of its edge, so that no centre changes sides. Along an open rim
    vertices are smoothed along the rim only. O(vertices).

    Args:
        corners: (n, 3), in indices of the grid.
        faces: (m, 3).

    Returns:
        (n, 3), in indices.
    """
    if not len(faces):
        return corners
    middle = (np.floor(corners) + np.ceil(corners)) / 2
    links = _links(len(corners), faces)
    once = _spread(corners, *links)
    twice = _spread(once, *links)
    return np.clip(3 * once - 3 * twice + _spread(twice, *links), middle - 0.5, middle + 0.5)


def _blurred(field: NDArray[np.float32], sigma: Array) -> NDArray[np.float32]:
    blurred: NDArray[np.float32] = ndimage.gaussian_filter(field, sigma, truncate=2.5, mode="nearest")
    return blurred


@kernel()
def _links(count: int, faces: Faces) -> Links:
    """Each vertex's neighbours, turning around it, and (count, 2) those along an open rim, -1 elsewhere."""
    starts = np.zeros(count + 1, dtype=np.int64)
    for face in range(faces.shape[0]):
        for corner in range(3):
            starts[faces[face, corner] + 1] += 1
    for vertex in range(count):
        starts[vertex + 1] += starts[vertex]
    filled = starts[:-1].copy()
    heads = np.empty(3 * faces.shape[0], dtype=np.int32)
    for face in range(faces.shape[0]):
        for corner in range(3):
            tail = faces[face, corner]
            heads[filled[tail]] = faces[face, (corner + 1) % 3]
            filled[tail] += 1
    rim = np.full((count, 2), -1, dtype=np.int32)
    for tail in range(count):
        for place in range(starts[tail], starts[tail + 1]):
            head = heads[place]
            back = False
            for other in range(starts[head], starts[head + 1]):
                back = back or heads[other] == tail
            if not back:
                rim[tail, 0], rim[head, 1] = head, tail
    return starts, heads, rim


@kernel()
def _spread(given: Array, starts: NDArray[np.int64], heads: NDArray[np.int32], rim: NDArray[np.int32]) -> Array:
    """S of the filter. Written out axis by axis: it is most of what a cut's heat map costs."""
    now, then = given.copy(), given.copy()
    for _ in range(_STEPS):
        for vertex in range(now.shape[0]):
            first, last = starts[vertex], starts[vertex + 1]
            one, other = rim[vertex, 0], rim[vertex, 1]
            x, y, z = 0.0, 0.0, 0.0
            if one >= 0 and other >= 0:
                x, y, z = now[one, 0] + now[other, 0], now[one, 1] + now[other, 1], now[one, 2] + now[other, 2]
                share = 0.5 * _SHARE
            else:
                for place in range(first, last):
                    head = heads[place]
                    x += now[head, 0]
                    y += now[head, 1]
                    z += now[head, 2]
                share = _SHARE / max(last - first, 1)
            then[vertex, 0] = (1.0 - _SHARE) * now[vertex, 0] + share * x
            then[vertex, 1] = (1.0 - _SHARE) * now[vertex, 1] + share * y
            then[vertex, 2] = (1.0 - _SHARE) * now[vertex, 2] + share * z
        now, then = then, now
    return now
