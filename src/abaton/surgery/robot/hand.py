"""Motions of a made-up hand: what it means to do, and the tremor that rides on it."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from abaton.surgery.robot.tremor import TREMOR_BAND_HZ

Array = NDArray[np.float64]

_FREQUENCY_WANDER = 0.3  # Hz in a second, as a random walk
_AMPLITUDE_WANDER = 0.3  # of the amplitude, as a standard deviation of its logarithm
_AMPLITUDE_MEMORY_S = 0.5


def reaches(rng: np.random.Generator, samples: int, rate_hz: float, longest_mm: float = 20.0, axes: int = 3) -> Array:
    """Reaches from point to point with rests between, each of minimum jerk (Flash and Hogan 1985), (samples, axes), mm.

    Args:
        rng: Where chance comes from.
        samples: How many.
        rate_hz: Of the samples.
        longest_mm: Along each axis; a reach takes 0.4 to 1.5 s.
        axes: How many.
    """
    motion = np.zeros((samples, axes))
    here = np.zeros(axes)
    begun = 0
    while begun < samples:
        length = max(2, int(rng.uniform(0.4, 1.5) * rate_hz))
        reach = rng.uniform(-longest_mm, longest_mm, axes)
        share = np.arange(min(length, samples - begun)) / length
        course = share**3 * (10 - 15 * share + 6 * share**2)
        motion[begun : begun + len(share)] = here + course[:, None] * reach
        here = here + reach
        begun += length
        rest = int(rng.uniform(0, 0.4) * rate_hz)
        motion[begun : begun + rest] = here
        begun += rest
    return motion


def tremor(rng: np.random.Generator, samples: int, rate_hz: float, amplitude_mm: float = 0.1, axes: int = 3) -> Array:
    """A tremor of wandering frequency and amplitude, (samples, axes), mm; the axes share its frequency.

    Args:
        rng: Where chance comes from.
        samples: How many.
        rate_hz: Of the samples.
        amplitude_mm: Of the sine, in the middle.
        axes: How many.
    """
    low, high = TREMOR_BAND_HZ
    wander = rng.normal(0, _FREQUENCY_WANDER / math.sqrt(rate_hz), samples)
    frequency = np.clip(rng.uniform(low, high) + np.cumsum(wander), low, high)
    phase = 2 * math.pi * np.cumsum(frequency) / rate_hz
    decay = math.exp(-1 / (rate_hz * _AMPLITUDE_MEMORY_S))
    drive = rng.normal(0, _AMPLITUDE_WANDER * math.sqrt(1 - decay**2), (samples, axes))
    level = np.asarray(signal.lfilter([1.0], [1.0, -decay], drive, axis=0))
    return amplitude_mm * np.exp(level) * np.sin(phase[:, None] + rng.uniform(0, 2 * math.pi, axes))
