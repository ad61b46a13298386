"""Cheapest ways through the voxels of a mask, by Dijkstra's algorithm.

E. W. Dijkstra, A note on two problems in connexion with graphs, Numerische Mathematik 1, 1959. Neighbours are the 26
voxels around; a step costs the mean of the costs per millimetre of its two voxels, times its length.
"""

import numpy as np
from numpy.typing import NDArray

from abaton.core.kernels import kernel
from abaton.geometry.grid import Grid

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def numbered(mask: NDArray[np.bool_], grid: Grid) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
    """The voxels of a mask as a graph.

    Returns:
        Indices of the voxels, (n, 3); the number of the voxel at each place of the padded mask, flat, -1 where none;
        offsets to the 26 neighbours in that flat array; their distances in mm.
    """
    voxels = np.argwhere(mask).astype(np.int64)
    padded = np.array(mask.shape) + 2
    strides = np.array([padded[1] * padded[2], padded[2], 1], dtype=np.int64)
    number = np.full(int(padded.prod()), -1, dtype=np.int64)
    number[(voxels + 1) @ strides] = np.arange(len(voxels))
    around = np.argwhere(np.ones((3, 3, 3), dtype=bool)).astype(np.int64) - 1
    around = around[(around != 0).any(axis=1)]
    lengths: FloatArray = np.linalg.norm(around @ grid.affine[:3, :3].T, axis=1)
    places = (voxels + 1) @ strides
    return np.concatenate([voxels, places[:, None]], axis=1), number, around @ strides, lengths


@kernel()
def cheapest(
    places: IntArray,
    number: IntArray,
    offsets: IntArray,
    lengths_mm: FloatArray,
    cost_per_mm: FloatArray,
    start: int,
    goal: int,
) -> tuple[FloatArray, FloatArray, IntArray]:
    """The cheapest way from one voxel to every other.

    Args:
        places: (n,), of the voxels in `number`.
        number: See `numbered`.
        offsets: (26,).
        lengths_mm: (26,).
        cost_per_mm: (n,), above 0.
        start: Number of the voxel to start from.
        goal: Number of a voxel that is enough to be reached; -1 for all of them.

    Returns:
        Cost, length in mm, and the voxel before, (n,) each; infinite, infinite and -1 where there is no way.
    """
    count = places.size
    cost = np.full(count, np.inf)
    length = np.full(count, np.inf)
    before = np.full(count, -1, dtype=np.int64)
    done = np.zeros(count, dtype=np.bool_)
    # A binary heap of (cost, voxel); a voxel may be in it more than once, and counts the first time it comes out.
    heap_cost = np.empty(1024)
    heap_voxel = np.empty(1024, dtype=np.int64)
    size = 1
    heap_cost[0], heap_voxel[0] = 0.0, start
    cost[start], length[start] = 0.0, 0.0
    while size > 0:
        here = heap_voxel[0]
        size -= 1
        last_cost, last_voxel = heap_cost[size], heap_voxel[size]
        at = 0
        while True:
            child = 2 * at + 1
            if child >= size:
                break
            if child + 1 < size and heap_cost[child + 1] < heap_cost[child]:
                child += 1
            if heap_cost[child] >= last_cost:
                break
            heap_cost[at], heap_voxel[at] = heap_cost[child], heap_voxel[child]
            at = child
        heap_cost[at], heap_voxel[at] = last_cost, last_voxel
        if done[here]:
            continue
        done[here] = True
        if here == goal:
            break
        for side in range(offsets.size):
            there = number[places[here] + offsets[side]]
            if there < 0 or done[there]:
                continue
            step = lengths_mm[side]
            reached = cost[here] + 0.5 * (cost_per_mm[here] + cost_per_mm[there]) * step
            if reached >= cost[there]:
                continue
            cost[there], length[there], before[there] = reached, length[here] + step, here
            if size == heap_cost.size:
                heap_cost = np.concatenate((heap_cost, np.empty(size)))
                heap_voxel = np.concatenate((heap_voxel, np.empty(size, dtype=np.int64)))
            at = size
            size += 1
            while at > 0 and heap_cost[(at - 1) // 2] > reached:
                heap_cost[at], heap_voxel[at] = heap_cost[(at - 1) // 2], heap_voxel[(at - 1) // 2]
                at = (at - 1) // 2
            heap_cost[at], heap_voxel[at] = reached, there
    return cost, length, before
