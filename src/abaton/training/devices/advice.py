"""Whether an ECG is to be shocked: how much of a sine it is, how fast and how tall, over some seconds."""

import math
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.core.errors import Problem

LEAKAGE: Final = 0.625
"""A leakage below it is fibrillation (Kuo and Dillman 1978, threshold of Jekova 2000; recalled, to be checked)."""
LEAST_MV: Final = 0.2
"""From peak to peak; below 0.2 mV it is fine fibrillation or asystole (Kerber 1997, recalled, to be checked)."""
LEAST_PER_MIN: Final = 150.0
"""Slower waves are not shocked (rapid ventricular tachycardia after Kerber 1997, recalled, to be checked)."""
LEAST_S: Final = 3.0


class Advice(msgspec.Struct, frozen=True):
    """What an analysis found.

    Attributes:
        shockable: Whether a shock is advised.
        leakage: 0 a pure sine to 1 spikes.
        rate_per_min: Of the waves, by the mean slope.
        height_mv: From the 2nd to the 98th percentile.
    """

    shockable: bool
    leakage: float
    rate_per_min: float
    height_mv: float


def advice_of(ecg_mv: NDArray[Any], per_second: float) -> Advice:
    """The analysis of a strip.

    With V the strip less its mean, the mean half period is N = pi sum|V(i)| / sum|V(i) - V(i-1)| samples, and the
    leakage of the filter tuned to it is sum|V(i) + V(i-N)| / sum(|V(i)| + |V(i-N)|) (Kuo and Dillman 1978, equations
    recalled, to be checked): a sine leaves nothing, QRS complexes with rest between them leave nearly all.

    Args:
        ecg_mv: (n,) mV of one lead.
        per_second: Samples a second.

    Raises:
        Problem: Fewer than 3 s, or not numbers.
    """
    strip = np.asarray(ecg_mv, np.float64)
    if strip.ndim != 1 or len(strip) < LEAST_S * per_second or not np.isfinite(strip).all():
        raise Problem(
            "ecg_strip", f"a strip of shape {strip.shape}", f"{LEAST_S:g} s or more of numbers", "Wait for it."
        )
    strip = _smoothed(strip - strip.mean(), per_second)
    low, high = np.percentile(strip, [2, 98])
    height, moving = float(high - low), float(np.abs(np.diff(strip)).sum())
    if height < 1e-6 or moving == 0.0:
        return Advice(shockable=False, leakage=1.0, rate_per_min=0.0, height_mv=height)
    half = math.pi * float(np.abs(strip).sum()) / moving
    lag = min(max(1, round(half)), len(strip) // 2)
    now, before = strip[lag:], strip[:-lag]
    leakage = float(np.abs(now + before).sum() / (np.abs(now) + np.abs(before)).sum())
    rate = 60.0 * per_second / (2.0 * half)
    shockable = leakage < LEAKAGE and height >= LEAST_MV and rate >= LEAST_PER_MIN
    return Advice(shockable, leakage, rate, height)


def _smoothed(strip: NDArray[np.float64], per_second: float) -> NDArray[np.float64]:
    """Without noise above some 20 Hz: the mean over 24 ms."""
    width = max(1, round(0.024 * per_second))
    return np.convolve(strip, np.full(width, 1.0 / width), mode="valid")
