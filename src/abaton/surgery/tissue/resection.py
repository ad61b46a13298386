"""Which tissue an energy device reaches, and which voxels of the scan are gone with it."""

import math

import numpy as np
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.core.kernels import kernel
from abaton.geometry.grid import Grid
from abaton.surgery.tissue.body import Body, BodyState
from abaton.surgery.tissue.nearest import segment_distance
from abaton.surgery.tissue.tools import Tools, is_pose, solid_distance

Array = NDArray[np.float64]
Index = NDArray[np.int32]
Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]

_MM = 1000.0


def within(body: Body, state: BodyState, tools: Tools, index: int, pose: Array, beyond_m: float = 0.0) -> Flags:
    """(m,), the tetrahedra whose middle lies in a tool, or within `beyond_m` of it.

    Args:
        body: To be resected.
        state: Of the body.
        tools: Of the scene.
        index: Which of them.
        pose: (4, 4), of that tool.
        beyond_m: How far its energy reaches.

    Raises:
        Problem: The pose is not one, or the reach is not finite.
    """
    if not is_pose(pose) or not math.isfinite(beyond_m):
        raise Problem(
            "reach_unusable",
            got="a pose that is not finite or no rotation with a position, or a reach that is not finite",
            expected="a (4, 4) pose and metres",
            next_step="Nothing was removed; bring the tool back into view.",
            kind="unavailable",
        )
    inside = np.zeros(len(body.tetrahedra), dtype=np.bool_)
    _within(
        state.position_m, body.tetrahedra, int(tools.kinds[index]), tools.numbers[index], tools.spans[index],
        tools.voxels_mm, np.ascontiguousarray(pose, dtype=np.float64), beyond_m, inside,
    )  # fmt: skip
    return inside


def removed_mask(body: Body, removed: Flags, grid: Grid) -> Flags:
    """Voxels whose centres lie in removed tissue, `grid.shape`; for `margin.margin_map`.

    Args:
        body: As it was before the removal. At rest it lies in the scan's world: metres, LPS.
        removed: (m,), which of its tetrahedra are gone, as `Cut.removed` has them.
        grid: Of the scan.

    Raises:
        Problem: The mask does not fit the body.
    """
    if removed.shape != (len(body.tetrahedra),):
        raise Problem(
            "removal_unusable",
            got=f"a mask of {removed.shape} for {len(body.tetrahedra)} tetrahedra",
            expected="the body before the removal, with what was removed of it",
            next_step="Pass the body that was given to `remove`.",
        )
    mask = np.zeros(grid.shape, dtype=np.bool_)
    index = grid.to_index(body.rest_m * _MM)
    _fill(index, np.ascontiguousarray(body.tetrahedra[removed]), mask)
    return mask


@kernel()
def _within(
    position: Array, tetrahedra: Index, kind: int, numbers: Array, span: Whole, voxels: NDArray[np.float32],
    pose: Array, beyond: float, inside: Flags,
) -> None:  # fmt: skip
    start, end = np.empty(3), np.empty(3)
    for axis in range(3):
        start[axis], end[axis] = pose[axis, 3], pose[axis, 3]
        for other in range(3):
            start[axis] += pose[axis, other] * numbers[other]
            end[axis] += pose[axis, other] * numbers[3 + other]
    middle, outward = np.empty(3), np.empty(3)
    for t in range(tetrahedra.shape[0]):
        middle[:] = 0.0
        for corner in range(4):
            for axis in range(3):
                middle[axis] += 0.25 * position[tetrahedra[t, corner], axis]
        if kind == 0:
            inside[t] = segment_distance(middle, start, end) <= numbers[6] + beyond
        else:
            size = span[1] * span[2] * span[3]
            field = voxels[span[0] : span[0] + size].reshape((span[1], span[2], span[3]))
            inside[t] = solid_distance(numbers, field, pose, middle, outward) <= beyond


@kernel()
def _fill(index: Array, tetrahedra: Index, mask: Flags) -> None:
    """Marks centres in tetrahedra given by indices with fractions; those on a shared face belong to both."""
    inverse = np.empty((3, 3))
    for t in range(tetrahedra.shape[0]):
        a = index[tetrahedra[t, 0]]
        u, v, w = index[tetrahedra[t, 1]] - a, index[tetrahedra[t, 2]] - a, index[tetrahedra[t, 3]] - a
        inverse[0], inverse[1], inverse[2] = np.cross(v, w), np.cross(w, u), np.cross(u, v)
        volume = inverse[0, 0] * u[0] + inverse[0, 1] * u[1] + inverse[0, 2] * u[2]
        if volume == 0.0:
            continue
        low, high = np.empty(3, dtype=np.int64), np.empty(3, dtype=np.int64)
        for axis in range(3):
            least = a[axis] + min(0.0, u[axis], v[axis], w[axis])
            most = a[axis] + max(0.0, u[axis], v[axis], w[axis])
            low[axis] = max(0, math.ceil(least - 1e-9))
            high[axis] = min(mask.shape[axis] - 1, math.floor(most + 1e-9))
        for i in range(low[0], high[0] + 1):
            for j in range(low[1], high[1] + 1):
                for k in range(low[2], high[2] + 1):
                    left = 1.0
                    outside = False
                    for row in range(3):
                        weight = (
                            inverse[row, 0] * (i - a[0]) + inverse[row, 1] * (j - a[1]) + inverse[row, 2] * (k - a[2])
                        ) / volume
                        left -= weight
                        outside = outside or weight < -1e-9
                    if not outside and left >= -1e-9:
                        mask[i, j, k] = True
