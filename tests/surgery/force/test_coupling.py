"""Passivity of the virtual coupling, and settings that would not be safe."""

import math

import msgspec
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from abaton.core.errors import Problem
from abaton.surgery.force import rendering
from abaton.surgery.force.coupling import FORCE_GONE_S, Coupling, coupling, stiffest_passive
from abaton.surgery.force.device import Limits
from abaton.surgery.force.model import LocalModel
from abaton.surgery.force.simulated import SIMULATED, swing

UP = np.array([0.0, 0.0, 1.0])


@given(st.floats(0.1, 20), st.floats(-5, 5), st.floats(0.0002, 0.002))
def test_the_stiffest_is_where_device_damping_is_kt_half_and_b(device: float, virtual: float, period: float) -> None:
    found = stiffest_passive(Limits(8.0, device, 0.1), virtual, period)
    assert found * period / 2 + abs(virtual) == pytest.approx(device)


@given(st.floats(0.2, 20), st.floats(-0.1, 0.1))
def test_at_the_bound_it_is_refused_and_just_below_it_is_made(device: float, virtual: float) -> None:
    limits = Limits(8.0, device, 0.1)
    bound = stiffest_passive(limits, virtual, 0.001)
    assert coupling(limits, bound * 0.999, virtual).stiffness_n_m == bound * 0.999
    with pytest.raises(Problem) as told:
        coupling(limits, bound, virtual)
    assert told.value.code == "coupling_not_passive"
    assert coupling(limits, None, virtual).stiffness_n_m == pytest.approx(min(2000.0, 0.8 * bound))


def test_more_virtual_damping_than_the_device_has_is_never_passive() -> None:
    with pytest.raises(Problem, match="below 0 N/m"):
        coupling(SIMULATED, None, 1.6)


@pytest.mark.parametrize("broken", [math.nan, math.inf, 0.0, -1.0])
@pytest.mark.parametrize("field", ["force_n", "damping_n_s_m", "mass_kg"])
def test_limits_that_are_no_limits_are_refused(field: str, broken: float) -> None:
    with pytest.raises(Problem):
        coupling(msgspec.structs.replace(SIMULATED, **{field: broken}))


def energy_given(stiffness_n_m: float) -> float:
    """What a wall of a coupling alone gives a free handle thrown at it, beyond what it was given, J."""
    limits = Limits(50.0, 0.5, 0.09)
    made = Coupling(stiffness_n_m, 0.0, 0.001, limits, controlled=False)
    state, force = rendering.start(made), np.zeros(3)
    model = LocalModel(np.zeros(3), UP, np.zeros(3), 1e9 * np.eye(3))
    moving, worst, work = np.array([0, 0, 0.001, 0, 0, -0.1]), 0.0, 0.0
    numbers = np.array([limits.mass_kg, limits.damping_n_s_m, 0, 0])
    for n in range(300):
        state, force = rendering.tick(state, model.words(n * 0.001), np.array([*moving, n]), made.words(), n * 0.001)
        state[46] = 1.0  # From the first touch on, with no ramp.
        before = moving
        moving, done = swing(moving, force, np.zeros(3), np.zeros(3), numbers, 0.001, 20)
        way = moving[2] - before[2]
        work += done - limits.damping_n_s_m * way**2 / 0.001
        worst = max(worst, work)
    return worst


def test_colgates_bound_tells_walls_that_give_energy_from_those_that_do_not() -> None:
    bound = 2 * 0.5 / 0.001
    assert energy_given(0.8 * bound) < 1e-6
    assert energy_given(8 * bound) > 1e-5


@pytest.mark.parametrize(
    "slow",
    [{"device_silence_s": 0.02}, {"ramp_down_s": 0.01}, {"period_s": 0.004}, {"device_silence_s": math.nan},
     {"ramp_down_s": 0.0}, {"device_silence_s": -1.0}],
)  # fmt: skip
def test_what_would_leave_a_force_beyond_10_ms_can_not_be_made(slow: dict[str, float]) -> None:
    with pytest.raises(Problem) as told:
        msgspec.structs.replace(coupling(SIMULATED), **slow)
    assert told.value.code == "coupling_too_slow"


@settings(max_examples=40)
@example(2**-9, 1.0, 2**-7, True)
@given(st.floats(0.0002, 0.002), st.floats(0, 1), st.floats(0.0005, 0.01), st.booleans())
def test_whatever_can_be_made_has_no_force_10_ms_after_the_last_word(
    period: float, phase: float, ramp: float, scene: bool
) -> None:
    most = FORCE_GONE_S - period - ramp
    if most <= 1e-5:
        return
    made = Coupling(500.0, 0.0, period, SIMULATED, device_silence_s=most * 0.999, ramp_down_s=ramp, ramp_up_s=0.001)
    model = LocalModel(np.zeros(3), UP, np.zeros(3), 500 * np.eye(3), silence_s=0.005)
    sample = np.array([0, 0, -0.004, 0, 0, 0, 0.0])
    state, force, last, now = rendering.start(made), np.zeros(3), 0.0, 0.0
    stamped = model.words(0.0)
    for n in range(40):
        now = n * period
        sample[6] = n
        stamped = model.words(now - phase * period if scene else now)
        last = now - phase * period if scene else now
        state, force = rendering.tick(state, stamped, sample, made.words(), now)
    # Words that come older than the scene may be silent move nothing from the first.
    late_s = phase * period - min(model.silence_s, made.scene_silence_s) if scene else -period
    if abs(late_s) > 1e-9:
        assert (np.linalg.norm(force) > 0.5) == (late_s < 0)
    while now + period <= last + FORCE_GONE_S + 1e-9:
        now += period
        if scene:
            sample[6] += 1
        else:
            stamped = model.words(now)
        state, force = rendering.tick(state, stamped, sample, made.words(), now)
    # The force that is on the hand when 10 ms are over.
    assert np.linalg.norm(force) < 1e-9
