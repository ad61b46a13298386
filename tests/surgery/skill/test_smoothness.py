"""Smoothness against closed forms and published values (Balasubramanian et al. 2015)."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.surgery.skill.smoothness import ldlj, low_passed, sparc

Array = NDArray[np.float64]


def reach(rate_hz: float, duration_s: float = 1.0, length_m: float = 1.0) -> Array:
    share = np.arange(round(duration_s * rate_hz) + 1) / (duration_s * rate_hz)
    course = length_m * share**3 * (10 - 15 * share + 6 * share**2)
    return np.column_stack([course, 0 * course, 0 * course])


def speed(position: Array, rate_hz: float) -> Array:
    return np.linalg.norm(np.gradient(position, 1 / rate_hz, axis=0), axis=1)


def test_a_minimum_jerk_reach_has_its_closed_form() -> None:
    # 720 D^2 / T^5 over (1.875 D / T)^2 times T^3
    assert ldlj(reach(1000), 1000) == pytest.approx(-math.log(204.8), abs=0.02)


def test_a_minimum_jerk_reach_has_the_published_spectral_arc_length() -> None:
    assert sparc(speed(reach(100), 100), 100) == pytest.approx(-1.401, abs=0.01)


@given(st.floats(0.5, 4), st.floats(0.01, 0.5))
def test_ldlj_depends_neither_on_length_nor_on_duration(duration_s: float, length_m: float) -> None:
    assert ldlj(reach(500, duration_s, length_m), 500) == pytest.approx(ldlj(reach(500), 500), abs=0.15)


@given(st.floats(0.01, 10))
def test_sparc_does_not_depend_on_the_speed(scale: float) -> None:
    profile = speed(reach(100), 100)
    assert sparc(profile * scale, 100) == pytest.approx(sparc(profile, 100), abs=1e-9)


def test_two_reaches_and_a_tremor_are_less_smooth_than_one_reach() -> None:
    one = reach(200, 2.0)
    two = np.concatenate([reach(200, 1.0, 0.5), 0.5 * np.array([1, 0, 0]) + reach(200, 1.0, 0.5)[1:]])
    shaken = one + 0.002 * np.sin(2 * math.pi * 9 * np.arange(len(one)) / 200)[:, None]
    for worse in (two, shaken):
        assert ldlj(worse, 200) < ldlj(one, 200)
        assert sparc(speed(worse, 200), 200) < sparc(speed(one, 200), 200)


def test_the_low_pass_keeps_the_hand_and_drops_the_noise() -> None:
    rng = np.random.default_rng(0)
    clean = reach(100, 3.0)
    noisy = clean + rng.normal(0, 0.001, clean.shape)
    assert np.abs(low_passed(clean, 100) - clean).max() < 2e-4
    assert np.std(low_passed(noisy, 100) - clean) < 0.6 * np.std(noisy - clean)


@pytest.mark.parametrize("samples", [np.zeros((3, 3)), np.full((50, 3), math.nan), np.zeros((50, 3))])
def test_what_cannot_be_measured_is_told(samples: Array) -> None:
    with pytest.raises(Problem) as problem:
        ldlj(samples, 100)
    assert problem.value.code == "motion_unmeasurable"
    with pytest.raises(Problem):
        sparc(samples[:, 0], 100)
