"""Waves of a second for the monitor, of what is attached; NaN of what is not."""

import math

import numpy as np

from abaton.training.live.screen import Array
from abaton.training.physiology.engine import Course
from abaton.training.physiology.rhythm import Rhythm

NEEDS = {"ecg": ("ecg", "pads"), "art": ("arterial_line",), "pleth": ("spo2",), "co2": ("capnography",)}
"""Waves and the sensors that show them."""
BEAT = ((0.1, -0.19, 0.025), (-0.12, -0.028, 0.009), (1.05, 0.0, 0.011), (-0.22, 0.03, 0.011), (0.28, 0.24, 0.055))
"""P, Q, R, S, T of lead II: height mV, place after R, width, s."""


def waves_of(course: Course, attached: frozenset[str], time_s: float) -> dict[str, Array]:
    """Samples of a second by name.

    Args:
        course: What the body did.
        attached: Sensors on the patient.
        time_s: Since arrival, at the second's end.
    """
    made = {
        "ecg": _electrocardiogram(course, time_s),
        "art": course["arterial_mmhg"],
        "pleth": _pleth(course["arterial_mmhg"]),
        "co2": course["exhaled_co2_mmhg"],
    }
    return {
        name: wave if attached & frozenset(NEEDS[name]) else np.full(len(wave), math.nan) for name, wave in made.items()
    }


def _pleth(pressure: Array) -> Array:
    most = float(pressure.max() - pressure.min())
    return (pressure - pressure.min()) / max(most, 25.0)


def _electrocardiogram(course: Course, time_s: float) -> Array:
    times = time_s - 1.0 + np.arange(len(course.values)) * course.every_ms / 1000
    rhythm = Rhythm(int(course["rhythm"][-1]))
    drift = 0.02 * np.sin(1.7 * times)
    if rhythm is Rhythm.VENTRICULAR_FIBRILLATION:
        return 0.35 * np.sin(31 * times + 3 * np.sin(2.1 * times)) + 0.25 * np.sin(41 * times) + drift
    if rhythm is Rhythm.ASYSTOLE:
        return drift
    phase = course["heart_phase"]
    turns = np.flatnonzero(np.diff(phase) < 0)
    period = (float(turns[-1] - turns[-2]) if len(turns) > 1 else len(phase)) * course.every_ms / 1000
    after = np.where(phase > 0.7, phase - 1.0, phase) * period
    wave = sum((high * np.exp(-(((after - at) / width) ** 2) / 2) for high, at, width in BEAT), drift)
    return np.nan_to_num(np.asarray(wave))
