"""Smoothing of triangle meshes."""

import numpy as np
from numpy.typing import NDArray

from abaton.core.kernels import kernel
from abaton.geometry.grid import FloatArray

_INWARD = 0.5
_PASS_BAND = 0.02
_OUTWARD = 1.0 / (_PASS_BAND - 1.0 / _INWARD)


def relaxed(corners: FloatArray, faces: NDArray[np.int32], rounds: int, limit_voxels: float) -> FloatArray:
    """Vertices moved by Taubin's smoothing: a step towards the mean of the neighbours, and a larger one back.

    Taubin, 'A signal processing approach to fair surface design', SIGGRAPH 1995, with lambda 0.5 and a pass band of
    0.02: waves longer than about 40 edges keep their height, short ones vanish.

    Args:
        corners: (n, 3), index coordinates. Not changed.
        faces: (m, 3), of a closed mesh.
        rounds: Pairs of steps.
        limit_voxels: No vertex leaves the box that reaches this far to each side of where it was.

    Returns:
        (n, 3), index coordinates.
    """
    starts, neighbours = _neighbours(len(corners), faces)
    # A mean of indices is a mean of millimetres, for the map between them is linear: spacing does not matter here.
    moved = corners
    for _ in range(rounds):
        for step in (_INWARD, _OUTWARD):
            moved = _step(moved, corners, starts, neighbours, step, limit_voxels)
    return moved


def _neighbours(count: int, faces: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Each vertex's neighbours: those of vertex i are `neighbours[starts[i]:starts[i + 1]]`."""
    # In a closed mesh each edge runs once in either direction, so each neighbour is met once.
    heads = faces.ravel()
    tails = np.roll(faces, -1, axis=1).ravel()
    order = np.argsort(heads, kind="stable")
    starts = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.bincount(heads, minlength=count), out=starts[1:])
    return starts, tails[order]


@kernel()
def _step(
    now: NDArray[np.float64],
    original: NDArray[np.float64],
    starts: NDArray[np.int64],
    neighbours: NDArray[np.int32],
    step: float,
    limit: float,
) -> NDArray[np.float64]:
    moved = np.empty_like(now)
    for vertex in range(now.shape[0]):
        count = starts[vertex + 1] - starts[vertex]
        for axis in range(3):
            total = 0.0
            for place in range(starts[vertex], starts[vertex + 1]):
                total += now[neighbours[place], axis]
            target = now[vertex, axis] + step * (total / count - now[vertex, axis])
            low, high = original[vertex, axis] - limit, original[vertex, axis] + limit
            moved[vertex, axis] = min(max(target, low), high)
    return moved
