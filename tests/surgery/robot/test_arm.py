"""One arm under one hand."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.surgery.fixtures.reading import Fixtures, prepare
from abaton.surgery.fixtures.shapes import Fixture, Plane
from abaton.surgery.robot.arm import Arm, arm_at, tick
from abaton.surgery.robot.tremor import NoFilter, oscillator_bank

Array = NDArray[np.float64]
HOME = np.array([0.0, 0.0, 0.12, 0.0, 0.0, 0.0])
FREE = prepare(())


def hand_like(arm: Arm, position_m: Array) -> Array:
    pose = arm.pose().copy()
    pose[:3, 3] = position_m
    return pose


def run(arm: Arm, positions_m: Array, scale: float = 5.0, fixtures: Fixtures = FREE) -> Arm:
    for position in positions_m:
        arm = tick(arm, hand_like(arm, position), True, NoFilter(), fixtures, scale)
    return arm


def line(length_m: float, ticks: int = 1000, rest: int = 50) -> Array:
    share = np.minimum(1.0, np.arange(ticks + rest) / ticks)
    return share[:, None] * np.array([length_m, 0.0, 0.0]) + np.array([0.3, 0.2, 0.1])


@pytest.mark.parametrize("scale", [1.0, 3.0, 10.0])
def test_the_tool_moves_by_the_hand_scaled(scale: float) -> None:
    arm = arm_at(HOME)
    moved = run(arm, line(0.02), scale).pose()[:3, 3] - arm.pose()[:3, 3]
    np.testing.assert_allclose(moved, [0.02 / scale, 0, 0], atol=2e-5)


def test_taking_the_clutch_anywhere_moves_nothing() -> None:
    arm = arm_at(HOME)
    after = run(arm, np.full((200, 3), 0.7))
    np.testing.assert_allclose(after.joints, HOME, atol=1e-9)


def test_the_clutch_is_not_taken_while_hand_and_tool_point_apart() -> None:
    arm = arm_at(HOME)
    turned = arm.pose().copy()
    angle = math.radians(8)
    turned[:3, :3] = turned[:3, :3] @ np.array(
        [[math.cos(angle), -math.sin(angle), 0], [math.sin(angle), math.cos(angle), 0], [0, 0, 1.0]]
    )
    after = tick(arm, turned, True, NoFilter(), FREE)
    assert after.clutch.phase == "aligning"
    np.testing.assert_array_equal(after.joints, HOME)
    assert tick(arm, arm.pose(), True, NoFilter(), FREE).clutch.phase == "following"


@pytest.mark.parametrize("what", ["lost", "jump"])
def test_a_lost_or_leaping_hand_holds_the_arm_until_the_clutch_is_opened(what: str) -> None:
    arm = run(arm_at(HOME), line(0.01, 200))
    bad = np.full((4, 4), math.nan) if what == "lost" else hand_like(arm, np.array([0.5, 0.2, 0.1]))
    held = tick(arm, bad, True, NoFilter(), FREE)
    back = tick(held, hand_like(arm, np.array([0.31, 0.2, 0.1])), True, NoFilter(), FREE)
    np.testing.assert_array_equal(back.joints, arm.joints)
    assert back.clutch.phase == "holding"
    opened = tick(back, hand_like(arm, np.array([0.31, 0.2, 0.1])), False, NoFilter(), FREE)
    again = tick(opened, hand_like(opened, np.array([0.31, 0.2, 0.1])), True, NoFilter(), FREE)
    assert again.clutch.phase == "following"
    np.testing.assert_allclose(again.joints, arm.joints, atol=1e-9)


def test_the_tip_stays_above_a_floor() -> None:
    arm = arm_at(HOME)
    height = float(arm.pose()[2, 3]) - 0.003
    floor = prepare((Fixture("floor", Plane((0.0, 0.0, height), (0.0, 0.0, 1.0))),))
    down = line(0.05)[:, [1, 2, 0]] * [1, 1, -1]
    lowest = math.inf
    for position in down:
        arm = tick(arm, hand_like(arm, position), True, NoFilter(), floor, 2.0)
        lowest = min(lowest, float(arm.pose()[2, 3]) - height)
    assert -1e-5 < lowest < 1e-4


def test_near_the_remote_centre_it_is_only_led_deeper() -> None:
    arm = arm_at(np.array([0.0, 0.0, 0.07, 0.0, 0.0, 0.0]))
    out = run(arm, line(0.09)[:, [1, 2, 0]], 2.0)
    assert out.joints[2] >= 0.045 + 0.0156 - 1e-6


def test_the_same_hand_gives_the_same_joints_bit_for_bit() -> None:
    ways = line(0.02) + np.random.default_rng(4).normal(0, 2e-5, (1050, 3))
    bank = oscillator_bank(1000.0)
    ends: list[Array] = []
    for _ in range(2):
        arm = arm_at(HOME)
        for position in ways:
            arm = tick(arm, hand_like(arm, position), True, bank, FREE)
        ends.append(arm.joints)
    assert np.array_equal(ends[0], ends[1])


@pytest.mark.parametrize("scale", [0.5, 11.0, math.nan])
def test_a_scale_out_of_range_is_refused(scale: float) -> None:
    with pytest.raises(Problem, match="1:1 to 10:1"):
        tick(arm_at(HOME), np.eye(4), True, NoFilter(), FREE, scale)
