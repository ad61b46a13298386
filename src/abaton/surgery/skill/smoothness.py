"""How smooth a motion is, by two measures that do not depend on its length or duration."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from abaton.core.errors import Problem

Array = NDArray[np.float64]

SPARC_CUTOFF_HZ = 10.0
SPARC_THRESHOLD = 0.05
SPARC_PADDING = 4


def low_passed(position_m: Array, rate_hz: float, cutoff_hz: float = 10.0) -> Array:
    """The motion without what the tracker adds: Butterworth of fourth order, forwards and backwards, (n, 3).

    Raises:
        Problem: Fewer samples than the filter needs, values that are not finite, or no rate.
    """
    _check(position_m, 16, rate_hz)
    scipy_signal: Any = signal
    sections = scipy_signal.butter(4, min(cutoff_hz, 0.45 * rate_hz), fs=rate_hz, output="sos")
    return scipy_signal.sosfiltfilt(sections, position_m, axis=0)


def ldlj(position_m: Array, rate_hz: float) -> float:
    """Log dimensionless jerk of velocity: -ln(T^3 / v_peak^2 * integral |jerk|^2 dt); nearer to 0 is smoother.

    Balasubramanian, Melendez-Calderon, Roby-Brami, Burdet 2015, J Neuroeng Rehabil 12:112, equation 8. A minimum jerk
    motion has -ln(204.8) = -5.32.

    Args:
        position_m: (n, 3).
        rate_hz: Of the samples.

    Raises:
        Problem: Fewer than five samples, values that are not finite, no rate, or no motion.
    """
    _check(position_m, 5, rate_hz)
    velocity = np.gradient(position_m, 1 / rate_hz, axis=0, edge_order=2)
    jerk = np.gradient(np.gradient(velocity, 1 / rate_hz, axis=0, edge_order=2), 1 / rate_hz, axis=0, edge_order=2)
    peak = float(np.linalg.norm(velocity, axis=1).max())
    if peak < 1e-9:
        raise _unmeasurable("a motion without speed", "a tool that moved")
    duration = (len(position_m) - 1) / rate_hz
    squared = float(np.trapezoid((jerk**2).sum(axis=1), dx=1 / rate_hz))
    return -math.log(duration**3 / peak**2 * squared)


def sparc(speed_m_s: Array, rate_hz: float) -> float:
    """Spectral arc length of a speed profile; nearer to 0 is smoother; a minimum jerk reach has about -1.40.

    Balasubramanian et al. 2015, equation 9: the length of the normalised magnitude spectrum up to 10 Hz or to where it
    stays below 0.05, with four times zero padding.

    Args:
        speed_m_s: (n,).
        rate_hz: Of the samples.

    Raises:
        Problem: Fewer than five samples, values that are not finite, no rate, or no motion.
    """
    _check(speed_m_s, 5, rate_hz)
    length = 2 ** (math.ceil(math.log2(len(speed_m_s))) + SPARC_PADDING)
    spectrum = np.abs(np.fft.rfft(speed_m_s, length))
    if spectrum.max() < 1e-12:
        raise _unmeasurable("a motion without speed", "a tool that moved")
    spectrum = spectrum / spectrum.max()
    frequency = np.fft.rfftfreq(length, 1 / rate_hz)
    spectrum = spectrum[frequency <= SPARC_CUTOFF_HZ]
    frequency = frequency[frequency <= SPARC_CUTOFF_HZ]
    above = np.flatnonzero(spectrum >= SPARC_THRESHOLD)
    spectrum, frequency = spectrum[above[0] : above[-1] + 1], frequency[above[0] : above[-1] + 1]
    if len(frequency) < 2:
        return 0.0
    share = np.diff(frequency) / (frequency[-1] - frequency[0])
    return -float(np.sqrt(share**2 + np.diff(spectrum) ** 2).sum())


def _check(samples: Array, least: int, rate_hz: float) -> None:
    if not 0 < rate_hz < math.inf:
        raise _unmeasurable(f"{rate_hz} samples a second", "a finite rate above 0")
    if len(samples) < least:
        raise _unmeasurable(f"{len(samples)} samples", f"at least {least}")
    if not np.isfinite(samples).all():
        raise _unmeasurable("samples that are not finite", "finite numbers")


def _unmeasurable(got: str, expected: str) -> Problem:
    return Problem(
        "motion_unmeasurable",
        got=got,
        expected=expected,
        next_step="Record the motion for longer, or leave the times without tracking out.",
    )
