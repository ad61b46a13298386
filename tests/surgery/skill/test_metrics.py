"""Figures of motions whose answers are known."""

import math

import numpy as np
import pytest

from abaton.core.errors import Problem
from abaton.surgery.skill.metrics import bimanual_dexterity, force, motion
from tests.surgery.skill.test_smoothness import reach

RATE_HZ = 200.0
REST = np.zeros((400, 3))


def test_a_straight_reach() -> None:
    figures = motion(np.concatenate([REST, reach(RATE_HZ, 1.0, 0.1)]), RATE_HZ)
    assert figures.duration_s == pytest.approx(600 / RATE_HZ)
    assert figures.path_m == pytest.approx(0.1, rel=0.01)
    assert figures.economy == pytest.approx(1.0, abs=0.01)
    assert figures.idle_s == pytest.approx(2.0, abs=0.25)


def test_half_a_circle_is_less_economic_by_its_closed_form() -> None:
    angle = np.linspace(0, math.pi, 1000)
    arc = 0.05 * np.column_stack([np.cos(angle), np.sin(angle), 0 * angle])
    figures = motion(arc, RATE_HZ)
    assert figures.path_m == pytest.approx(0.05 * math.pi, rel=0.01)
    assert figures.economy == pytest.approx(2 / math.pi, rel=0.01)
    goals = arc[[500]]
    assert motion(arc, RATE_HZ, goals).economy == pytest.approx(2 * math.sqrt(2) / math.pi, rel=0.01)


def test_a_tool_that_rests_has_no_smoothness() -> None:
    figures = motion(REST, RATE_HZ)
    assert math.isnan(figures.ldlj)
    assert math.isnan(figures.sparc)
    assert (figures.path_m, figures.idle_s, figures.economy) == (0, 2.0, 1.0)


def test_both_hands_at_once_and_in_turn() -> None:
    moves = reach(RATE_HZ, 2.0, 0.1)[:400]
    assert bimanual_dexterity(moves, moves, RATE_HZ) == 1.0
    first, second = np.concatenate([moves, moves[-1] + REST]), np.concatenate([REST, moves])
    assert bimanual_dexterity(first, second, RATE_HZ) < 0.1
    assert bimanual_dexterity(REST, REST, RATE_HZ) == 0.0
    with pytest.raises(Problem, match="as many of each"):
        bimanual_dexterity(moves, first, RATE_HZ)


def test_force_over_its_limit() -> None:
    figures = force(np.array([0.0, 1, 2, 5, 0, 0, 4, 0, 0, 0]), 10.0, limit_n=3.0)
    assert figures.mean_n == pytest.approx(3.0)
    assert figures.peak_n == 5
    assert figures.over_limit_s == pytest.approx(0.2)
    assert figures.over_limit_n_s == pytest.approx(0.3)
    assert figures.touching_s == pytest.approx(0.4)
    with pytest.raises(Problem, match="magnitudes in newtons"):
        force(np.array([-1.0]), 10.0, 3.0)
