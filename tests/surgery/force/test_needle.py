"""A needle against its formula, and its energy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abaton.surgery.force.needle import CAPSULE, FAT, LIVER, SKIN, NeedleState, advance, depth_at, tip_force

LAYERS = (SKIN, FAT, CAPSULE, LIVER)


def test_before_puncture_it_is_the_formula_and_it_gives_way_at_its_force() -> None:
    state, depth = NeedleState(), 0.0
    before = state
    while not state.punctured:
        depth += 1e-5
        before, state = state, advance(LAYERS, state, depth, 0.001)
        if not state.punctured:
            assert -state.force_n == pytest.approx(SKIN.a1_n_m * depth + SKIN.a2_n_m2 * depth**2)
    assert state.event == "skin"
    assert -before.force_n == pytest.approx(SKIN.puncture_n, abs=0.01)
    assert tip_force(SKIN, depth_at(SKIN, 1.3)) == pytest.approx(1.3)


def test_the_way_back_costs_friction_only() -> None:
    state = NeedleState()
    for depth in np.arange(0, 0.04, 1e-5):
        state = advance(LAYERS, state, depth, 0.001)
    assert state.punctured == 4
    inwards = state.force_n
    for depth in np.arange(0.04, 0.02, -1e-5):
        state = advance(LAYERS, state, depth, 0.001)
    assert inwards < -LIVER.cutting_n
    assert state.force_n > 0


@settings(max_examples=50)
@given(st.lists(st.floats(-0.01, 0.06), min_size=2, max_size=12))
def test_energy_is_never_created(turns: list[float]) -> None:
    state, work = NeedleState(tip_m=-0.01), 0.0
    for turn in turns:
        for depth in np.linspace(state.tip_m, turn, 40)[1:]:
            before = state
            state = advance(LAYERS, state, float(depth), 0.001)
            work -= state.force_n * (state.tip_m - before.tip_m)
            assert work >= state.stored_j - 1e-9
