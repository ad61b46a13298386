"""Pushes and rubs against closed forms of one triangle, whose three corners are free points of mass."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from abaton.surgery.tissue.body import BodyState
from abaton.surgery.tissue.contact import Contacts, Skin, Touch, find, resolve
from abaton.surgery.tissue.tools import Capsule, Tool, prepare

Array = NDArray[np.float64]
RADIUS_M, MASS_KG, PERIOD_S = 0.003, 2e-4, 0.001
FACE = np.array([[0, 1, 2]], dtype=np.int32)
FREE = Skin(FACE, np.full(3, 1 / MASS_KG))
FLAT = np.array([[0.0, 0, 0], [0.012, 0, 0], [0, 0.012, 0]])
MIDDLE = np.array([0.004, 0.004, 0.0])


def pose(place: Array) -> Array:
    made = np.eye(4)[None].copy()
    made[0, :3, 3] = place
    return made


def moved(
    start: Array, end: Array, friction: float = 0.0, skin: Skin = FREE, velocity: Array | None = None
) -> tuple[Touch, Array]:
    """One step of a ball over the triangle, and the impulse on its corners, (3, 3) N s."""
    tools = prepare((Tool("ball", Capsule((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), RADIUS_M), friction),))
    still = np.zeros((3, 3)) if velocity is None else np.tile(velocity, (3, 1))
    before = BodyState(FLAT.copy(), still)
    after = BodyState(FLAT + PERIOD_S * still, still.copy())
    contacts = find(skin, tools, before, pose(start), pose(end), Contacts.none())
    touch = resolve(skin, tools, before, after, pose(start), pose(end), contacts)
    return touch, MASS_KG * (touch.state.velocity_m_s - still)


@given(st.floats(1e-6, 0.002))
def test_what_lies_in_the_way_is_pushed_by_as_much_as_its_mass_takes(depth_m: float) -> None:
    above = MIDDLE + np.array([0, 0, RADIUS_M])
    touch, impulse = moved(above, above - np.array([0, 0, depth_m]))
    np.testing.assert_allclose(touch.state.position_m - FLAT, np.tile([0, 0, -depth_m], (3, 1)), atol=1e-9)
    # Three masses go `depth` within a step: F = 3 m d / h^2.
    expected = 3 * MASS_KG * depth_m / PERIOD_S**2
    np.testing.assert_allclose(touch.tool_force_n[0], [0, 0, expected], rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(impulse.sum(axis=0), -touch.tool_force_n[0] * PERIOD_S, atol=1e-15)
    # What stopped an impact is no guess for the next step.
    assert np.abs(touch.contacts.guess_n).max() < 1e-3 * expected


def test_tissue_that_comes_to_a_tool_at_rest_is_stopped_by_its_momentum() -> None:
    above = MIDDLE + np.array([0, 0, RADIUS_M + 1e-4])
    touch, impulse = moved(above, above, velocity=np.array([0, 0, 0.5]))
    np.testing.assert_allclose(touch.state.position_m[:, 2], 1e-4, atol=1e-9)
    np.testing.assert_allclose(impulse[:, 2], -MASS_KG * (0.5 - 1e-4 / PERIOD_S), rtol=1e-6)


def test_a_ball_that_jumps_through_the_triangle_takes_it_along() -> None:
    touch, _ = moved(MIDDLE + np.array([0, 0, 0.0032]), MIDDLE - np.array([0, 0, 0.02]))
    np.testing.assert_allclose(touch.state.position_m[:, 2], -0.02 - RADIUS_M, atol=1e-6)


@pytest.mark.parametrize(("friction", "sticks"), [(0.6, True), (0.2, False), (0.0, False)])
def test_it_goes_along_as_far_as_friction_can_take_it(friction: float, sticks: bool) -> None:
    above, depth, aside = MIDDLE + np.array([0, 0, RADIUS_M]), 1e-4, 5e-5
    touch, impulse = moved(above, above + np.array([0.6 * aside, 0.8 * aside, -depth]), friction)
    push = 3 * MASS_KG * depth / PERIOD_S**2
    rub = 3 * MASS_KG * aside / PERIOD_S**2 if sticks else friction * push
    assert -touch.tool_force_n[0] == pytest.approx([0.6 * rub, 0.8 * rub, -push], rel=0.03, abs=1e-9)
    across = touch.state.position_m.mean(axis=0) - FLAT.mean(axis=0)
    assert math.hypot(across[0], across[1]) == pytest.approx(rub * PERIOD_S**2 / (3 * MASS_KG), rel=0.03, abs=1e-12)
    np.testing.assert_allclose(impulse.sum(axis=0), -touch.tool_force_n[0] * PERIOD_S, atol=1e-15)


def test_the_torque_on_a_ball_is_none_wherever_it_touches() -> None:
    above = np.array([0.002, 0.006, RADIUS_M])
    touch, _ = moved(above, above - np.array([0, 0, 1e-4]))
    assert touch.tool_force_n[0, 2] > 0
    assert np.abs(touch.tool_torque_nm).max() < 0.02 * touch.tool_force_n[0, 2] * RADIUS_M


def test_what_is_fixed_is_not_pushed_and_says_nothing() -> None:
    above = MIDDLE + np.array([0, 0, RADIUS_M])
    touch, _ = moved(above, above - np.array([0, 0, 1e-3]), 0.5, Skin(FACE, np.zeros(3)))
    np.testing.assert_array_equal(touch.state.position_m, FLAT)
    assert not touch.tool_force_n.any()
    assert np.isfinite(touch.contacts.guess_n).all()


def test_with_nothing_near_all_stays() -> None:
    away = MIDDLE + np.array([0, 0, 0.1])
    touch, impulse = moved(away, away - [0, 0, 0.01])
    assert len(touch.contacts.tool) == 0
    assert not impulse.any()
    np.testing.assert_array_equal(touch.state.position_m, FLAT)
