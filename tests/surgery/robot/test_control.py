"""Joint rates follow the hand, and no limit is passed."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.surgery.fixtures.reading import prepare
from abaton.surgery.fixtures.response import step_bounds
from abaton.surgery.fixtures.shapes import Fixture, Plane
from abaton.surgery.robot import psm
from abaton.surgery.robot.control import FASTEST, joint_rates

Array = NDArray[np.float64]
PERIOD_S = 0.001
HOME = np.array([0.1, -0.1, 0.12, 0.3, 0.2, -0.2])


def test_a_slow_twist_is_followed_exactly() -> None:
    twist = np.array([0.02, -0.01, 0.015, 0.1, 0.2, -0.1])
    rates = joint_rates(HOME, psm.NEEDLE_DRIVER, twist, PERIOD_S)
    assert rates.outcome == "moved"
    np.testing.assert_allclose(psm.jacobian(HOME, psm.NEEDLE_DRIVER) @ rates.rates, twist, atol=1e-4)


def test_a_wild_twist_stays_within_the_rates() -> None:
    rates = joint_rates(HOME, psm.NEEDLE_DRIVER, np.array([5.0, 5, 5, 50, 50, 50]), PERIOD_S)
    assert rates.outcome == "limited"
    assert (np.abs(rates.rates) <= FASTEST + 1e-9).all()


def test_no_joint_passes_its_limit() -> None:
    joints = HOME.copy()
    for _ in range(3000):
        rates = joint_rates(joints, psm.NEEDLE_DRIVER, np.array([0, 0, -0.1, 0, 0, 3]), PERIOD_S)
        joints = joints + PERIOD_S * rates.rates
        assert (joints <= psm.UPPER + 1e-9).all()
        assert (joints >= psm.LOWER - 1e-9).all()
    assert joints[2] == pytest.approx(psm.UPPER[2], abs=0.05)


def test_a_singular_wrist_stays_finite() -> None:
    # The tool's tip on the wrist's yaw axis: that joint no longer moves it.
    rates = joint_rates(np.array([0, 0, 0.0156, 0, 0, 0.0]), psm.BARE_WRIST, np.array([0.1, 0.1, 0, 0, 0, 0]), PERIOD_S)
    assert np.isfinite(rates.rates).all()


def test_the_tip_stops_at_a_fixture() -> None:
    tip = psm.forward(HOME, psm.NEEDLE_DRIVER)[:3, 3]
    floor = prepare((Fixture("floor", Plane((0.0, 0.0, float(tip[2]) - 0.002), (0.0, 0.0, 1.0))),))
    joints = HOME.copy()
    for _ in range(400):
        here = psm.forward(joints, psm.NEEDLE_DRIVER)[:3, 3]
        rows, least, _ = step_bounds(floor, here, PERIOD_S)
        wanted = np.array([0.0, 0.01, -0.02, 0, 0, 0])
        joints = joints + PERIOD_S * joint_rates(joints, psm.NEEDLE_DRIVER, wanted, PERIOD_S, rows, least).rates
    end = psm.forward(joints, psm.NEEDLE_DRIVER)[:3, 3]
    assert end[2] - (tip[2] - 0.002) == pytest.approx(0, abs=2e-5)
    assert end[1] - tip[1] > 0.003


def test_contradiction_holds_the_arm() -> None:
    rows = np.array([[0, 0, 1.0], [0, 0, -1.0]])
    rates = joint_rates(HOME, psm.NEEDLE_DRIVER, np.zeros(6), PERIOD_S, rows, np.array([1e-5, 1e-5]))
    assert rates.outcome == "held"
    np.testing.assert_array_equal(rates.rates, np.zeros(6))


def test_lost_tracking_is_told() -> None:
    with pytest.raises(Problem, match="The arm holds"):
        joint_rates(HOME, psm.NEEDLE_DRIVER, np.full(6, math.nan), PERIOD_S)
