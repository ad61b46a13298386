"""From the scene to the force loop: what the tool feels and how stiffly the tissue answers it, told at each step.

The scene moves its tool to the loop's proxy, steps the tissue with its contacts, and tells the loop the force that it
found, with the stiffness of the body where it is touched. So what a hand feels is the tissue's own force; the condensed
stiffness carries it over the milliseconds until the next word.
"""

from concurrent.futures import Executor, Future
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.surgery.force.board import Board
from abaton.surgery.force.condensing import Compliance, compliance_of
from abaton.surgery.force.model import LONGEST_SILENCE_S, LocalModel, Wall, free_space
from abaton.surgery.tissue.contact import Contacts, Skin
from abaton.surgery.tissue.solver import Solver
from abaton.surgery.tissue.tools import Capsule, Tools

Array = NDArray[np.float64]
Index = NDArray[np.int32]

APPROACHING, TOUCHING = 0, 1
_NOWHERE: Array = np.zeros(3)


def bearing(contacts: Contacts, skin: Skin, tools: Tools, pose: Array, tool: int = 0) -> tuple[Index, Array]:
    """The vertices that bear a tool's force, each once, and how much of it each bears; the nearest where none does.

    Args:
        contacts: Of the step's end.
        skin: Of the body.
        tools: Of the scene.
        pose: (4, 4), of the tool.
        tool: Which.

    Returns:
        (k,) vertices and (k,) weights that add up to one; both empty where no tissue is near.
    """
    own = np.flatnonzero((contacts.tool == tool) & (contacts.triangle >= 0))
    if not len(own):
        return np.zeros(0, dtype=np.int32), np.zeros(0)
    size = np.linalg.norm(contacts.force_n[own], axis=1)
    if not size.any():
        own, size = own[[int(np.argmin(_gaps_m(contacts, own, tools.named[tool].shape, pose)))]], np.ones(1)
    corners = skin.triangles[contacts.triangle[own]].ravel()
    vertices, inverse = np.unique(corners, return_inverse=True)
    weights = np.bincount(inverse, (size[:, None] * contacts.weights[own]).ravel())
    some = weights > 0.01 * weights.max()
    return vertices[some].astype(np.int32), weights[some] / weights[some].sum()


def local_model(
    contacts: Contacts,
    tools: Tools,
    pose: Array,
    force_n: Array,
    stiffness_n_m: Array,
    tool: int = 0,
    walls: tuple[Wall, ...] = (),
    silence_s: float = LONGEST_SILENCE_S,
) -> LocalModel:
    """What the loop is told of a tool after a step of the scene.

    Args:
        contacts: Of the step's end.
        tools: Of the scene.
        pose: (4, 4), of the tool, whose origin is what the hand holds.
        force_n: (3,), of the tissue on the tool.
        stiffness_n_m: (3, 3), of `Compliance.stiffness` for `bearing`.
        tool: Which.
        walls: Fixtures near it.
        silence_s: How long nothing may follow.
    """
    own = np.flatnonzero(contacts.tool == tool)
    touching = bool(contacts.force_n[own].any())
    if not len(own) or not (touching or (contacts.triangle[own] >= 0).any()):
        return free_space(walls, silence_s)
    anchor = pose[:3, 3].copy()
    if touching:
        pressed = np.linalg.norm(contacts.force_n[own], axis=1)
        outward = -(contacts.normal[own] * pressed[:, None]).sum(axis=0)
        length = float(np.linalg.norm(outward))
        outward = outward / length if length > 0 else -contacts.normal[own[np.argmax(pressed)]]
    else:
        gaps = _gaps_m(contacts, own, tools.named[tool].shape, pose)
        outward = -contacts.normal[own[np.argmin(gaps)]]
        anchor -= gaps.min() * outward
        force_n = np.zeros(3)
    return LocalModel(
        anchor, outward, force_n, stiffness_n_m, patch=TOUCHING if touching else APPROACHING, walls=walls,
        silence_s=silence_s,
    )  # fmt: skip


class Picture:
    """Keeps what the loop knows of the tissue up to date. What must be solved is solved by a thread beside the scene.

    Until a stiffness is known, the last one stands in for it; the force told is the scene's in any case.

    Args:
        board: Of the loop.
        tools: Of the scene; the loop holds the first.
        solver: Of the body.
        position_m: (n, 3), of its vertices, about which it is linearised.
        near_m: (3,), where it will be touched first; solved for at once, and for at most a second or two.
        beside: That solves; of one thread.
    """

    def __init__(
        self, board: Board, tools: Tools, solver: Solver, position_m: Array, near_m: Array, beside: Executor
    ) -> None:
        self._board, self._tools, self._beside = board, tools, beside
        self._compliance: Compliance | None = compliance_of(solver, position_m)
        skin = self._compliance.skin
        borne = skin[self._compliance.place[skin] >= 0]
        first = borne[[int(np.argmin(np.linalg.norm(position_m[borne] - near_m, axis=1)))]]
        self.stiffness_n_m = self._compliance.stiffness(first, np.ones(1))
        self._solving: Future[Any] | None = None

    def tell(
        self,
        now_s: float,
        contacts: Contacts,
        skin: Skin,
        pose: Array,
        force_n: Array,
        walls: tuple[Wall, ...] = (),
        origin_m: Array = _NOWHERE,
    ) -> LocalModel:
        """Publishes the first tool's surroundings; never waits for a solution.

        Args:
            now_s: Of the loop's clock.
            contacts: Of the step's end.
            skin: Of the body.
            pose: (4, 4), of the tool.
            force_n: (3,), of the tissue on it.
            walls: Fixtures near it, in the device's axes.
            origin_m: (3,), of the device's axes, which are parallel to the scene's.
        """
        vertices, weights = bearing(contacts, skin, self._tools, pose)
        if self._solving is not None and self._solving.done():
            solving, self._solving = self._solving, None
            if not isinstance(solving.exception(), Problem):  # A body that nothing holds any more has no stiffness.
                self._compliance = solving.result() or self._compliance
        compliance = self._compliance
        if compliance is not None and len(vertices) and bool((compliance.place[vertices] >= 0).all()):
            if compliance.known(vertices):
                self.stiffness_n_m = compliance.stiffness(vertices, weights)
            elif self._solving is None:
                self._solving = self._beside.submit(compliance.learn, vertices)
        made = local_model(contacts, self._tools, pose, force_n, self.stiffness_n_m, walls=walls)
        made = msgspec.structs.replace(made, anchor_m=made.anchor_m - origin_m)
        self._board.publish(made.words(now_s))
        return made

    def after_cut(self, solver: Solver, position_m: Array) -> None:
        """The body is another: it is factored beside the scene, which goes on with the stiffness known last."""
        self._compliance = None
        self._solving = self._beside.submit(compliance_of, solver, position_m)


def _gaps_m(contacts: Contacts, own: NDArray[np.int64], shape: Any, pose: Array) -> Array:
    """(k,) how far the tissue at each of a tool's contacts is from it; below 0 where it lies in the tissue."""
    local = (contacts.point_m[own] - pose[:3, 3]) @ pose[:3, :3]
    if not isinstance(shape, Capsule):
        return np.asarray(shape.field.sample(local * 1000, "bound"), dtype=np.float64) / 1000
    start, along = np.array(shape.start_m), np.array(shape.end_m) - np.array(shape.start_m)
    share = np.clip((local - start) @ along / max(float(along @ along), 1e-30), 0.0, 1.0)
    return np.asarray(np.linalg.norm(local - start - share[:, None] * along, axis=1) - shape.radius_m)
