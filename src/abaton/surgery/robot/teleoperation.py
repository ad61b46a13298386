"""From the surgeon's hand to the wanted pose of the tool: clutch, scale, alignment.

Translation is relative: the tool moves by the hand's motion since the clutch was taken, scaled down. Orientation is
absolute: the tool points as the hand does, so the clutch is taken only once the two agree. Published settings of the
first-generation arm: scale 0.2, alignment within 5 degrees, Cartesian control only from 45 mm past the remote centre.
"""

import math
from typing import Literal, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.core.kernels import kernel

Array = NDArray[np.float64]
Phase: TypeAlias = Literal["released", "aligning", "following", "holding"]

ALIGNMENT_RAD = math.radians(5)
LEAST_DEPTH_M = 0.045
LONGEST_JUMP_M = 0.1
"""A hand that is elsewhere by this much from one sample to the next was not followed but lost."""
LONGEST_TURN_RAD = 1.0
"""Likewise of its turn: wrists reach about 20 rad/s, which is 0.2 rad between two samples of a tracker of 90 Hz."""
_FURTHEST_M = 1000.0
_RIGID = 0.01
SCALES = (1.0, 10.0)
"""From hand to tool, as n:1."""


class Clutch(msgspec.Struct, frozen=True, eq=False):
    """How hand and tool hang together.

    Attributes:
        phase: `released`: the clutch is open. `aligning`: it is pressed, but hand and tool do not point the same way
            yet. `following`: the tool follows. `holding`: tracking was lost; open the clutch to begin anew.
        hand_m: (3,), of the hand at its last sample.
        tool_m: (3,), where the tool is wanted.
        turn: (3, 3), how the tool is wanted to point.
    """

    phase: Phase
    hand_m: Array
    tool_m: Array
    turn: Array


def open_clutch(tool_pose: Array) -> Clutch:
    """The beginning: the tool stays at its pose, (4, 4)."""
    return Clutch("released", np.full(3, math.nan), tool_pose[:3, 3].copy(), tool_pose[:3, :3].copy())


def follow(clutch: Clutch, hand_pose: Array, pressed: bool, scale: float) -> Clutch:
    """The clutch after one more sample of the hand.

    Args:
        clutch: Before.
        hand_pose: (4, 4), in the arm's base axes, metres. NaN where tracking is lost; so is what is no rotation.
        pressed: Whether the clutch is held.
        scale: n of n:1, 1 to 10.

    Raises:
        Problem: The scale is out of its range.
    """
    if not SCALES[0] <= scale <= SCALES[1]:
        raise Problem(
            "scale_out_of_range",
            got=f"a scale of {scale}:1",
            expected="1:1 to 10:1",
            next_step="Choose a scale within this range; fine work is done at 3:1 or 5:1.",
        )
    hand = hand_pose[:3, 3].copy()
    if not pressed:
        return Clutch("released", hand, clutch.tool_m, clutch.turn)
    if clutch.phase == "holding" or _lost(clutch, hand_pose):
        return Clutch("holding", clutch.hand_m, clutch.tool_m, clutch.turn)
    if clutch.phase != "following":
        aligned = bool(np.linalg.norm(rotation_vector(hand_pose[:3, :3], clutch.turn)) <= ALIGNMENT_RAD)
        return Clutch("following" if aligned else "aligning", hand, clutch.tool_m, clutch.turn)
    return Clutch("following", hand, clutch.tool_m + (hand - clutch.hand_m) / scale, hand_pose[:3, :3].copy())


def _lost(clutch: Clutch, hand_pose: Array) -> bool:
    if not is_tracked(hand_pose):
        return True
    if clutch.phase == "following":
        turn = rotation_vector(np.ascontiguousarray(hand_pose[:3, :3]), clutch.turn)
        if math.dist(turn, (0.0, 0.0, 0.0)) > LONGEST_TURN_RAD:
            return True
    elif clutch.phase != "aligning":
        return False
    return math.dist(hand_pose[:3, 3], clutch.hand_m) > LONGEST_JUMP_M


@kernel()
def is_tracked(pose: Array) -> bool:
    """Whether a pose is one that a hand can have: finite, not a kilometre away, and a rotation within a hundredth."""
    for row in range(4):
        for column in range(4):
            if not abs(pose[row, column]) < _FURTHEST_M:
                return False
    for one in range(3):
        for other in range(one, 3):
            along = 0.0
            for row in range(3):
                along += pose[row, one] * pose[row, other]
            if abs(along - (1.0 if one == other else 0.0)) > _RIGID:
                return False
    volume = 0.0
    for row in range(3):
        after, last = (row + 1) % 3, (row + 2) % 3
        volume += pose[row, 0] * (pose[after, 1] * pose[last, 2] - pose[last, 1] * pose[after, 2])
    return volume > 0.0


@kernel()
def rotation_vector(wanted: Array, now: Array) -> Array:
    """Axis times angle, (3,) rad, that turns one orientation into another: log(wanted now'). Both (3, 3)."""
    turn = np.zeros((3, 3))
    for row in range(3):
        for column in range(3):
            for inner in range(3):
                turn[row, column] += wanted[row, inner] * now[column, inner]
    axis = np.array([turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]])
    sine = 0.5 * math.sqrt(axis[0] ** 2 + axis[1] ** 2 + axis[2] ** 2)
    cosine = 0.5 * (turn[0, 0] + turn[1, 1] + turn[2, 2] - 1.0)
    if sine > 1e-8:
        return axis * (0.5 * math.atan2(sine, cosine) / sine)
    if cosine > 0.0:
        return 0.5 * axis
    # Half a turn: the axis is the column of (turn + 1) / 2 that is longest.
    longest = 0
    for n in range(1, 3):
        if turn[n, n] > turn[longest, longest]:
            longest = n
    half = turn[:, longest].copy()
    half[longest] += 1.0
    return half * (math.pi / math.sqrt(half[0] ** 2 + half[1] ** 2 + half[2] ** 2))
