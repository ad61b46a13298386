"""Where tools come near the skin: gaps between tools and triangles, and what passes on from the step before."""

import math

import numpy as np
from numpy.typing import NDArray

from abaton.core.kernels import kernel
from abaton.surgery.tissue.nearest import segment_triangle, solid_triangle

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Index = NDArray[np.int32]


@kernel()
def gap_between(
    kind: np.int64, numbers: Array, span: Whole, voxels: NDArray[np.float32], pose: Array, corners: Array,
    outside: Array, weights: Array, normal: Array, point: Array,
) -> float:  # fmt: skip
    """Gap between a tool and a triangle; weights, the direction from tool to tissue, and the point are written.

    `outside` is the triangle's outward normal; it decides where tool and triangle cross.
    """
    if kind == 1:
        size = span[1] * span[2] * span[3]
        field = voxels[span[0] : span[0] + size].reshape((span[1], span[2], span[3]))
        gap = solid_triangle(numbers, field, pose, corners, weights, normal)
        for axis in range(3):
            point[axis] = weights[0] * corners[0, axis] + weights[1] * corners[1, axis] + weights[2] * corners[2, axis]
        return gap
    start, end = np.empty(3), np.empty(3)
    for axis in range(3):
        start[axis], end[axis] = pose[axis, 3], pose[axis, 3]
        for other in range(3):
            start[axis] += pose[axis, other] * numbers[other]
            end[axis] += pose[axis, other] * numbers[3 + other]
    distance, along = segment_triangle(start, end, corners, weights)
    for axis in range(3):
        point[axis] = weights[0] * corners[0, axis] + weights[1] * corners[1, axis] + weights[2] * corners[2, axis]
        normal[axis] = point[axis] - start[axis] - along * (end[axis] - start[axis])
    if distance > 1e-9:
        normal /= distance
    else:
        normal[:] = -outside
    return distance - numbers[6]


@kernel()
def outward(position: Array, triangle: Index, corners: Array, outside: Array) -> None:
    """Writes a triangle's corners (3, 3) and its unit normal outwards; zero where it has no area."""
    for corner in range(3):
        corners[corner] = position[triangle[corner]]
    for axis in range(3):
        one, two = (axis + 1) % 3, (axis + 2) % 3
        outside[axis] = (corners[1, one] - corners[0, one]) * (corners[2, two] - corners[0, two]) - (
            corners[1, two] - corners[0, two]
        ) * (corners[2, one] - corners[0, one])
    length = math.sqrt(outside[0] ** 2 + outside[1] ** 2 + outside[2] ** 2)
    if length > 0.0:
        outside /= length


@kernel()
def _around(box: Array, pose: Array, low: Array, high: Array) -> None:
    """Widens the box of the scene by a tool's box at a pose."""
    for axis in range(3):
        middle, half = pose[axis, 3], 0.0
        for other in range(3):
            middle += pose[axis, other] * 0.5 * (box[0, other] + box[1, other])
            half += abs(pose[axis, other]) * 0.5 * (box[1, other] - box[0, other])
        low[axis] = min(low[axis], middle - half)
        high[axis] = max(high[axis], middle + half)


@kernel()
def _boxed(position: Array, triangle: Index, low: Array, high: Array) -> bool:
    for axis in range(3):
        a, b, c = position[triangle[0], axis], position[triangle[1], axis], position[triangle[2], axis]
        if (
            (a < low[axis] and b < low[axis] and c < low[axis])
            or (a > high[axis] and b > high[axis] and c > high[axis])
        ):  # fmt: skip
            return False
    return True


@kernel()
def furthest_way(box: Array, before: Array, after: Array) -> float:
    """How far the corner of a tool's box that goes furthest goes."""
    furthest = 0.0
    for n in range(8):
        way = 0.0
        for axis in range(3):
            part = after[axis, 3] - before[axis, 3]
            for other in range(3):
                part += (after[axis, other] - before[axis, other]) * box[(n >> other) & 1, other]
            way += part * part
        furthest = max(furthest, way)
    return math.sqrt(furthest)


@kernel()
def near(
    triangles: Index, position: Array, kinds: Whole, numbers: Array, spans: Whole, voxels: NDArray[np.float32],
    boxes: Array, poses: Array, next_poses: Array, reach: float,
) -> tuple[Whole, Whole, Array, Array, Array, Array, Array]:  # fmt: skip
    """Tools and triangles that are, or on the tools' way may come, nearer than `reach`, ordered by tool and triangle.

    Returns:
        Of each: triangle, tool, weights (c, 3), normal (c, 3), point (c, 3), the same in the tool's frame, gap (c,).
    """
    room = 64
    found_triangle, found_tool = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
    found = np.empty((room, 13))
    count = 0
    corners, outside = np.empty((3, 3)), np.empty(3)
    weights, normal, point = np.empty(3), np.empty(3), np.empty(3)
    for tool in range(kinds.shape[0]):
        low, high = np.full(3, math.inf), np.full(3, -math.inf)
        _around(boxes[tool], poses[tool], low, high)
        _around(boxes[tool], next_poses[tool], low, high)
        low -= reach
        high += reach
        way = furthest_way(boxes[tool], poses[tool], next_poses[tool])
        for k in range(triangles.shape[0]):
            if not _boxed(position, triangles[k], low, high):
                continue
            outward(position, triangles[k], corners, outside)
            gap = gap_between(
                np.int64(kinds[tool]),
                numbers[tool],
                spans[tool],
                voxels,
                poses[tool],
                corners,
                outside,
                weights,
                normal,
                point,
            )
            facing = normal[0] * outside[0] + normal[1] * outside[1] + normal[2] * outside[2]
            # The far side of a thin sheet is no contact.
            if gap > reach + way or facing > 0.3:
                continue
            if count == room:
                room *= 2
                found_triangle = np.concatenate((found_triangle, found_triangle))
                found_tool = np.concatenate((found_tool, found_tool))
                found = np.concatenate((found, found))
            found_triangle[count], found_tool[count] = k, tool
            for axis in range(3):
                found[count, axis], found[count, 3 + axis], found[count, 6 + axis] = (
                    weights[axis], normal[axis], point[axis],
                )  # fmt: skip
                found[count, 9 + axis] = 0.0
                for other in range(3):
                    found[count, 9 + axis] += poses[tool, other, axis] * (point[other] - poses[tool, other, 3])
            found[count, 12] = gap
            count += 1
    return (
        found_triangle[:count].copy(), found_tool[:count].copy(), found[:count, :3].copy(), found[:count, 3:6].copy(),
        found[:count, 6:9].copy(), found[:count, 9:12].copy(), found[:count, 12].copy(),
    )  # fmt: skip


@kernel()
def pass_on(
    old_tool: Whole, old_triangle: Whole, old_point: Array, old_force: Array,
    tool: Whole, triangle: Whole, point: Array, normal: Array, friction: Array, guess: Array,
) -> None:  # fmt: skip
    """Hands the old forces to the same triangles, or to the nearest ones, and keeps them within Coulomb's cone.

    Both lists are ordered by tool and triangle.
    """
    new = 0
    for old in range(old_tool.shape[0]):
        if old_force[old, 0] == 0.0 and old_force[old, 1] == 0.0 and old_force[old, 2] == 0.0:
            continue
        while new < tool.shape[0] and (
            tool[new] < old_tool[old] or (tool[new] == old_tool[old] and triangle[new] < old_triangle[old])
        ):
            new += 1
        heir = -1
        if new < tool.shape[0] and tool[new] == old_tool[old] and triangle[new] == old_triangle[old]:
            heir = new
        else:
            least = math.inf
            for other in range(tool.shape[0]):
                if tool[other] != old_tool[old]:
                    continue
                away = 0.0
                for axis in range(3):
                    away += (point[other, axis] - old_point[old, axis]) ** 2
                if away < least:
                    least, heir = away, other
        if heir >= 0:
            guess[heir] += old_force[old]
    for new in range(tool.shape[0]):
        push = 0.0
        for axis in range(3):
            push += guess[new, axis] * normal[new, axis]
        rub = 0.0
        for axis in range(3):
            rub += (guess[new, axis] - push * normal[new, axis]) ** 2
        rub = math.sqrt(rub)
        push_kept = max(0.0, push)
        share = min(1.0, friction[tool[new]] * push_kept / rub) if rub > 0.0 else 0.0
        for axis in range(3):
            guess[new, axis] = (
                push_kept * normal[new, axis] + share * (guess[new, axis] - push * normal[new, axis])
            )  # fmt: skip
