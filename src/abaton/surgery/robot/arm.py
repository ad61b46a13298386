"""One arm under one hand: filter, clutch, fixtures and joint control, once a millisecond."""

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.surgery.fixtures.reading import Fixtures
from abaton.surgery.fixtures.response import step_bounds
from abaton.surgery.robot.control import Outcome, joint_rates
from abaton.surgery.robot.psm import NEEDLE_DRIVER, WRIST_BEHIND_INSERTION_M, forward
from abaton.surgery.robot.teleoperation import LEAST_DEPTH_M, Clutch, follow, is_finite, open_clutch, rotation_vector
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
    """

    joints: Array
    clutch: Clutch
    tremor_memory: Array | None = None
    outcome: Outcome = "held"

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
        Problem: The scale is out of its range.
    """
    steady, memory = _without_tremor(arm, hand_pose, tremor_filter)
    clutch = follow(arm.clutch, steady, pressed, scale)
    if clutch.phase != "following":
        return Arm(arm.joints, _where_it_is(clutch, arm, tool), memory, "held")
    here = forward(arm.joints, tool)
    twist = np.empty(6)
    twist[:3] = (clutch.tool_m - here[:3, 3]) / FOLLOWING_S
    twist[3:] = rotation_vector(clutch.turn, np.ascontiguousarray(here[:3, :3])) / FOLLOWING_S
    rows, least, _ = step_bounds(fixtures, here[:3, 3].copy(), period_s)
    rates = joint_rates(arm.joints, tool, twist, period_s, rows, least)
    joints = arm.joints + period_s * rates.rates
    shallow = LEAST_DEPTH_M + WRIST_BEHIND_INSERTION_M
    if joints[2] < shallow and joints[2] < arm.joints[2]:
        return Arm(arm.joints, clutch, memory, "limited")
    return Arm(joints, clutch, memory, rates.outcome)


def _without_tremor(arm: Arm, hand_pose: Array, tremor_filter: TremorFilter) -> tuple[Array, Array | None]:
    if not is_finite(hand_pose):
        # A lost hand begins anew once it is found: what was remembered of it is no longer true.
        return hand_pose, None
    position_mm: Any = hand_pose[:3, 3] * _MM
    memory = arm.tremor_memory if arm.tremor_memory is not None else tremor_filter.start(position_mm)
    memory, smooth_mm = tremor_filter.step(memory, position_mm)
    steady = hand_pose.copy()
    steady[:3, 3] = smooth_mm / _MM
    return steady, memory


def _where_it_is(clutch: Clutch, arm: Arm, tool: Array) -> Clutch:
    """While the arm does not follow, the wanted pose is the one it has: taking the clutch must not make it leap."""
    here = forward(arm.joints, tool)
    return Clutch(clutch.phase, clutch.hand_m, here[:3, 3].copy(), here[:3, :3].copy())
