"""The force loop's tick, without clock or process."""

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abaton.core.errors import Problem
from abaton.surgery.force import rendering
from abaton.surgery.force.coupling import Coupling, coupling
from abaton.surgery.force.device import Limits
from abaton.surgery.force.model import LocalModel, half_space
from abaton.surgery.force.simulated import SIMULATED, swing

UP = np.array([0.0, 0.0, 1.0])
T = 0.001


def wall(stiffness_n_m: float) -> LocalModel:
    return LocalModel(np.zeros(3), UP, np.zeros(3), stiffness_n_m * np.eye(3))


def feel(made: Coupling, model: LocalModel, at_m: np.ndarray, ticks: int = 200) -> tuple[np.ndarray, np.ndarray]:
    state, force = rendering.start(made), np.zeros(3)
    for n in range(ticks):
        sample = np.array([*at_m, 0, 0, 0, n], dtype=np.float64)
        state, force = rendering.tick(state, model.words(n * T), sample, made.words(), n * T)
    return state, force


def test_two_springs_in_a_row() -> None:
    made = msgspec.structs.replace(coupling(SIMULATED, 1000.0), controlled=False)
    _, force = feel(made, wall(500.0), np.array([0, 0, -0.003]))
    np.testing.assert_allclose(force, [0, 0, 0.003 * 1000 * 500 / 1500], atol=1e-9)


def test_tissue_never_pulls_and_force_is_never_above_the_limit() -> None:
    made = msgspec.structs.replace(coupling(SIMULATED), controlled=False)
    np.testing.assert_array_equal(feel(made, wall(500.0), np.array([0, 0, 0.003]))[1], np.zeros(3))
    assert np.linalg.norm(feel(made, wall(1e5), np.array([0, 0, -0.05]))[1]) == pytest.approx(SIMULATED.force_n)


@pytest.mark.parametrize("what", ["device hangs", "not finite", "leaps", "physics silent"])
def test_force_is_zero_within_10_ms_without_a_leap(what: str) -> None:
    made = msgspec.structs.replace(coupling(SIMULATED), controlled=False)
    model = half_space(np.zeros(3), UP, 20e3, 0.45, 0.005)
    state, force = feel(made, model, np.array([0, 0, -0.004]))
    first = float(np.linalg.norm(force))
    assert first > 0.5
    sizes = [first]
    for n in range(200, 210):
        deep = {"not finite": math.nan, "leaps": -0.1}.get(what, -0.004)
        number = 199 if what == "device hangs" else n
        stamp = 0.199 if what == "physics silent" else n * T
        sample = np.array([0, 0, deep, 0, 0, 0, number])
        state, force = rendering.tick(state, model.words(stamp), sample, made.words(), n * T)
        sizes.append(float(np.linalg.norm(force)))
    assert sizes[-2] == 0.0
    assert np.max(np.abs(np.diff(sizes))) < 0.6 * first
    assert rendering.told(state).faults > 0


def press(made: Coupling, limits: Limits, stiffness_n_m: float, hand: tuple[float, float, float]) -> rendering.Told:
    state = rendering.start(made)
    moving, force = np.array([0.0, 0, 0.002, 0, 0, 0]), np.zeros(3)
    numbers = np.array([limits.mass_kg, limits.damping_n_s_m, hand[0], hand[1]])
    model = wall(stiffness_n_m)
    for n in range(1500):
        goal = np.array([0, 0, 0.004 * math.cos(2 * math.pi * hand[2] * n * T)])
        moving, _ = swing(moving, force, goal, np.zeros(3), numbers, T, 10)
        sample = np.array([*moving, n])
        state, force = rendering.tick(state, model.words(n * T), sample, made.words(), n * T)
        assert np.linalg.norm(force) <= limits.force_n + 1e-12
    return rendering.told(state)


@settings(max_examples=12)
@given(st.floats(50, 5000), st.tuples(st.floats(50, 1000), st.floats(0.5, 20), st.floats(0.3, 5)))
def test_walls_stay_passive_under_any_hand(stiffness_n_m: float, hand: tuple[float, float, float]) -> None:
    assert press(coupling(SIMULATED), SIMULATED, stiffness_n_m, hand).violations == 0


def test_what_is_not_passive_is_refused_and_seen() -> None:
    weak = Limits(force_n=8.0, damping_n_s_m=0.05, mass_kg=0.09)
    with pytest.raises(Problem, match="a stiffness below 100 N/m"):
        coupling(weak, 2000.0)
    wild = Coupling(2000.0, 0.0, T, weak, controlled=False)
    assert press(wild, weak, 1e5, (100.0, 0.0, 1.0)).violations > 0


def test_the_same_inputs_give_the_same_bits() -> None:
    made = coupling(SIMULATED)
    one, two = (feel(made, wall(700.0), np.array([1e-3, 0, -2e-3]))[0] for _ in range(2))
    np.testing.assert_array_equal(one, two)
