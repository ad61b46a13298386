"""Jaws that hold tissue: what lies between them goes with them until they are opened or it slips."""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.core.kernels import kernel
from abaton.surgery.tissue.body import BodyState
from abaton.surgery.tissue.contact import Skin
from abaton.surgery.tissue.tools import is_pose

Array = NDArray[np.float64]
Index = NDArray[np.int32]


class Jaws(msgspec.Struct, frozen=True):
    """A gripper: a box in the tool's own frame, x along the jaws from their hinge, y across, z from jaw to jaw.

    Attributes:
        length_m: Of the jaws.
        width_m: Across.
        opening_m: Between the jaws as they begin to close.
        friction: Between jaw and tissue; toothed jaws have 0.5 and more.
    """

    length_m: float
    width_m: float
    opening_m: float
    friction: float = 0.5


class Grasp(msgspec.Struct, frozen=True, eq=False):
    """What is held. All of it is state.

    Attributes:
        jaws: That hold it.
        vertices: (g,) of the body; empty where the jaws closed on nothing.
        offset_m: (g, 3), where each is held, in the tool's own frame.
        guess_n: (g, 3), force on tissue for the tissue's own step.
        grip_n: With which the jaws are pressed together. They carry up to twice this times their friction: both jaws.
    """

    jaws: Jaws
    vertices: Index
    offset_m: Array
    guess_n: Array
    grip_n: float


class Hold(msgspec.Struct, frozen=True, eq=False):
    """A step's end.

    Attributes:
        state: Of the tissue.
        grasp: For the next step; without the vertices that slipped out.
        tool_force_n: (3,), on the jaws.
        tool_torque_nm: (3,), about the tool's origin.
        slips: Whether the tissue slides between the jaws.
    """

    state: BodyState
    grasp: Grasp
    tool_force_n: Array
    tool_torque_nm: Array
    slips: bool


def close(jaws: Jaws, skin: Skin, state: BodyState, pose: Array, grip_n: float) -> Grasp:
    """Closes the jaws on the vertices of the skin that lie between them. Where none do, an empty grasp.

    Args:
        jaws: To be closed.
        skin: Of the body.
        state: Of the body.
        pose: (4, 4), of the tool.
        grip_n: With which the jaws are pressed together.

    Raises:
        Problem: The pose is not one, grip or friction is negative or not finite, or the jaws have no size.
    """
    sizes = (jaws.length_m, jaws.width_m, jaws.opening_m)
    if not is_pose(pose):
        raise _unusable("a pose that is not finite or no rotation with a position", "a (4, 4) pose")
    if not (math.isfinite(grip_n) and grip_n >= 0.0 and all(math.isfinite(size) and size > 0.0 for size in sizes)):
        raise _unusable(f"a grip of {grip_n} N with jaws of {sizes} m", "0 N or more, and sizes above 0")
    if not (math.isfinite(jaws.friction) and jaws.friction >= 0.0):
        raise _unusable(f"a friction of {jaws.friction}", "0 or more")
    candidates = np.unique(skin.triangles)
    local = (state.position_m[candidates] - pose[:3, 3]) @ pose[:3, :3]
    inside = _between(jaws, local)
    held = candidates[inside].astype(np.int32)
    return Grasp(jaws, held, np.ascontiguousarray(local[inside]), np.zeros((len(held), 3)), grip_n)


def squeeze(grasp: Grasp, grip_n: float) -> Grasp:
    """The same grasp, gripped harder or more softly."""
    if not (math.isfinite(grip_n) and grip_n >= 0.0):
        raise _unusable(f"a grip of {grip_n} N", "0 N or more")
    return msgspec.structs.replace(grasp, grip_n=grip_n)


def release(grasp: Grasp) -> Grasp:
    """Opens the jaws."""
    return msgspec.structs.replace(
        grasp, vertices=np.zeros(0, dtype=np.int32), offset_m=np.zeros((0, 3)), guess_n=np.zeros((0, 3))
    )


def after_cut(grasp: Grasp, vertex_from: Index) -> Grasp:
    """The grasp on a body that was cut: every copy of a held vertex is held, those that are gone are not.

    Args:
        grasp: On the body as it was.
        vertex_from: (n,), for each vertex of the new body the old one that it is, or -1.
    """
    copies: list[int] = []
    sources: list[int] = []
    for held, vertex in enumerate(grasp.vertices):
        found = np.flatnonzero(vertex_from == vertex)
        copies.extend(found.tolist())
        sources.extend([held] * len(found))
    share = np.bincount(sources, minlength=len(grasp.vertices)) if sources else np.zeros(0)
    guess = grasp.guess_n[sources] / share[sources][:, None] if sources else np.zeros((0, 3))
    offset = grasp.offset_m[sources] if sources else np.zeros((0, 3))
    return msgspec.structs.replace(grasp, vertices=np.array(copies, dtype=np.int32), offset_m=offset, guess_n=guess)


def forces(grasp: Grasp, vertex_count: int) -> Array:
    """(n, 3) N, the guess at the vertices, for the tissue's own step."""
    spread = np.zeros((vertex_count, 3))
    np.add.at(spread, grasp.vertices, grasp.guess_n)
    return spread


def resolve(
    grasp: Grasp,
    skin: Skin,
    before: BodyState,
    after: BodyState,
    pose: Array,
    next_pose: Array,
    period_s: float = 0.001,
) -> Hold:
    """Takes the held vertices along, as far as the grip can.

    The force is corrected by the masses that had to be moved, as in `contact.resolve`: in rest it is that of statics.

    Args:
        grasp: What is held.
        skin: Of the body.
        before: Of the body, before the step.
        after: Of the body, from its own step with `forces`.
        pose: (4, 4), before the step.
        next_pose: (4, 4), at its end.
        period_s: The step.

    Raises:
        Problem: A pose is not one, the tissue is nowhere, or the step takes no time.
    """
    if not (is_pose(pose) and is_pose(next_pose)):
        raise _unusable("a pose that is not finite or no rotation with a position", "a (4, 4) pose")
    if not (0.0 < period_s < math.inf and math.isfinite(after.position_m.sum())):
        raise _unusable(f"a step of {period_s} s, or positions that are not finite", "above 0 s, and finite positions")
    position, velocity = after.position_m.copy(), after.velocity_m_s.copy()
    offset, guess = grasp.offset_m.copy(), grasp.guess_n.copy()
    force = np.zeros((len(grasp.vertices), 3))
    slips = _resolve(
        grasp.vertices, skin.inverse_mass, before.velocity_m_s, position, velocity, pose, next_pose,
        2.0 * grasp.jaws.friction * grasp.grip_n, period_s, offset, guess, force,
    )  # fmt: skip
    lever = position[grasp.vertices] - next_pose[:3, 3]
    inside = _between(grasp.jaws, offset)
    kept = msgspec.structs.replace(
        grasp, vertices=grasp.vertices[inside], offset_m=offset[inside], guess_n=guess[inside]
    )
    state = msgspec.structs.replace(after, position_m=position, velocity_m_s=velocity)
    return Hold(state, kept, -force.sum(axis=0), -np.cross(lever, force).sum(axis=0), bool(slips))


def _between(jaws: Jaws, local: Array) -> NDArray[np.bool_]:
    # A vertex at rest on the rim is held whatever the rounding.
    spare = 1e-9
    along = (local[:, 0] >= -spare) & (local[:, 0] <= jaws.length_m + spare)
    across = np.abs(local[:, 1]) <= jaws.width_m / 2 + spare
    return along & across & (np.abs(local[:, 2]) <= jaws.opening_m / 2 + spare)


def _unusable(got: str, expected: str) -> Problem:
    return Problem("grasp_unusable", got=got, expected=expected, next_step="The jaws stay as they are; correct it.")


@kernel()
def _resolve(
    vertices: Index, inverse_mass: Array, start_velocity: Array, position: Array, velocity: Array,
    pose: Array, next_pose: Array, most: float, period: float, offset: Array, guess: Array, force: Array,
) -> bool:  # fmt: skip
    total = np.zeros(3)
    for g in range(vertices.shape[0]):
        heaviness = inverse_mass[vertices[g]]
        for axis in range(3):
            force[g, axis] = guess[g, axis]
            if heaviness > 0.0:
                wanted = next_pose[axis, 3] - position[vertices[g], axis]
                for other in range(3):
                    wanted += next_pose[axis, other] * offset[g, other]
                force[g, axis] += wanted / (heaviness * period * period)
            total[axis] += force[g, axis]
    size = math.sqrt(total[0] ** 2 + total[1] ** 2 + total[2] ** 2)
    slips = size > most
    share = most / size if slips else 1.0
    for g in range(vertices.shape[0]):
        vertex = vertices[g]
        heaviness = inverse_mass[vertex]
        for axis in range(3):
            force[g, axis] *= share
            step = heaviness * (force[g, axis] - guess[g, axis]) * period * period
            position[vertex, axis] += step
            velocity[vertex, axis] += step / period
        for axis in range(3):
            impact = 0.0
            if heaviness > 0.0:
                jaw = next_pose[axis, 3] - pose[axis, 3]
                for other in range(3):
                    jaw += (next_pose[axis, other] - pose[axis, other]) * offset[g, other]
                impact = share * (jaw / period - start_velocity[vertex, axis]) / (heaviness * period)
            # What took the tissue along at once is no guess for the next step.
            guess[g, axis] = force[g, axis] - impact
        if slips:
            local = np.zeros(3)
            for axis in range(3):
                for other in range(3):
                    local[axis] += next_pose[other, axis] * (position[vertex, other] - next_pose[other, 3])
            offset[g] = local
    return slips
