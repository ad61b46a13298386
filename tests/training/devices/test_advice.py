"""Analysis of an ECG for shocks: closed forms, and every rhythm as the sensors show it."""

import math

import numpy as np
import pytest

from abaton.core.errors import Problem
from abaton.training.devices.advice import advice_of
from abaton.training.physiology.engine import advance, begin, set_rhythm
from abaton.training.physiology.influences import INFLUENCES, Support
from abaton.training.physiology.person import Person
from abaton.training.physiology.rhythm import SHOCKABLE, Rhythm
from abaton.training.physiology.vitals import vitals_of
from abaton.training.sensors.ecg import electrodes, trace

TIME_S = np.arange(0, 8, 1 / 250)


@pytest.mark.parametrize("hertz", [3.0, 4.0, 5.0, 6.0])
def test_a_sine_leaves_nothing_and_has_its_own_rate(hertz: float):
    found = advice_of(np.sin(2 * math.pi * hertz * TIME_S), 250.0)
    assert found.leakage < 0.08
    assert found.rate_per_min == pytest.approx(60 * hertz, rel=0.03)
    assert found.height_mv == pytest.approx(2.0, rel=0.1)
    assert found.shockable


def test_spikes_with_rest_between_leave_nearly_all():
    spikes = np.exp(-(((TIME_S % 0.8) - 0.4) ** 2) / (2 * 0.02**2))
    found = advice_of(spikes, 250.0)
    assert found.leakage > 0.7
    assert not found.shockable


def test_fine_waves_and_slow_waves_are_not_shocked():
    assert not advice_of(0.08 * np.sin(2 * math.pi * 4 * TIME_S), 250.0).shockable
    assert not advice_of(np.sin(2 * math.pi * 2 * TIME_S), 250.0).shockable
    assert not advice_of(np.zeros(2000), 250.0).shockable


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("rhythm", list(Rhythm))
def test_every_rhythm_at_the_bed_is_told_right(rhythm: Rhythm, seed: int):
    body, leads = set_rhythm(begin(Person()), rhythm), electrodes(seed)
    strip: list[np.ndarray] = []
    for _ in range(10):
        body, course = advance(body, np.zeros(len(INFLUENCES)), Support(), 1000, 8)
        leads, ecg_mv = trace(leads, course, vitals_of(body))
        strip.append(ecg_mv[:, 1])
    assert advice_of(np.concatenate(strip)[500:], 250.0).shockable == (rhythm in SHOCKABLE)


@pytest.mark.parametrize("strip", [np.zeros(100), np.full(2000, np.nan), np.zeros((1000, 2))])
def test_what_is_no_strip_is_refused(strip: np.ndarray):
    with pytest.raises(Problem):
        advice_of(strip, 250.0)
