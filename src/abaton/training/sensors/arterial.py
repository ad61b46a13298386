"""Pressure in a radial artery through a catheter and its tubing, 125 samples a second.

The pressure runs to the wrist in a tenth of a second, sharpened and with a dicrotic wave by reflection (a resonance of
the arm at 4 Hz; Karamanoglu 1993, recalled, to be checked), then through the catheter: a mass on
a spring (Gardner 1981).
"""

import math

import msgspec
import numpy as np

from abaton.core.errors import Problem
from abaton.core.kernels import kernel
from abaton.training.physiology.engine import Course
from abaton.training.physiology.influences import Array
from abaton.training.sensors.checks import check_pace
from abaton.training.sensors.counting import AGE, BOTTOM, COUNT, PERIOD, TOP, follow, forget, uncounted
from abaton.training.sensors.noise import normal

MMHG_PER_CM = 0.7356
"""A transducer 1 cm below the heart reads higher by a column of 1 cm of water."""
GOOD, OVERDAMPED, UNDERDAMPED = (25.0, 0.6), (4.0, 2.0), (9.0, 0.12)
"""Natural frequency in Hz and damping: a line as it should be, one with a bubble or clot, one that is long and soft
(bands of Gardner 1981, Anesthesiology 54:227; recalled, to be checked)."""
REFLECTED = 0.22
LENGTH = 12
DELAY = 10
"""Samples to the wrist, 80 ms."""


class Arterial(msgspec.Struct, frozen=True, eq=False):
    """A catheter in the radial artery and its transducer.

    Attributes:
        seed: Of its noise.
        memory: (LENGTH + DELAY,) float64.
        cycle: Its counter of pulses.
        natural_hz: 2 to 40.
        damping: As a share of critical damping, 0.05 to 5.
        zero_mmhg: What it reads with air on both sides.
        below_heart_cm: Where the transducer hangs.
        connected: Whether it is.
    """

    seed: int
    memory: Array
    cycle: Array
    natural_hz: float = GOOD[0]
    damping: float = GOOD[1]
    zero_mmhg: float = 0.0
    below_heart_cm: float = 0.0
    connected: bool = True


def catheter(seed: int) -> Arterial:
    """A catheter just put in."""
    return Arterial(seed, np.zeros(LENGTH + DELAY), uncounted())


def pressure(line: Arterial, course: Course) -> tuple[Arterial, Array]:
    """A second of the line: (n,) mmHg.

    Raises:
        Problem: A course of another pace, or a line that cannot be.
    """
    check_pace(course)
    if not (2 <= line.natural_hz <= 40 and 0.05 <= line.damping <= 5 and abs(line.zero_mmhg) <= 100):
        raise Problem(
            "arterial_line", f"{line.natural_hz:g} Hz, damping {line.damping:g}, zero at {line.zero_mmhg:g} mmHg",
            "2 to 40 Hz, damping 0.05 to 5, zero within 100 mmHg", "Correct the line.",
        )  # fmt: skip
    memory, cycle = line.memory.copy(), line.cycle.copy()
    out = np.empty(len(course.values))
    offset = line.zero_mmhg + MMHG_PER_CM * line.below_heart_cm
    hertz, damping = line.natural_hz, line.damping
    _pressure(memory, cycle, line.seed, course["arterial_mmhg"], hertz, damping, offset, out)
    return msgspec.structs.replace(line, memory=memory, cycle=cycle), out


def read_pressure(line: Arterial) -> tuple[float, float, float] | None:
    """Systolic, diastolic and mean pressure as displayed; None in the first second."""
    if line.memory[0] < 125:
        return None
    mean = float(line.memory[9])
    if line.cycle[COUNT] < 1.5 or line.cycle[AGE] > 4.0:
        return mean, mean, mean
    return float(line.memory[10]), float(line.memory[11]), mean


def line_rate(line: Arterial) -> float | None:
    """Pulses a minute in the line; None without any."""
    pulsing = line.cycle[COUNT] > 2.5 and line.cycle[AGE] < 4.0
    return float(60.0 / line.cycle[PERIOD]) if pulsing else None


@kernel()
def _pressure(
    m: Array, cycle: Array, seed: int, course: Array, hertz: float, damping: float, offset: float,
    out: Array,
) -> None:  # fmt: skip
    arm, line = 2 * math.pi * 4.2, 2 * math.pi * hertz
    step = 0.001
    if m[0] == 0.0:
        for number in (1, 3, 5, 7):
            m[number] = course[0]
        m[7] += offset
        m[9] = course[0] + offset
        m[10] = m[11] = m[9]
        m[LENGTH:] = course[0]
    for now in range(len(out)):
        slot = LENGTH + int(m[0]) % DELAY
        arrived, m[slot] = m[slot], course[now]
        for _ in range(8):
            # Smoothing by the arteries (two poles, as a kink has no place in them), and the arm's resonance.
            m[1] += step / 0.008 * (arrived - m[1])
            m[3] += step / 0.008 * (m[1] - m[3])
            m[6] += step * (arm * arm * (m[3] - m[5]) - 2 * 0.25 * arm * m[6])
            m[5] += step * m[6]
            wrist = (1.0 - REFLECTED) * m[3] + REFLECTED * m[5] + offset
            m[8] = (m[8] + step * line * line * (wrist - m[7])) / (1.0 + step * 2 * damping * line)
            m[7] += step * m[8]
        value = m[7] + 0.15 * normal(seed, int(m[0]))
        out[now] = value
        m[9] += 0.008 / 2.0 * (value - m[9])
        before = cycle[COUNT]
        follow(cycle, value, 0.008, 3.0, 4.0, 0.2)
        if cycle[COUNT] > before and cycle[COUNT] > 1.5:
            weight = 0.3 if cycle[COUNT] > 2.5 else 1.0
            m[10] += weight * (cycle[TOP] - m[10])
            m[11] += weight * (cycle[BOTTOM] - m[11])
        if cycle[AGE] > 4.0:
            forget(cycle)
        m[0] += 1.0
