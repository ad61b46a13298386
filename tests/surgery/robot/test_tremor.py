"""Tremor filters on motions that none was tuned on."""

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import signal

from abaton.surgery.robot import hand
from abaton.surgery.robot.tremor import (
    NoFilter,
    OscillatorBank,
    TremorFilter,
    fourier_combiner,
    low_pass,
    oscillator_bank,
)

Array = NDArray[np.float64]
RATE_HZ = 1000.0
SETTLED = 2000
FILTERS: list[TremorFilter] = [NoFilter(), low_pass(RATE_HZ), fourier_combiner(RATE_HZ), oscillator_bank(RATE_HZ)]


def run(a_filter: TremorFilter, motion: Array) -> Array:
    memory = a_filter.start(motion[0])
    output = np.empty_like(motion)
    for n, sample in enumerate(motion):
        memory, output[n] = a_filter.step(memory, sample)
    return output


def drawing(seconds: float) -> Array:
    """Rounds and eights of a hand that never rests, up to 1.4 Hz: nothing like the reaches of `hand`."""
    t = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    return np.stack(
        [
            12 * np.sin(2 * math.pi * 0.7 * t),
            8 * np.sin(2 * math.pi * 1.4 * t + 0.5),
            5 * np.sin(2 * math.pi * 0.23 * t) + 2 * np.cos(2 * math.pi * 1.1 * t),
        ],
        axis=1,
    )


def in_band(motion: Array) -> float:
    scipy_signal: Any = signal
    band = scipy_signal.butter(4, (6.0, 16.0), "bandpass", fs=RATE_HZ, output="sos")
    passed: Array = scipy_signal.sosfiltfilt(band, motion, axis=0)
    return float(np.sqrt(np.mean(passed[SETTLED:] ** 2)))


def error(output: Array, meant: Array) -> float:
    return float(np.sqrt(np.mean((output - meant)[SETTLED:] ** 2)))


def lag_s(output: Array, meant: Array) -> float:
    ends = slice(SETTLED, len(meant) - 200)
    misfits = [np.mean((np.roll(output, -lag, axis=0) - meant)[ends] ** 2) for lag in range(100)]
    return float(np.argmin(misfits)) / RATE_HZ


@pytest.mark.parametrize("seed", range(3))
def test_the_bank_takes_tremor_away_and_delays_nothing(seed: int) -> None:
    rng = np.random.default_rng(1000 + seed)
    meant = drawing(12)
    shaken = meant + hand.tremor(rng, len(meant), RATE_HZ) + rng.normal(0, 0.003, meant.shape)
    output = run(oscillator_bank(RATE_HZ), shaken)
    assert in_band(output) < 0.2 * in_band(shaken)
    assert error(output, meant) < 0.5 * error(shaken, meant)
    assert lag_s(output, meant) <= 0.010


def test_a_low_pass_lags_and_is_worse_than_none() -> None:
    rng = np.random.default_rng(1)
    meant = drawing(8)
    shaken = meant + hand.tremor(rng, len(meant), RATE_HZ)
    output = run(low_pass(RATE_HZ), shaken)
    assert in_band(output) < 0.5 * in_band(shaken)
    assert lag_s(output, meant) > 0.020
    assert error(output, meant) > error(shaken, meant)


def test_the_combiner_takes_part_of_a_steady_tremor_away() -> None:
    t = np.arange(8000) / RATE_HZ
    shaken = 0.1 * np.sin(2 * math.pi * 9.3 * t)[:, None] * np.ones(3)
    assert error(run(fourier_combiner(RATE_HZ), shaken), np.zeros_like(shaken)) < 0.4 * error(shaken, 0 * shaken)


def test_the_bank_names_the_frequency() -> None:
    bank = oscillator_bank(RATE_HZ)
    assert isinstance(bank, OscillatorBank)
    t = np.arange(4000) / RATE_HZ
    motion = 0.1 * np.sin(2 * math.pi * 9.0 * t)[:, None] * np.ones(3)
    memory = bank.start(motion[0])
    for sample in motion:
        memory, _ = bank.step(memory, sample)
    assert bank.frequency_hz(memory) == pytest.approx(9.0, abs=0.3)


@pytest.mark.parametrize("a_filter", FILTERS, ids=lambda f: f.name)
def test_a_hand_at_rest_stays_where_it_is(a_filter: TremorFilter) -> None:
    still = np.full((500, 3), [3.0, -2.0, 40.0])
    np.testing.assert_allclose(run(a_filter, still), still, atol=1e-9)


@pytest.mark.parametrize("a_filter", FILTERS, ids=lambda f: f.name)
def test_a_restored_memory_goes_on_bit_for_bit(a_filter: TremorFilter) -> None:
    rng = np.random.default_rng(3)
    motion = hand.reaches(rng, 400, RATE_HZ) + hand.tremor(rng, 400, RATE_HZ)
    whole = run(a_filter, motion)
    memory = a_filter.start(motion[0])
    for sample in motion[:200]:
        memory, _ = a_filter.step(memory, sample)
    kept = memory.copy()
    rest: list[Array] = []
    for sample in motion[200:]:
        kept, output = a_filter.step(kept, sample)
        rest.append(output)
    assert np.array_equal(np.array(rest), whole[200:])


def test_reaches_begin_at_rest_and_are_the_same_for_a_seed() -> None:
    first = hand.reaches(np.random.default_rng(5), 3000, RATE_HZ)
    again = hand.reaches(np.random.default_rng(5), 3000, RATE_HZ)
    assert np.array_equal(first, again)
    assert np.abs(np.diff(first[:10], axis=0)).max() < 1e-3
    # The fastest a reach can be: 1.875 of its length over its time.
    assert np.abs(np.diff(first, axis=0)).max() * RATE_HZ <= 1.875 * 20 / 0.4 * 1.01


def test_tremor_lies_in_its_band() -> None:
    motion = hand.tremor(np.random.default_rng(9), 20000, RATE_HZ)
    assert in_band(motion) == pytest.approx(float(np.sqrt(np.mean(motion[SETTLED:] ** 2))), rel=0.05)
