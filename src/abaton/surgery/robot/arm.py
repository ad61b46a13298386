"""One arm under one hand: filter, clutch, fixtures and joint control, once a millisecond."""

import math
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.surgery.fixtures.reading import Fixtures
from abaton.surgery.fixtures.response import safe_share, step_bounds
from abaton.surgery.robot.control import Outcome, joint_rates
from abaton.surgery.robot.psm import NEEDLE_DRIVER, WRIST_BEHIND_INSERTION_M, forward
from abaton.surgery.robot.teleoperation import (
    LEAST_DEPTH_M,
    LONGEST_JUMP_M,
    Clutch,
    follow,
    is_tracked,
    open_clutch,
    rotation_vector,
)
from abaton.surgery.robot.tremor import TremorFilter

Array = NDArray[np.float64]

FOLLOWING_S = 0.002
"""Time constant with which the tool closes on its wanted pose."""
_MM = 1000.0


class Arm(msgspec.Struct, frozen=True, eq=False):
    """The state of an arm; everything that a tick reads and writes.

    Attributes:
        joints: (6,), rad and m.
        clutch: How hand and tool hang together.
        tremor_memory: Of the filter; None until the hand was seen.
        outcome: Of the last tick.
        hand_m: (3,), where the hand was last seen, its tremor and all; None until it was.
    """

    joints: Array
    clutch: Clutch
    tremor_memory: Array | None = None
    outcome: Outcome = "held"
    hand_m: Array | None = None

    def pose(self, tool: Array = NEEDLE_DRIVER) -> Array:
        """Of the tool, (4, 4)."""
        return forward(self.joints, tool)


def arm_at(joints: Array, tool: Array = NEEDLE_DRIVER) -> Arm:
    """An arm at rest with its clutch open."""
    return Arm(joints.copy(), open_clutch(forward(joints, tool)))


def tick(
    arm: Arm,
    hand_pose: Array,
    pressed: bool,
    tremor_filter: TremorFilter,
    fixtures: Fixtures,
    scale: float = 5.0,
    period_s: float = 0.001,
    tool: Array = NEEDLE_DRIVER,
) -> Arm:
    """The arm a tick later.

    Where tracking is lost or the hand jumps, the arm holds until the clutch is opened. Nearer than 45 mm to the remote
    centre the tool is only led deeper.

    Args:
        arm: Before.
        hand_pose: (4, 4), metres, in the arm's base axes; NaN where tracking is lost.
        pressed: Whether the clutch is held.
        tremor_filter: Which filter.
        fixtures: Of the scene, in the arm's base frame.
        scale: n of n:1.
        period_s: Of the ticks; the filter's too.
        tool: (4, 4), from the wrist's last frame to the tool.

    Raises:
        Problem: The scale is out of its range, or the period is no time.
    """
    seen, steady, memory = _without_tremor(arm, hand_pose, pressed, tremor_filter)
    clutch = follow(arm.clutch, steady, pressed, scale)
    if clutch.phase != "following":
        return Arm(arm.joints, _where_it_is(clutch, arm, tool), memory, "held", seen)
    here = forward(arm.joints, tool)
    twist = np.empty(6)
    twist[:3] = (clutch.tool_m - here[:3, 3]) / FOLLOWING_S
    twist[3:] = rotation_vector(clutch.turn, np.ascontiguousarray(here[:3, :3])) / FOLLOWING_S
    tip_m = here[:3, 3].copy()
    rows, least, _ = step_bounds(fixtures, tip_m, period_s)
    rates = joint_rates(arm.joints, tool, twist, period_s, rows, least)
    joints, outcome = arm.joints + period_s * rates.rates, rates.outcome
    if fixtures.named:
        # Bounds are straight, shapes and joints' ways are not: what a long step would cross, a shorter one does not.
        share = safe_share(fixtures, tip_m, forward(joints, tool)[:3, 3] - tip_m)
        if share < 1.0:
            joints, outcome = arm.joints + share * period_s * rates.rates, "limited"
    shallow = LEAST_DEPTH_M + WRIST_BEHIND_INSERTION_M
    if joints[2] < shallow and joints[2] < arm.joints[2]:
        return Arm(arm.joints, clutch, memory, "limited", seen)
    return Arm(joints, clutch, memory, outcome, seen)


def _without_tremor(
    arm: Arm, hand_pose: Array, pressed: bool, tremor_filter: TremorFilter
) -> tuple[Array | None, Array, Array | None]:
    """Where the hand is seen, its pose without tremor, and the filter's memory."""
    if not is_tracked(hand_pose):
        # A lost hand begins anew once it is found: what was remembered of it is no longer true.
        return None, np.full((4, 4), math.nan), None
    position_mm: Any = hand_pose[:3, 3] * _MM
    # Filters smooth a leap into a motion, so leaps are found before them.
    leapt = arm.hand_m is not None and math.dist(hand_pose[:3, 3], arm.hand_m) > LONGEST_JUMP_M
    memory = arm.tremor_memory
    memory = tremor_filter.start(position_mm) if memory is None or leapt else memory
    memory, smooth_mm = tremor_filter.step(memory, position_mm)
    steady = hand_pose.copy()
    steady[:3, 3] = smooth_mm / _MM
    if leapt and pressed and arm.clutch.phase in ("following", "aligning"):
        steady[:3, 3] = math.nan
    return hand_pose[:3, 3].copy(), steady, memory


def _where_it_is(clutch: Clutch, arm: Arm, tool: Array) -> Clutch:
    """While the arm does not follow, the wanted pose is the one it has: taking the clutch must not make it leap."""
    here = forward(arm.joints, tool)
    return Clutch(clutch.phase, clutch.hand_m, here[:3, 3].copy(), here[:3, :3].copy())
