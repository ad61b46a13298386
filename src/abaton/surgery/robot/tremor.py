"""Filters that take a hand's tremor away without holding the hand back.

Physiological tremor of a surgeon's hand lies between 8 and 12 Hz, some tenths of a millimetre wide; what the hand means
to do lies below about 4 Hz. A low-pass filter between the two delays the hand. The others here model the tremor instead
and subtract it. Each is a struct of constants with `start` and `step`; what it remembers is one array, so that it can
be recorded, restored and replayed.

Lengths are in millimetres.
"""

import math
from typing import Protocol

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import linalg, signal

from abaton.core.kernels import kernel

Array = NDArray[np.float64]

TREMOR_BAND_HZ = (8.0, 12.0)


class TremorFilter(Protocol):
    """What every filter does."""

    @property
    def name(self) -> str:
        """As in tables and settings."""
        ...

    def start(self, position_mm: ArrayLike) -> Array:
        """What the filter remembers of a hand that has been still at a position, (3,)."""
        ...

    def step(self, memory: Array, position_mm: ArrayLike) -> tuple[Array, Array]:
        """The memory after one more sample, (3,), and the position without tremor, (3,)."""
        ...


class NoFilter(msgspec.Struct, frozen=True):
    """Gives back what it gets; what the others are measured against."""

    name: str = "none"

    def start(self, position_mm: ArrayLike) -> Array:
        """See `TremorFilter`."""
        del position_mm
        return np.zeros(0)

    def step(self, memory: Array, position_mm: ArrayLike) -> tuple[Array, Array]:
        """See `TremorFilter`."""
        return memory, np.array(position_mm, dtype=np.float64)


class LowPass(msgspec.Struct, frozen=True, eq=False):
    """Butterworth filter in second-order sections, the plain remedy.

    Attributes:
        sections: (n, 6), as SciPy gives them.
    """

    sections: Array
    name: str = "low-pass"

    def start(self, position_mm: ArrayLike) -> Array:
        """See `TremorFilter`; (sections, 2, 3)."""
        steady = np.asarray(signal.sosfilt_zi(self.sections))
        return steady[:, :, None] * np.asarray(position_mm, dtype=np.float64)

    def step(self, memory: Array, position_mm: ArrayLike) -> tuple[Array, Array]:
        """See `TremorFilter`."""
        return filter_sections(self.sections, memory, np.asarray(position_mm, dtype=np.float64))


class FourierCombiner(msgspec.Struct, frozen=True, eq=False):
    """Weighted-frequency Fourier linear combiner (Riviere, Rader, Thakor 1998), one for each axis.

    A sine whose frequency and amplitude follow the band-passed motion by least mean squares; a second combiner at that
    frequency fits the amplitude to the raw motion, and its sine is subtracted.

    Attributes:
        sections: Band-pass before the frequency's search, (n, 6).
        rate_hz: Of the samples.
        frequency_gain: Step of the frequency's search.
        amplitude_gain: Step of both amplitudes.
    """

    sections: Array
    rate_hz: float
    frequency_gain: float = 3e-5
    amplitude_gain: float = 0.002
    name: str = "WFLC"

    def start(self, position_mm: ArrayLike) -> Array:
        """See `TremorFilter`; rows of phase, frequency, four weights and the mean, then the band-pass."""
        position = np.asarray(position_mm, dtype=np.float64)
        memory = np.zeros((7 + 2 * len(self.sections), 3))
        memory[1] = 2 * math.pi * sum(TREMOR_BAND_HZ) / 2 / self.rate_hz
        memory[6] = position
        band = np.asarray(signal.sosfilt_zi(self.sections))[:, :, None] * position
        memory[7:] = band.reshape(-1, 3)
        return memory

    def step(self, memory: Array, position_mm: ArrayLike) -> tuple[Array, Array]:
        """See `TremorFilter`."""
        position = np.asarray(position_mm, dtype=np.float64)
        return _combine(self.sections, memory, position, self.frequency_gain, self.amplitude_gain, self.rate_hz)


class OscillatorBank(msgspec.Struct, frozen=True, eq=False):
    """Kalman filters that each hold the tremor to be of another frequency, weighted by how well each foretells.

    Each filter's state is the hand's position, velocity and acceleration, driven by random jerk, and the two phases of
    an oscillator of random amplitude. Its gain is the steady one, so that a step is a few multiplications. The weights
    are Bayes' (Magill 1965, multiple-model estimation) over innovations forgotten with a time constant, shared by the
    three axes since one hand trembles at one frequency. Nothing is delayed: the hand's part is an estimate of now.

    Attributes:
        transitions: (n, 5, 5), a filter's state from sample to sample.
        gains: (n, 5), steady Kalman gains.
        variances: (n,), of the innovations, mm^2.
        forgetting: By which past innovations count less from sample to sample.
        frequencies_hz: (n,), what each filter holds the tremor to be.
    """

    transitions: Array
    gains: Array
    variances: Array
    forgetting: float
    frequencies_hz: Array
    name: str = "oscillator bank"

    def start(self, position_mm: ArrayLike) -> Array:
        """See `TremorFilter`; (n, 16): five states of each axis, then the sum of squared innovations."""
        memory = np.zeros((len(self.frequencies_hz), 16))
        memory[:, 0:15:5] = np.asarray(position_mm, dtype=np.float64)
        return memory

    def step(self, memory: Array, position_mm: ArrayLike) -> tuple[Array, Array]:
        """See `TremorFilter`."""
        position = np.asarray(position_mm, dtype=np.float64)
        return _weigh(self.transitions, self.gains, self.variances, self.forgetting, memory, position)

    def frequency_hz(self, memory: Array) -> float:
        """Which frequency the tremor seems to have."""
        weights = np.exp((memory[:, 15].min() - memory[:, 15]) / 2)
        return float(weights @ self.frequencies_hz / weights.sum())


def low_pass(rate_hz: float, cutoff_hz: float = 5.0) -> LowPass:
    """A Butterworth filter of second order."""
    return LowPass(np.asarray(signal.butter(2, cutoff_hz, fs=rate_hz, output="sos")))


def fourier_combiner(rate_hz: float) -> FourierCombiner:
    """A combiner with a band-pass of 6 to 16 Hz before it."""
    return FourierCombiner(np.asarray(signal.butter(3, (6.0, 16.0), "bandpass", fs=rate_hz, output="sos")), rate_hz)


def oscillator_bank(
    rate_hz: float,
    jerk_density: float = 1e6,
    tremor_density: float = 1e-2,
    noise_mm: float = 0.003,
    memory_s: float = 0.3,
) -> OscillatorBank:
    """A bank for hands like those of surgeons.

    Args:
        rate_hz: Of the samples.
        jerk_density: How sharply hands begin and stop, (mm/s^3)^2 s: the spectral density of the jerk.
        tremor_density: How fast the tremor's amplitude wanders, mm^2/s.
        noise_mm: Standard deviation of the tracker's noise.
        memory_s: For how long a frequency is held to have fitted.
    """
    low, high = TREMOR_BAND_HZ
    frequencies = np.arange(low - 0.5, high + 0.75, 0.5)
    filters = [_steady(f, 1 / rate_hz, jerk_density, tremor_density, noise_mm**2) for f in frequencies]
    return OscillatorBank(
        transitions=np.array([transition for transition, _, _ in filters]),
        gains=np.array([gain for _, gain, _ in filters]),
        variances=np.array([variance for _, _, variance in filters]),
        forgetting=math.exp(-1 / (rate_hz * memory_s)),
        frequencies_hz=frequencies,
    )


def _steady(
    frequency_hz: float, period_s: float, jerk: float, tremor: float, noise: float
) -> tuple[Array, Array, float]:
    """One filter's transition, its gain once it has settled, and the variance of its innovation."""
    turn = 2 * math.pi * frequency_hz * period_s
    transition = np.eye(5)
    transition[0, 1] = transition[1, 2] = period_s
    transition[0, 2] = period_s**2 / 2
    transition[3:, 3:] = [[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]]
    reach = np.array([period_s**3 / 6, period_s**2 / 2, period_s])
    # The smallest part keeps the Riccati equation solvable: the jerk drives three states by one number.
    drive = 1e-14 * np.eye(5)
    drive[:3, :3] += np.outer(reach, reach) * jerk / period_s
    drive[3:, 3:] += np.eye(2) * tremor * period_s
    seen = np.array([1.0, 0.0, 0.0, 1.0, 0.0])
    covariance: Array = np.asarray(
        linalg.solve_discrete_are(transition.T, seen[:, None], drive, np.array([[noise]])), dtype=np.float64
    )
    variance = float(seen @ covariance @ seen) + noise
    return transition, covariance @ seen / variance, variance


@kernel()
def filter_sections(sections: Array, memory: Array, sample: Array) -> tuple[Array, Array]:
    """One sample through second-order sections, transposed direct form II; memory (sections, 2, 3), sample (3,)."""
    after = np.empty_like(memory)
    value = sample.copy()
    for n in range(sections.shape[0]):
        b0, b1, b2, a1, a2 = sections[n, 0], sections[n, 1], sections[n, 2], sections[n, 4], sections[n, 5]
        out = b0 * value + memory[n, 0]
        after[n, 0] = b1 * value - a1 * out + memory[n, 1]
        after[n, 1] = b2 * value - a2 * out
        value = out
    return after, value


@kernel()
def _combine(
    sections: Array, memory: Array, sample: Array, frequency_gain: float, amplitude_gain: float, rate_hz: float
) -> tuple[Array, Array]:
    after = memory.copy()
    band = np.ascontiguousarray(memory[7:]).reshape(sections.shape[0], 2, 3)
    band, passed = filter_sections(sections, band, sample)
    after[7:] = band.reshape(-1, 3)
    output = np.empty(3)
    # The slow part is taken from the raw motion by a mean over about a tenth of a second.
    slow = 1.0 - math.exp(-10.0 / rate_hz)
    low, high = 2.0 * math.pi * 6.0 / rate_hz, 2.0 * math.pi * 16.0 / rate_hz
    for axis in range(3):
        phase = memory[0, axis] + memory[1, axis]
        sine, cosine = math.sin(phase), math.cos(phase)
        a, b = memory[2, axis], memory[3, axis]
        error = passed[axis] - a * sine - b * cosine
        power = a * a + b * b + 1e-9
        after[0, axis] = phase % (2.0 * math.pi)
        turned = memory[1, axis] + 2.0 * frequency_gain * error * (a * cosine - b * sine) / power
        after[1, axis] = min(high, max(low, turned))
        after[2, axis] = a + 2.0 * amplitude_gain * error * sine
        after[3, axis] = b + 2.0 * amplitude_gain * error * cosine
        mean = memory[6, axis] + slow * (sample[axis] - memory[6, axis])
        raw = sample[axis] - mean - memory[4, axis] * sine - memory[5, axis] * cosine
        after[4, axis] = memory[4, axis] + 2.0 * amplitude_gain * raw * sine
        after[5, axis] = memory[5, axis] + 2.0 * amplitude_gain * raw * cosine
        after[6, axis] = mean
        output[axis] = sample[axis] - after[4, axis] * sine - after[5, axis] * cosine
    return after, output


@kernel()
def _weigh(
    transitions: Array, gains: Array, variances: Array, forgetting: float, memory: Array, sample: Array
) -> tuple[Array, Array]:
    count = transitions.shape[0]
    after = np.empty_like(memory)
    for n in range(count):
        after[n, 15] = forgetting * memory[n, 15]
        for axis in range(3):
            state = after[n, 5 * axis : 5 * axis + 5]
            for row in range(5):
                total = 0.0
                for column in range(5):
                    total += transitions[n, row, column] * memory[n, 5 * axis + column]
                state[row] = total
            innovation = sample[axis] - state[0] - state[3]
            for row in range(5):
                state[row] += gains[n, row] * innovation
            after[n, 15] += innovation * innovation / variances[n]
    least = after[:, 15].min()
    output = np.zeros(3)
    whole = 0.0
    for n in range(count):
        weight = math.exp((least - after[n, 15]) / 2.0)
        whole += weight
        for axis in range(3):
            output[axis] += weight * after[n, 5 * axis]
    return after, output / whole
