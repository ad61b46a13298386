"""Tools against tissue: nothing penetrates, friction sticks and slips, and tools feel what tissue gets.

A step is made in this order:

1. `find`: triangles of the skin near each tool's way, with the forces of the step before as a first guess.
2. `forces`: that guess at the vertices, added to gravity and the rest, goes into the tissue's own step.
3. `resolve`: the tool moves to its new pose; vertices that it would run through are pushed out, and the forces are
   corrected by as much as their masses had to be pushed.

In rest the guess is the answer: the tissue's step with it moves nothing, so forces are those of statics, whatever the
masses. Each correction is an impulse between tool and tissue, so momentum is kept to rounding. The correction
is projected Gauss-Seidel on the contact forces within Coulomb's cone (Moreau 1988; Duriez et al. 2006, Realistic
Haptic Rendering of Interacting Deformable Objects).

Fast tools: the way is walked in pieces shorter than half of the tool's thinnest part, each with its own projection,
so that no triangle is passed. A contact remembers the side that it was touched from.
"""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.core.kernels import kernel
from abaton.surgery.tissue.body import Body, BodyState, surface_triangles
from abaton.surgery.tissue.nearest import segment_triangle, solid_triangle
from abaton.surgery.tissue.tools import Tools, pose_between

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Index = NDArray[np.int32]

REACH_M = 0.002
"""Triangles nearer than this to a tool's way are watched within a step: tissue may come at up to 2 m/s."""

RECOVERY_M_S = 0.1
"""How fast a tool that already lies in tissue, as after a cut or when placed there, is pressed out."""

_ROUNDS = 3
_SWEEPS = 6

_TRUST = 0.1
"""How much of a force's change goes into the next guess. It comes a step late: at once would shake the tissue, a
tenth settles in 10 ms. The force that tools feel has the whole change at once."""


class Skin(msgspec.Struct, frozen=True, eq=False):
    """What contact needs of a body.

    Attributes:
        triangles: (k, 3) int32, outwards.
        inverse_mass: (n,) 1/kg; 0 where vertices are fixed.
    """

    triangles: Index
    inverse_mass: Array


class Contacts(msgspec.Struct, frozen=True, eq=False):
    """Places where tools touch, or are about to. All of it is state: saved and restored, it goes on bit for bit.

    Attributes:
        tool: (c,).
        triangle: (c,), of the skin; -1 where the skin has changed since.
        weights: (c, 3), barycentric, where the triangle is nearest.
        normal: (c, 3), from tool to tissue.
        point_m: (c, 3), of the tissue.
        anchor_m: (c, 3), that place in the tool's own frame when the step began.
        least_gap_m: (c,), what this step must keep; 0, or less where the tool already lay in the tissue.
        guess_n: (c, 3), force on tissue for the tissue's own step.
        force_n: (c, 3), force on tissue that was found.
    """

    tool: Whole
    triangle: Whole
    weights: Array
    normal: Array
    point_m: Array
    anchor_m: Array
    least_gap_m: Array
    guess_n: Array
    force_n: Array

    @staticmethod
    def none() -> "Contacts":
        """Before anything was touched."""
        whole, three = np.zeros(0, dtype=np.int64), np.zeros((0, 3))
        return Contacts(whole, whole, three, three, three, three, np.zeros(0), three, three)

    @property
    def touching(self) -> NDArray[np.bool_]:
        """(c,), where a force flows."""
        return np.asarray((self.force_n != 0.0).any(axis=1))


class Touch(msgspec.Struct, frozen=True, eq=False):
    """A step's end.

    Attributes:
        state: Of the tissue.
        contacts: For the next step.
        tool_force_n: (t, 3), on each tool.
        tool_torque_nm: (t, 3), about each tool's origin, in the scene's axes.
    """

    state: BodyState
    contacts: Contacts
    tool_force_n: Array
    tool_torque_nm: Array


def skin_of(body: Body, mass_kg: Array | None = None) -> Skin:
    """The skin of a body; made again after each cut.

    Args:
        body: Of tetrahedra.
        mass_kg: (n,) of the vertices as the solver moves them (`Solver.moved_mass_kg`), so that forces are its own;
            a quarter of each tetrahedron's mass for each of its corners, if left out.
    """
    mass = np.zeros(len(body.rest_m)) if mass_kg is None else mass_kg
    if mass_kg is None:
        density = np.array([material.density_kg_m3 for material in body.materials])
        _share_masses(body.rest_m, body.tetrahedra, density[body.material], mass)
    free = ~body.fixed & (mass > 0.0)
    inverse = np.divide(1.0, mass, out=np.zeros_like(mass), where=free)
    return Skin(np.ascontiguousarray(surface_triangles(body), dtype=np.int32), inverse)


def find(
    skin: Skin,
    tools: Tools,
    state: BodyState,
    poses: Array,
    next_poses: Array,
    contacts: Contacts,
    period_s: float = 0.001,
) -> Contacts:
    """Where the tools may touch in this step.

    Forces of the last step go on where the same triangle is still near; those of triangles left behind pass to the
    nearest new one. One pass of boxes over the skin,
    as refitting a tree would take too: 40 us for the 1 700 triangles of a body of 10 000 tetrahedra.

    Args:
        skin: Of the body.
        tools: Of the scene.
        state: Of the body, before the step.
        poses: (t, 4, 4), before the step.
        next_poses: (t, 4, 4), at its end, from `tools.follow`.
        contacts: Of the step before.
        period_s: The step.

    Raises:
        Problem: Positions or poses are not finite, or do not fit.
    """
    _check(skin, tools, state, poses, next_poses)
    triangle, tool, weights, normal, point, anchor, gap = _near(
        skin.triangles, state.position_m, tools.kinds, tools.numbers, tools.spans, tools.voxels_mm,
        tools.box_m, poses, next_poses, REACH_M,
    )  # fmt: skip
    guess = np.zeros_like(normal)
    _pass_on(
        contacts.tool, contacts.triangle, contacts.point_m, contacts.guess_n,
        tool, triangle, point, normal, tools.friction, guess,
    )  # fmt: skip
    least = np.minimum(0.0, gap + RECOVERY_M_S * period_s)
    return Contacts(tool, triangle, weights, normal, point, anchor, least, guess, guess)


def forces(skin: Skin, contacts: Contacts) -> Array:
    """(n, 3) N, the guess at the vertices, for the tissue's own step."""
    spread = np.zeros((len(skin.inverse_mass), 3))
    _spread(skin.triangles, contacts.triangle, contacts.weights, contacts.guess_n, spread)
    return spread


def resolve(
    skin: Skin,
    tools: Tools,
    before: BodyState,
    after: BodyState,
    poses: Array,
    next_poses: Array,
    contacts: Contacts,
    period_s: float = 0.001,
) -> Touch:
    """Pushes out what the tools would run through, and tells what they feel.

    Args:
        skin: Of the body.
        tools: Of the scene.
        before: Of the body, as given to `find`.
        after: Of the body, from its own step with `forces`.
        poses: (t, 4, 4), before the step.
        next_poses: (t, 4, 4), at its end.
        contacts: From `find`.
        period_s: The step.

    Raises:
        Problem: Positions or poses are not finite, or do not fit.
    """
    _check(skin, tools, after, poses, next_poses)
    position, velocity = after.position_m.copy(), after.velocity_m_s.copy()
    count = len(contacts.tool)
    weights, normal, point = contacts.weights.copy(), contacts.normal.copy(), np.zeros((count, 3))
    guess, force = np.zeros((count, 3)), np.zeros((count, 3))
    tool_force, tool_torque = np.zeros((len(tools.named), 3)), np.zeros((len(tools.named), 3))
    _resolve(
        skin.triangles, skin.inverse_mass, before.velocity_m_s, position, velocity,
        tools.kinds, tools.numbers, tools.spans, tools.voxels_mm, tools.friction, tools.half_width_m, tools.box_m,
        poses, next_poses, contacts.tool, contacts.triangle, contacts.weights, contacts.anchor_m,
        contacts.least_gap_m, contacts.guess_n, period_s,
        weights, normal, point, guess, force, tool_force, tool_torque,
    )  # fmt: skip
    found = msgspec.structs.replace(
        contacts, weights=weights, normal=normal, point_m=point, guess_n=guess, force_n=force
    )
    moved = msgspec.structs.replace(after, position_m=position, velocity_m_s=velocity)
    return Touch(moved, found, tool_force, tool_torque)


def after_cut(contacts: Contacts) -> Contacts:
    """Contacts whose triangles are no more: `find` passes their forces to the nearest of the new skin."""
    return msgspec.structs.replace(contacts, triangle=np.full_like(contacts.triangle, -1))


def _check(skin: Skin, tools: Tools, state: BodyState, poses: Array, next_poses: Array) -> None:
    shape = (len(tools.named), 4, 4)
    if poses.shape != shape or next_poses.shape != shape or not np.isfinite(poses + next_poses).all():
        raise Problem(
            "tool_pose_unusable",
            got=f"poses of {poses.shape} and {next_poses.shape}, or not finite",
            expected=f"finite matrices {shape}",
            next_step="Pass poses through `tools.follow`, which holds a tool whose tracking is lost.",
        )
    if state.position_m.shape != (len(skin.inverse_mass), 3):
        raise Problem(
            "skin_outdated",
            got=f"{len(state.position_m)} vertices with a skin of {len(skin.inverse_mass)}",
            expected="the skin of this body",
            next_step="Make the skin again after a cut, with `skin_of`.",
        )


@kernel()
def _share_masses(rest: Array, tetrahedra: Index, density: Array, mass: Array) -> None:
    for t in range(tetrahedra.shape[0]):
        a = rest[tetrahedra[t, 0]]
        u, v, w = rest[tetrahedra[t, 1]] - a, rest[tetrahedra[t, 2]] - a, rest[tetrahedra[t, 3]] - a
        volume = (
            u[0] * (v[1] * w[2] - v[2] * w[1]) + u[1] * (v[2] * w[0] - v[0] * w[2]) + u[2] * (v[0] * w[1] - v[1] * w[0])
        ) / 6.0
        for corner in range(4):
            mass[tetrahedra[t, corner]] += 0.25 * density[t] * volume


@kernel()
def _distance(
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
def _outward(position: Array, triangle: Index, corners: Array, outside: Array) -> None:
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
def _way(box: Array, before: Array, after: Array) -> float:
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
def _near(
    triangles: Index, position: Array, kinds: Whole, numbers: Array, spans: Whole, voxels: NDArray[np.float32],
    boxes: Array, poses: Array, next_poses: Array, reach: float,
) -> tuple[Whole, Whole, Array, Array, Array, Array, Array]:  # fmt: skip
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
        way = _way(boxes[tool], poses[tool], next_poses[tool])
        for k in range(triangles.shape[0]):
            if not _boxed(position, triangles[k], low, high):
                continue
            _outward(position, triangles[k], corners, outside)
            gap = _distance(
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
def _pass_on(
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


@kernel()
def _spread(triangles: Index, triangle: Whole, weights: Array, force: Array, spread: Array) -> None:
    for c in range(triangle.shape[0]):
        for corner in range(3):
            vertex = triangles[triangle[c], corner]
            for axis in range(3):
                spread[vertex, axis] += weights[c, corner] * force[c, axis]


@kernel()
def _resolve(
    triangles: Index, inverse_mass: Array, start_velocity: Array, position: Array, velocity: Array,
    kinds: Whole, numbers: Array, spans: Whole, voxels: NDArray[np.float32], friction: Array, half_width: Array,
    boxes: Array, poses: Array, next_poses: Array, tool: Whole, triangle: Whole, first_weights: Array, anchor: Array,
    least_gap: Array, first_guess: Array, period: float,
    weights: Array, normal: Array, point: Array, guess: Array, force: Array, tool_force: Array, tool_torque: Array,
) -> None:  # fmt: skip
    count = tool.shape[0]
    if count == 0:
        return
    free = position.copy()
    at_vertices = np.zeros((count, 3, 3))
    push, rub = np.zeros(count), np.zeros((count, 3))
    approach = np.zeros(count)
    first_normal = normal.copy()
    for c in range(count):
        for axis in range(3):
            push[c] += first_guess[c, axis] * normal[c, axis]
        for axis in range(3):
            rub[c, axis] = first_guess[c, axis] - push[c] * normal[c, axis]
            for corner in range(3):
                at_vertices[c, corner, axis] = first_weights[c, corner] * first_guess[c, axis]
    offset, gap = np.zeros(count), np.zeros(count)
    corners, outside = np.empty((3, 3)), np.empty(3)
    turned, slip, wanted = np.empty(3), np.empty(3), np.empty(3)
    here = poses.copy()
    pieces = 1
    for n in range(kinds.shape[0]):
        pieces = max(pieces, math.ceil(_way(boxes[n], poses[n], next_poses[n]) / (0.5 * half_width[n])))
    for piece in range(1, pieces + 1):
        last = piece == pieces
        for n in range(kinds.shape[0]):
            pose_between(poses[n], next_poses[n], piece / pieces, here[n])
        for _ in range(_ROUNDS if last else 1):
            for c in range(count):
                corner_ids = triangles[triangle[c]]
                _outward(position, corner_ids, corners, outside)
                n = tool[c]
                gap[c] = _distance(
                    np.int64(kinds[n]),
                    numbers[n],
                    spans[n],
                    voxels,
                    here[n],
                    corners,
                    outside,
                    weights[c],
                    turned,
                    point[c],
                )
                same_side = turned[0] * normal[c, 0] + turned[1] * normal[c, 1] + turned[2] * normal[c, 2]
                if kinds[n] == 0 and same_side < 0.0:
                    # The axis has passed the triangle: the depth is what lies behind it as well.
                    turned[:] = -turned
                    gap[c] = -(gap[c] + numbers[n, 6]) - numbers[n, 6]
                normal[c] = turned
                offset[c] = -gap[c]
                for axis in range(3):
                    offset[c] += point[c, axis] * turned[axis]
            for _sweep in range(_SWEEPS):
                for c in range(count):
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
                            position[ids[corner], axis] += (
                                inverse_mass[ids[corner]] * scale * period * period * normal[c, axis]
                            )
                    if last:
                        _rub(
                            ids, inverse_mass, position, next_poses[tool[c]], first_weights[c], anchor[c], normal[c],
                            friction[tool[c]] * push[c], period, rub[c], at_vertices[c], slip, wanted,
                        )  # fmt: skip
    for c in range(count):
        ids = triangles[triangle[c]]
        n = tool[c]
        heaviness = 0.0
        for corner in range(3):
            heaviness += first_weights[c, corner] ** 2 * inverse_mass[ids[corner]]
            for axis in range(3):
                force[c, axis] += at_vertices[c, corner, axis]
                tool_force[n, axis] -= at_vertices[c, corner, axis]
                approach[c] -= first_weights[c, corner] * start_velocity[ids[corner], axis] * first_normal[c, axis]
        for axis in range(3):
            point[c, axis] = 0.0
            moved = next_poses[n, axis, 3] - poses[n, axis, 3]
            for other in range(3):
                moved += (next_poses[n, axis, other] - poses[n, axis, other]) * anchor[c, other]
            approach[c] += moved / period * first_normal[c, axis]
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
        # What stopped an impact is no guess for the next step.
        kept = push[c]
        if heaviness > 0.0:
            kept = max(0.0, push[c] - max(0.0, approach[c]) / (heaviness * period))
        share = kept / push[c] if push[c] > 0.0 else 0.0
        for axis in range(3):
            found = kept * normal[c, axis] + share * rub[c, axis]
            guess[c, axis] = first_guess[c, axis] + _TRUST * (found - first_guess[c, axis])
    for c in range(count):
        for corner in range(3):
            vertex = triangles[triangle[c], corner]
            for axis in range(3):
                moved = position[vertex, axis] - free[vertex, axis]
                if moved != 0.0:
                    velocity[vertex, axis] += moved / period
                    free[vertex, axis] = position[vertex, axis]


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
