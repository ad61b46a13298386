"""The scripted trainee of the peg transfer: two hands side by side, one that brings and one that places."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from abaton.surgery.tasks.hands import Hands, Part
from abaton.surgery.tasks.pegboard import LEFT, OPEN_RAD, RIGHT, RING_RADIUS_M, TO_PEGS_M

Array = NDArray[np.float64]


def both(hands: Hands) -> tuple[Part, Part]:
    """What the left and the right hand do, at once."""
    return _bring(hands), _place(hands)


def _up(height_m: float) -> Array:
    return np.array([0.0, 0.0, height_m])


_MEETING_M = np.array([0.0, 0.0, 0.032])
_LEFT_WALL, _RIGHT_WALL = np.array([-RING_RADIUS_M, 0.0, 0.0]), np.array([RING_RADIUS_M, 0.0, 0.0])


def _todo(state: Any) -> int | None:
    """The next ring that is not across, or None."""
    left = np.flatnonzero(~state.placed())
    return int(left[0]) if len(left) else None


def _bring(hands: Hands) -> Part:
    """The left tool: fetch, bring to the middle, let go when the right one holds."""
    while (ring := _todo(hands.state)) is not None:
        if hands.state.held[ring, RIGHT] or not _reachable(hands.state, ring):
            yield
            continue
        if not hands.state.held[ring, LEFT]:
            yield from _pick(hands, LEFT, ring, _LEFT_WALL)
            if not hands.state.held[ring, LEFT]:
                continue
        yield from hands.reach(LEFT, hands.tip_m(LEFT) + _up(0.022), 6.0)
        # The ring is to be at the meeting place, wherever along its wall it is held.
        yield from hands.reach(LEFT, _MEETING_M - hands.state.grasped_m[ring, LEFT], 2.0)
        yield from hands.until(lambda state, ring=ring: bool(state.held[ring, RIGHT] or not state.held[ring, LEFT]))
        yield from hands.wait(0.1 * hands.skill.pace)
        yield from hands.grasp(LEFT, OPEN_RAD)
        yield from hands.reach(LEFT, hands.tip_m(LEFT) + np.array([-0.012, 0.0, 0.004]), 6.0)


def _reachable(state: Any, ring: int) -> bool:
    return bool(state.ring_m[ring, 0] < 0.03)


def _pick(hands: Hands, tool: int, ring: int, wall: Array) -> Part:
    """From above: over the ring's wall, down, close."""
    at = hands.state.ring_m[ring] + wall
    yield from hands.reach(tool, at + _up(0.018), 2.5)
    at = hands.state.ring_m[ring] + wall
    yield from hands.reach(tool, at + _up(0.001), 1.5)
    yield from hands.grasp(tool, 0.0)
    if not hands.state.held[ring, tool]:
        yield from hands.grasp(tool, OPEN_RAD)
        yield from hands.reach(tool, hands.tip_m(tool) + _up(0.012), 5.0)


def _place(hands: Hands) -> Part:
    """The right tool: wait at the middle, take, carry over a peg, lower, let go."""
    while (ring := _todo(hands.state)) is not None:
        state: Any = hands.state
        if not state.held[ring].any():
            if not _reachable(state, ring):
                # A ring that fell on this tool's own side.
                yield from _pick(hands, RIGHT, ring, _RIGHT_WALL)
            else:
                yield
                continue
        if not hands.state.held[ring, RIGHT]:
            there = np.linalg.norm(hands.state.ring_m[ring] - _MEETING_M) < 0.006
            if not there:
                yield
                continue
            yield from hands.reach(RIGHT, hands.state.ring_m[ring] + _RIGHT_WALL + np.array([0.008, 0, 0.004]), 3.0)
            yield from hands.reach(RIGHT, hands.state.ring_m[ring] + _RIGHT_WALL, 1.5)
            yield from hands.grasp(RIGHT, 0.0)
            if not hands.state.held[ring, RIGHT]:
                yield from hands.grasp(RIGHT, OPEN_RAD)
                yield from hands.reach(RIGHT, hands.tip_m(RIGHT) + np.array([0.01, 0, 0.004]), 5.0)
                continue
            yield from hands.until(lambda state, ring=ring: not state.held[ring, LEFT], 5.0)
        yield from _put(hands, ring)


def _put(hands: Hands, ring: int) -> Part:
    """Over the free peg that has the ring's number, or the next, and down."""
    taken = np.linalg.norm(hands.state.ring_m[:, None, :2] - TO_PEGS_M[None, :, :2], axis=2).min(axis=0) < 0.004
    peg = ring if not taken[ring] else int(np.flatnonzero(~taken)[0])
    for height_m in (0.022, 0.007):
        if not hands.state.held[ring, RIGHT]:
            break
        yield from hands.reach(RIGHT, TO_PEGS_M[peg] + _up(height_m) - hands.state.grasped_m[ring, RIGHT], 1.5)
    yield from hands.grasp(RIGHT, OPEN_RAD)
    yield from hands.wait(0.1)
    yield from hands.reach(RIGHT, hands.tip_m(RIGHT) + _up(0.022), 6.0)
