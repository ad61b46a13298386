"""Scores in parts, and curves of learning."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abaton.core.errors import Problem
from abaton.surgery.skill.score import Criterion, learning_curve, score

TIME = Criterion("time_s", "Time", "s", proficient=48, failing=300)
MARGIN = Criterion("margin_mm", "Margin", "mm", proficient=5, failing=0, weight=3, critical=True)


def test_marks_are_linear_and_weighted() -> None:
    result = score((TIME, MARGIN), {"time_s": 174, "margin_mm": 5})
    assert [part.marks for part in result.parts] == pytest.approx([50, 100])
    assert result.total == pytest.approx((50 + 3 * 100) / 4)


def test_a_critical_part_without_marks_fails_the_whole() -> None:
    result = score((TIME, MARGIN), {"time_s": 40, "margin_mm": -1})
    assert result.total == 0
    assert result.failed == ("Margin",)


def test_what_could_not_be_measured_has_no_marks() -> None:
    assert score((TIME,), {"time_s": math.nan}).total == 0


@given(st.floats(-1000, 1000), st.floats(-1000, 1000))
def test_more_time_is_never_better(first: float, second: float) -> None:
    low, high = sorted((first, second))
    assert score((TIME,), {"time_s": low}).total >= score((TIME,), {"time_s": high}).total
    assert 0 <= score((TIME,), {"time_s": low}).total <= 100


@pytest.mark.parametrize(
    ("criteria", "figures"),
    [
        ((TIME,), {}),
        ((Criterion("a", "A", "", 1, 1),), {"a": 1.0}),
        ((Criterion("a", "A", "", math.nan, 1),), {"a": 1.0}),
        ((Criterion("a", "A", "", 0, 1, weight=0),), {"a": 1.0}),
    ],
)
def test_what_cannot_be_scored_is_told(criteria: tuple[Criterion, ...], figures: dict[str, float]) -> None:
    with pytest.raises(Problem) as problem:
        score(criteria, figures)
    assert problem.value.code == "score_unusable"


@given(st.floats(20, 200), st.floats(10, 300), st.floats(1.5, 8))
def test_a_learning_curve_is_found_again(plateau: float, gap: float, pace: float) -> None:
    values = [plateau + gap * math.exp(-n / pace) for n in range(20)]
    curve = learning_curve(values)
    assert curve.plateau == pytest.approx(plateau, abs=0.03 * gap)
    assert curve.pace == pytest.approx(pace, rel=0.05)
    assert curve.at(1) == pytest.approx(values[0], abs=0.03 * gap)


def test_noise_is_told_as_what_the_curve_does_not_explain() -> None:
    rng = np.random.default_rng(2)
    values = [100 + 80 * math.exp(-n / 4) + float(rng.normal(0, 5)) for n in range(40)]
    assert learning_curve(values).residual == pytest.approx(5, rel=0.4)


@pytest.mark.parametrize("values", [[], [1.0, 2.0, 3.0], [1.0, 2.0, math.nan, 3.0]])
def test_too_little_for_a_curve_is_told(values: list[float]) -> None:
    with pytest.raises(Problem, match="at least four"):
        learning_curve(values)
