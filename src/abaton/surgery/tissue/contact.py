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

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.core.kernels import kernel
from abaton.surgery.tissue.answering import answer
from abaton.surgery.tissue.body import Body, BodyState, surface_triangles
from abaton.surgery.tissue.reaching import near, pass_on
from abaton.surgery.tissue.tools import Tools

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Index = NDArray[np.int32]

REACH_M = 0.002
"""Triangles nearer than this to a tool's way are watched within a step: tissue may come at up to 2 m/s."""

RECOVERY_M_S = 0.1
"""How fast a tool that already lies in tissue, as after a cut or when placed there, is pressed out."""


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
    triangle, tool, weights, normal, point, anchor, gap = near(
        skin.triangles, state.position_m, tools.kinds, tools.numbers, tools.spans, tools.voxels_mm,
        tools.box_m, poses, next_poses, REACH_M,
    )  # fmt: skip
    guess = np.zeros_like(normal)
    pass_on(
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
    answer(
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
def _spread(triangles: Index, triangle: Whole, weights: Array, force: Array, spread: Array) -> None:
    for c in range(triangle.shape[0]):
        for corner in range(3):
            vertex = triangles[triangle[c], corner]
            for axis in range(3):
                spread[vertex, axis] += weights[c, corner] * force[c, axis]
