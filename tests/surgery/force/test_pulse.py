"""Pulses and pseudo-haptics."""

import math

import numpy as np
import pytest

from abaton.core.errors import Problem
from abaton.surgery.force.pulse import drawn_tool, pulse_of


def test_pulses_grow_with_the_logarithm_and_stay_within_the_limit() -> None:
    assert pulse_of(5.0, 0.0, 5.0).amplitude == pytest.approx(1.0)
    assert pulse_of(0.9, 0.0, 9.9).amplitude == pytest.approx(0.5)
    assert pulse_of(1e6, 1e6, 5.0, 0.4).amplitude == 0.4
    assert pulse_of(math.nan, 0.0, 5.0).amplitude == 0.0


def test_the_drawn_tool_lags_as_the_budget_is_spent() -> None:
    hand, contact = np.array([0, 0, -0.02]), np.zeros(3)
    np.testing.assert_allclose(drawn_tool(hand, contact, 0.0, 2.0).position_m, hand)
    np.testing.assert_allclose(drawn_tool(hand, contact, 2.0, 2.0).position_m, 0.2 * hand)
    far = drawn_tool(20 * hand, contact, 2.0, 2.0).position_m
    assert np.linalg.norm(far - 20 * hand) == pytest.approx(0.04)
    with pytest.raises(Problem, match="finite metres"):
        drawn_tool(np.full(3, math.nan), contact, 0.0, 2.0)
