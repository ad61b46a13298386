"""What tools and tissue answer each other: projected Gauss-Seidel on pushes, each with its rub in Coulomb's cone."""

import math

import numpy as np
from numpy.typing import NDArray

from abaton.core.kernels import kernel
from abaton.surgery.tissue.reaching import furthest_way, gap_between, outward
from abaton.surgery.tissue.tools import pose_between

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Index = NDArray[np.int32]

_ROUNDS = 3
_SWEEPS = 6

_TRUST = 0.1
"""How much of a force's change goes into the next guess. It comes a step late: at once would shake the tissue, a
tenth settles in 10 ms. The force that tools feel has the whole change at once."""


@kernel()
def answer(
    triangles: Index, inverse_mass: Array, start_velocity: Array, position: Array, velocity: Array,
    kinds: Whole, numbers: Array, spans: Whole, voxels: NDArray[np.float32], friction: Array, half_width: Array,
    boxes: Array, poses: Array, next_poses: Array, tool: Whole, triangle: Whole, first_weights: Array, anchor: Array,
    least_gap: Array, first_guess: Array, period: float,
    weights: Array, normal: Array, point: Array, guess: Array, force: Array, tool_force: Array, tool_torque: Array,
) -> None:  # fmt: skip
    """Walks the tools to their next poses and writes what comes of it.

    Read: all up to `period`, as `contact.Skin`, `Tools` and `contact.Contacts` have them, but for `position` and
    `velocity`, (n, 3), which come from the tissue's own step and go on as the tools leave them. `weights` and `normal`
    come as found and are turned along; `point`, `guess`, `force`, `tool_force` and `tool_torque` come as zeros.
    """
    count = tool.shape[0]
    if count == 0:
        return
    free = position.copy()
    at_vertices = np.zeros((count, 3, 3))
    push, rub = np.zeros(count), np.zeros((count, 3))
    first_normal = normal.copy()
    _share(first_guess, first_weights, normal, push, rub, at_vertices)
    offset = np.zeros(count)
    slip, wanted = np.empty(3), np.empty(3)
    here = poses.copy()
    pieces = 1
    for n in range(kinds.shape[0]):
        pieces = max(pieces, math.ceil(furthest_way(boxes[n], poses[n], next_poses[n]) / (0.5 * half_width[n])))
    for piece in range(1, pieces + 1):
        last = piece == pieces
        for n in range(kinds.shape[0]):
            pose_between(poses[n], next_poses[n], piece / pieces, here[n])
        for _ in range(_ROUNDS if last else 1):
            _measure(
                triangles, position, kinds, numbers, spans, voxels, here, tool, triangle, weights, normal, point, offset
            )  # fmt: skip
            for _sweep in range(_SWEEPS):
                _push_out(
                    triangles, inverse_mass, position, next_poses, friction, tool, triangle, first_weights, anchor,
                    least_gap, period, last, weights, normal, offset, push, rub, at_vertices, slip, wanted,
                )  # fmt: skip
    _tell(triangles, position, next_poses, tool, triangle, weights, at_vertices, point, force, tool_force, tool_torque)
    _foresee(
        triangles, inverse_mass, start_velocity, poses, next_poses, tool, triangle, first_weights, anchor, first_guess,
        first_normal, normal, push, rub, period, guess,
    )  # fmt: skip
    _move_on(triangles, triangle, position, free, velocity, period)


@kernel()
def _share(
    first_guess: Array, first_weights: Array, normal: Array, push: Array, rub: Array, at_vertices: Array
) -> None:
    """The guess, along the normal, across it, and at the vertices where the tissue's own step had it."""
    for c in range(push.shape[0]):
        for axis in range(3):
            push[c] += first_guess[c, axis] * normal[c, axis]
        for axis in range(3):
            rub[c, axis] = first_guess[c, axis] - push[c] * normal[c, axis]
            for corner in range(3):
                at_vertices[c, corner, axis] = first_weights[c, corner] * first_guess[c, axis]


@kernel()
def _measure(
    triangles: Index, position: Array, kinds: Whole, numbers: Array, spans: Whole, voxels: NDArray[np.float32],
    here: Array, tool: Whole, triangle: Whole, weights: Array, normal: Array, point: Array, offset: Array,
) -> None:  # fmt: skip
    """Where tools and triangles are now: each contact as a plane, its normal and offset."""
    corners, outside, turned = np.empty((3, 3)), np.empty(3), np.empty(3)
    for c in range(tool.shape[0]):
        outward(position, triangles[triangle[c]], corners, outside)
        n = tool[c]
        gap = gap_between(
            np.int64(kinds[n]), numbers[n], spans[n], voxels, here[n], corners, outside, weights[c], turned, point[c]
        )  # fmt: skip
        same_side = turned[0] * normal[c, 0] + turned[1] * normal[c, 1] + turned[2] * normal[c, 2]
        if kinds[n] == 0 and same_side < 0.0:
            # The axis has passed the triangle: the depth is what lies behind it as well.
            turned[:] = -turned
            gap = -(gap + numbers[n, 6]) - numbers[n, 6]
        normal[c] = turned
        offset[c] = -gap
        for axis in range(3):
            offset[c] += point[c, axis] * turned[axis]


@kernel()
def _push_out(
    triangles: Index, inverse_mass: Array, position: Array, next_poses: Array, friction: Array, tool: Whole,
    triangle: Whole, first_weights: Array, anchor: Array, least_gap: Array, period: float, last: bool,
    weights: Array, normal: Array, offset: Array, push: Array, rub: Array, at_vertices: Array, slip: Array,
    wanted: Array,
) -> None:  # fmt: skip
    """One sweep: each contact in turn pushes as hard as it must, and none pulls. `slip` and `wanted` are room, (3,)."""
    for c in range(tool.shape[0]):
        ids = triangles[triangle[c]]
        heaviness = 0.0
        now = -offset[c]
        for corner in range(3):
            heaviness += weights[c, corner] ** 2 * inverse_mass[ids[corner]]
            for axis in range(3):
                now += weights[c, corner] * position[ids[corner], axis] * normal[c, axis]
        if heaviness <= 0.0:
            continue
        more = (least_gap[c] - now) / (heaviness * period * period)
        if more < 0.0 and (not last or push[c] <= 0.0):
            continue
        more = max(more, -push[c])
        push[c] += more
        for corner in range(3):
            scale = weights[c, corner] * more
            for axis in range(3):
                at_vertices[c, corner, axis] += scale * normal[c, axis]
                position[ids[corner], axis] += inverse_mass[ids[corner]] * scale * period * period * normal[c, axis]
        if last:
            _rub(
                ids, inverse_mass, position, next_poses[tool[c]], first_weights[c], anchor[c], normal[c],
                friction[tool[c]] * push[c], period, rub[c], at_vertices[c], slip, wanted,
            )  # fmt: skip


@kernel()
def _rub(
    ids: Index, inverse_mass: Array, position: Array, pose: Array, weights: Array, anchor: Array, normal: Array,
    most: float, period: float, rub: Array, at_vertices: Array, slip: Array, wanted: Array,
) -> None:  # fmt: skip
    """Coulomb: what was touched when the step began goes along with the tool, as far as `most` newtons can take it."""
    heaviness = 0.0
    for corner in range(3):
        heaviness += weights[corner] ** 2 * inverse_mass[ids[corner]]
    across, old_across = 0.0, 0.0
    for axis in range(3):
        slip[axis] = -pose[axis, 3]
        for other in range(3):
            slip[axis] -= pose[axis, other] * anchor[other]
            slip[axis] += weights[other] * position[ids[other], axis]
        across += slip[axis] * normal[axis]
        old_across += rub[axis] * normal[axis]
    size = 0.0
    for axis in range(3):
        along = slip[axis] - across * normal[axis]
        wanted[axis] = rub[axis] - old_across * normal[axis] - along / (heaviness * period * period)
        size += wanted[axis] ** 2
    size = math.sqrt(size)
    share = most / size if size > most else 1.0
    for axis in range(3):
        more = share * wanted[axis] - rub[axis]
        rub[axis] += more
        for corner in range(3):
            at_vertices[corner, axis] += weights[corner] * more
            position[ids[corner], axis] += inverse_mass[ids[corner]] * weights[corner] * more * period * period


@kernel()
def _tell(
    triangles: Index, position: Array, next_poses: Array, tool: Whole, triangle: Whole, weights: Array,
    at_vertices: Array, point: Array, force: Array, tool_force: Array, tool_torque: Array,
) -> None:  # fmt: skip
    """Writes the force of each contact, where it is, and the forces and torques on the tools."""
    for c in range(tool.shape[0]):
        ids = triangles[triangle[c]]
        n = tool[c]
        for corner in range(3):
            for axis in range(3):
                force[c, axis] += at_vertices[c, corner, axis]
                tool_force[n, axis] -= at_vertices[c, corner, axis]
        for axis in range(3):
            point[c, axis] = 0.0
            for corner in range(3):
                point[c, axis] += weights[c, corner] * position[ids[corner], axis]
        for corner in range(3):
            x = position[ids[corner], 0] - next_poses[n, 0, 3]
            y = position[ids[corner], 1] - next_poses[n, 1, 3]
            z = position[ids[corner], 2] - next_poses[n, 2, 3]
            fx, fy, fz = at_vertices[c, corner, 0], at_vertices[c, corner, 1], at_vertices[c, corner, 2]
            tool_torque[n, 0] -= y * fz - z * fy
            tool_torque[n, 1] -= z * fx - x * fz
            tool_torque[n, 2] -= x * fy - y * fx


@kernel()
def _foresee(
    triangles: Index, inverse_mass: Array, start_velocity: Array, poses: Array, next_poses: Array, tool: Whole,
    triangle: Whole, first_weights: Array, anchor: Array, first_guess: Array, first_normal: Array, normal: Array,
    push: Array, rub: Array, period: float, guess: Array,
) -> None:  # fmt: skip
    """Writes the next step's guess: what was found, less what stopped an impact, as far as it is trusted."""
    for c in range(tool.shape[0]):
        ids = triangles[triangle[c]]
        n = tool[c]
        heaviness, approach = 0.0, 0.0
        for corner in range(3):
            heaviness += first_weights[c, corner] ** 2 * inverse_mass[ids[corner]]
            for axis in range(3):
                approach -= first_weights[c, corner] * start_velocity[ids[corner], axis] * first_normal[c, axis]
        for axis in range(3):
            moved = next_poses[n, axis, 3] - poses[n, axis, 3]
            for other in range(3):
                moved += (next_poses[n, axis, other] - poses[n, axis, other]) * anchor[c, other]
            approach += moved / period * first_normal[c, axis]
        kept = push[c]
        if heaviness > 0.0:
            kept = max(0.0, push[c] - max(0.0, approach) / (heaviness * period))
        share = kept / push[c] if push[c] > 0.0 else 0.0
        for axis in range(3):
            found = kept * normal[c, axis] + share * rub[c, axis]
            guess[c, axis] = first_guess[c, axis] + _TRUST * (found - first_guess[c, axis])


@kernel()
def _move_on(triangles: Index, triangle: Whole, position: Array, free: Array, velocity: Array, period: float) -> None:
    """Vertices that were pushed go on with the velocity that this takes; each counts once."""
    for c in range(triangle.shape[0]):
        for corner in range(3):
            vertex = triangles[triangle[c], corner]
            for axis in range(3):
                moved = position[vertex, axis] - free[vertex, axis]
                if moved != 0.0:
                    velocity[vertex, axis] += moved / period
                    free[vertex, axis] = position[vertex, axis]
