"""Hands, trackers, lines and settings that do what they should not: the arm holds and stays within limits."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.surgery.fixtures.reading import Fixtures, distances, prepare
from abaton.surgery.fixtures.shapes import Cylinder, Fixture, Plane, Tube
from abaton.surgery.robot.arm import Arm, arm_at, tick
from abaton.surgery.robot.control import FASTEST, joint_rates
from abaton.surgery.robot.link import latest
from abaton.surgery.robot.psm import LOWER, NEEDLE_DRIVER, UPPER, forward, inverse
from abaton.surgery.robot.tremor import NoFilter, TremorFilter, fourier_combiner, low_pass, oscillator_bank

Array = NDArray[np.float64]
HOME = np.array([0.1, -0.1, 0.12, 0.2, 0.1, -0.1])
FREE = prepare(())
HAND = np.array([0.3, 0.2, 0.1])
PERIOD_S = 0.001
FILTERS: dict[str, Callable[[], TremorFilter]] = {
    "none": NoFilter,
    "low-pass": lambda: low_pass(1000.0),
    "WFLC": lambda: fourier_combiner(1000.0),
    "bank": lambda: oscillator_bank(1000.0),
}


def hand_at(arm: Arm, position_m: Array) -> Array:
    pose = arm.pose().copy()
    pose[:3, 3] = position_m
    return pose


def turned(pose: Array, angle_rad: float) -> Array:
    cosine, sine = math.cos(angle_rad), math.sin(angle_rad)
    pose = pose.copy()
    pose[:3, :3] = pose[:3, :3] @ np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1.0]])
    return pose


def following(tremor_filter: TremorFilter, fixtures: Fixtures = FREE) -> Arm:
    arm = arm_at(HOME)
    for _ in range(30):
        arm = tick(arm, hand_at(arm, HAND), True, tremor_filter, fixtures, 2.0)
    assert arm.clutch.phase == "following"
    return arm


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("jump_m", [0.11, 3.0, 1e9, 1e200])
def test_no_filter_hides_a_jump(name: str, jump_m: float) -> None:
    smooth = FILTERS[name]()
    arm = following(smooth)
    here = arm.joints
    far = HAND + np.array([jump_m, 0, 0])
    for _ in range(60):
        arm = tick(arm, hand_at(arm, far), True, smooth, FREE, 2.0)
        assert arm.clutch.phase == "holding"
        np.testing.assert_array_equal(arm.joints, here)
    # Back where it was, and with the clutch taken anew, it follows as if nothing had been.
    for pressed in (False, True):
        for _ in range(5):
            arm = tick(arm, hand_at(arm, HAND), pressed, smooth, FREE, 2.0)
    assert arm.clutch.phase == "following"
    np.testing.assert_allclose(arm.joints, here, atol=1e-6)


def test_a_jump_back_to_where_a_slow_filter_still_lingers_is_a_jump() -> None:
    smooth = low_pass(1000.0)
    arm, at = following(smooth), HAND
    for _ in range(300):
        at = at + np.array([1e-3, 0, 0])
        arm = tick(arm, hand_at(arm, at), True, smooth, FREE, 2.0)
    assert arm.clutch.phase == "following"
    assert float(at[0] - arm.clutch.hand_m[0]) > 0.03
    arm = tick(arm, hand_at(arm, at - np.array([0.11, 0, 0])), True, smooth, FREE, 2.0)
    assert arm.clutch.phase == "holding"


@pytest.mark.parametrize("name", FILTERS)
def test_a_hand_that_is_laid_elsewhere_with_the_clutch_open_moves_nothing_when_it_takes_it(name: str) -> None:
    smooth = FILTERS[name]()
    arm = following(smooth)
    here = arm.joints
    there = HAND + np.array([0.0, 0.6, 0.0])
    arm = tick(arm, hand_at(arm, HAND), False, smooth, FREE, 2.0)
    arm = tick(arm, hand_at(arm, there), False, smooth, FREE, 2.0)
    for _ in range(200):
        arm = tick(arm, hand_at(arm, there), True, smooth, FREE, 2.0)
    assert arm.clutch.phase == "following"
    np.testing.assert_allclose(arm.joints, here, atol=1e-6)


def _zeros(pose: Array) -> Array:
    return pose * 0.0


def _mirrored(pose: Array) -> Array:
    pose = pose.copy()
    pose[:3, 0] *= -1
    return pose


def _stretched(pose: Array) -> Array:
    pose = pose.copy()
    pose[:3, :3] *= 1.3
    return pose


def _holed(pose: Array) -> Array:
    pose = pose.copy()
    pose[1, 1] = math.nan
    return pose


def _flipped(pose: Array) -> Array:
    return turned(pose, math.pi)


@pytest.mark.parametrize("spoil", [_zeros, _mirrored, _stretched, _holed, _flipped])
def test_an_orientation_that_no_hand_has_is_lost_tracking(spoil: Callable[[Array], Array]) -> None:
    arm = following(NoFilter())
    held = tick(arm, spoil(hand_at(arm, HAND)), True, NoFilter(), FREE, 2.0)
    assert (held.clutch.phase, held.outcome) == ("holding", "held")
    np.testing.assert_array_equal(held.joints, arm.joints)
    fresh = tick(arm_at(HOME), spoil(hand_at(arm, HAND)), True, NoFilter(), FREE, 2.0)
    assert fresh.clutch.phase in ("holding", "aligning")
    np.testing.assert_array_equal(fresh.joints, HOME)


def test_a_quick_turn_of_the_wrist_is_followed() -> None:
    arm = following(NoFilter())
    pose = hand_at(arm, HAND)
    # 20 rad/s, as fast as wrists turn, from a tracker of 90 Hz that is read a thousand times a second.
    for n in range(40):
        arm = tick(arm, turned(pose, 20.0 / 90 * (n // 11)), True, NoFilter(), FREE, 2.0)
    assert arm.clutch.phase == "following"
    assert arm.outcome != "held"


@pytest.mark.parametrize("period_s", [0.0, -0.001, math.nan, math.inf])
def test_a_period_that_is_none_is_refused(period_s: float) -> None:
    with pytest.raises(Problem) as problem:
        joint_rates(HOME, NEEDLE_DRIVER, np.zeros(6), period_s)
    assert problem.value.code == "period_out_of_range"
    arm = following(NoFilter())
    with pytest.raises(Problem):
        tick(arm, hand_at(arm, HAND), True, NoFilter(), FREE, 2.0, period_s)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(0, 1), min_size=6, max_size=6),
    st.lists(st.sampled_from([0.0, 1e-9, 0.1, -0.3, 5.0, -1e6, 1e12]), min_size=6, max_size=6),
    st.sampled_from(["anywhere", "at limits", "wrist folded", "no insertion", "beyond limits"]),
)
def test_rates_are_finite_and_within_limits_in_every_posture(
    share: list[float], twist: list[float], where: str
) -> None:
    joints = LOWER + np.array(share) * (UPPER - LOWER)
    if where == "at limits":
        joints = np.where(np.array(share) > 0.5, UPPER, LOWER)
    elif where == "wrist folded":
        joints[4:] = 0.0, UPPER[5]
    elif where == "no insertion":
        joints[2] = 0.0156
    elif where == "beyond limits":
        joints = np.where(np.array(share) > 0.5, UPPER + 0.01, LOWER - 0.01)
    found = joint_rates(joints, NEEDLE_DRIVER, np.array(twist), PERIOD_S)
    assert np.isfinite(found.rates).all()
    assert (np.abs(found.rates) <= FASTEST + 1e-9).all()
    after = joints + PERIOD_S * found.rates
    assert (after <= np.maximum(UPPER, joints) + 1e-9).all()
    assert (after >= np.minimum(LOWER, joints) - 1e-9).all()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-1, 1), min_size=3, max_size=3), st.floats(-math.pi, math.pi), st.floats(0, 0.3))
def test_a_pose_is_reached_within_limits_or_refused(way: list[float], angle: float, far_m: float) -> None:
    axis = np.array(way)
    length = float(np.linalg.norm(axis))
    pose = turned(forward(HOME, NEEDLE_DRIVER), angle)
    pose[:3, 3] = far_m * axis / length if length > 0 else 0.0
    try:
        joints = inverse(pose, NEEDLE_DRIVER, HOME)
    except Problem as problem:
        if problem.code == "pose_out_of_reach":
            return
        raise
    assert (joints >= LOWER - 1e-6).all()
    assert (joints <= UPPER + 1e-6).all()
    np.testing.assert_allclose(forward(joints, NEEDLE_DRIVER), pose, atol=1e-9)


@pytest.mark.parametrize("near", [np.full(6, math.nan), np.full(6, math.inf)])
def test_joints_that_are_no_numbers_are_refused(near: Array) -> None:
    with pytest.raises(Problem) as problem:
        inverse(forward(HOME, NEEDLE_DRIVER), NEEDLE_DRIVER, near)
    assert problem.value.code == "tracking_lost"
    with pytest.raises(Problem) as problem:
        joint_rates(near, NEEDLE_DRIVER, np.zeros(6), PERIOD_S)
    assert problem.value.code == "tracking_lost"


def around(point_m: Array) -> dict[str, Fixtures]:
    x, y, z = (float(value) for value in point_m)
    return {
        "channel": prepare((Fixture("channel", Cylinder((x, y, z), (0.0, 0.0, 1.0), 0.003)),)),
        "path": prepare((Fixture("path", Tube(((x, y, z - 0.02), (x, y, z), (x + 0.01, y, z)), 0.003)),)),
        "vessel": prepare((Fixture("vessel", Cylinder((x + 0.004, y, z), (0.0, 1.0, 0.0), 0.003, "outside")),)),
        "corner": prepare(
            (
                Fixture("floor", Plane((x, y, z - 0.002), (0.0, 0.0, 1.0))),
                Fixture("wall", Plane((x + 0.002, y, z), (-1.0, 0.0, 0.0))),
                Fixture("slope", Plane((x + 0.001, y, z - 0.001), (-0.7, 0.0, 0.7))),
            )
        ),
    }


@pytest.mark.parametrize("what", ["channel", "path", "vessel", "corner"])
def test_a_hand_that_leaps_by_nine_centimetres_drives_the_tool_through_no_fixture(what: str) -> None:
    fixtures = around(arm_at(HOME).pose()[:3, 3])[what]
    rng = np.random.default_rng(5)
    arm = following(NoFilter(), fixtures)
    deepest, moved = math.inf, 0.0
    at = HAND
    for _ in range(250):
        leap = rng.normal(size=3)
        at = HAND + 0.045 * leap / np.linalg.norm(leap)
        before = arm.pose()[:3, 3]
        for _ in range(int(rng.integers(1, 12))):
            arm = tick(arm, hand_at(arm, at), True, NoFilter(), fixtures, 1.0)
            deepest = min(deepest, float(distances(fixtures, arm.pose()[:3, 3].copy())[0].min()))
        moved += float(np.linalg.norm(arm.pose()[:3, 3] - before))
    assert arm.clutch.phase == "following"
    assert deepest > -1e-4
    assert moved > 0.02, "the tool never moved, so nothing was tested"


def test_fixtures_that_contradict_each_other_hold_the_arm_until_one_is_taken_away() -> None:
    arm = following(NoFilter())
    z = float(arm.pose()[2, 3])
    both = prepare(
        (
            Fixture("floor", Plane((0.0, 0.0, z + 0.01), (0.0, 0.0, 1.0))),
            Fixture("lid", Plane((0.0, 0.0, z - 0.01), (0.0, 0.0, -1.0))),
        )
    )
    here = arm.joints
    for n in range(100):
        arm = tick(arm, hand_at(arm, HAND + n * np.array([2e-4, 0, 0])), True, NoFilter(), both, 2.0)
        assert arm.outcome == "held"
        np.testing.assert_array_equal(arm.joints, here)
    for _ in range(200):
        before = arm.joints
        arm = tick(arm, hand_at(arm, HAND + np.array([0.02, 0, 0])), True, NoFilter(), FREE, 2.0)
        assert (np.abs(arm.joints - before) <= FASTEST * PERIOD_S + 1e-12).all()
    np.testing.assert_allclose(arm.pose()[:3, 3] - forward(here, NEEDLE_DRIVER)[:3, 3], [0.01, 0, 0], atol=1e-4)


def test_a_hand_that_pulls_out_of_the_workspace_leaves_the_arm_at_its_limits() -> None:
    arm = following(NoFilter())
    at = HAND.copy()
    for way in np.array([[1.0, 0, 0], [0, 0, -1.0], [-1.0, 1.0, 0.4], [0, 0, 1.0]]):
        for _ in range(400):
            at = at + 1e-3 * way
            arm = tick(arm, hand_at(arm, at), True, NoFilter(), FREE, 1.0)
            assert (arm.joints >= LOWER - 1e-9).all()
            assert (arm.joints <= UPPER + 1e-9).all()
            assert np.isfinite(arm.joints).all()
    assert arm.outcome == "limited"


def test_a_message_without_a_time_is_never_the_latest() -> None:
    assert latest(["good", "bad"], [0.1, math.nan], [0.2, 0.2], 1.0) == "good"
    assert latest(["never"], [0.1], [math.nan], 1.0) is None


def test_rates_keep_their_limits_exactly_whatever_the_solver_tolerates() -> None:
    rng = np.random.default_rng(0)
    for n in range(300):
        joints = LOWER + rng.random(6) * (UPPER - LOWER)
        joints = np.where(rng.random(6) > 0.5, UPPER, LOWER) if n % 3 == 0 else joints
        rates = joint_rates(joints, NEEDLE_DRIVER, rng.choice([0.0, 0.1, -0.3, 1e12, 100.0, -1e3], 6), PERIOD_S).rates
        assert (rates <= np.minimum(FASTEST, (UPPER - joints) / PERIOD_S)).all()
        assert (rates >= np.maximum(-FASTEST, (LOWER - joints) / PERIOD_S)).all()
