"""Carbon dioxide at the airway: a side-stream line draws it off and is late, a main-stream cuvette is at once.

The shape is the model's: dead space first, then a rise that follows the lung's emptying. Where that is slow, parts of
the lung empty unevenly, and the plateau leans into a shark's fin: its slant follows the time constant that the expired
flow shows (resistance times compliance). Compressions ripple it.
"""

import math

import msgspec
import numpy as np

from abaton.core.errors import Problem
from abaton.core.kernels import kernel
from abaton.training.physiology.engine import Course
from abaton.training.physiology.influences import Array
from abaton.training.sensors.checks import check_pace
from abaton.training.sensors.counting import AGE, COUNT, PERIOD, TOP, follow, forget, uncounted
from abaton.training.sensors.noise import normal

KINDS = {"sidestream": (2.0, 0.08), "mainstream": (0.0, 0.025)}
"""Transport delay, and time constant of the rise, s (10 to 90 % in 2.2 of them); usual, recalled, to be checked."""
APNOEA_S = 20.0
LEAST_MMHG = 4.0
FIRST, SLOTS = 6, 256
RIPPLE = 0.22
"""Share by which a compression thins the gas at the sensor; stylised."""


EVEN_S, UNEVEN = 0.45, 0.5
"""Lungs that empty with a longer time constant do so unevenly, and by how much of the excess the rise is late; stylised
to fins of severe bronchospasm."""
STILL_S = 6.0
"""Without flow for so long, what is before the sensor is lost to air; stylised."""
WINDOW = 12
"""Samples over which the flow's decay is measured."""


class Capnogram(msgspec.Struct, frozen=True, eq=False):
    """A CO2 sensor.

    Attributes:
        seed: Of its noise.
        kind: `sidestream` or `mainstream`.
        memory: (FIRST + SLOTS + WINDOW,) float64.
        cycle: Its counter of breaths.
        connected: Whether it is on the airway.
    """

    seed: int
    kind: str
    memory: Array
    cycle: Array
    connected: bool = True


def co2_sensor(seed: int, kind: str = "sidestream") -> Capnogram:
    """A sensor just put on.

    Raises:
        Problem: No such kind.
    """
    if kind not in KINDS:
        raise Problem("capnogram_kind", repr(kind), f"one of {', '.join(KINDS)}", "Choose one of these.")
    return Capnogram(seed, kind, np.zeros(FIRST + SLOTS + WINDOW), uncounted())


def gas(sensor: Capnogram, course: Course) -> tuple[Capnogram, Array]:
    """A second of it: (n,) mmHg."""
    check_pace(course)
    memory, cycle = sensor.memory.copy(), sensor.cycle.copy()
    out = np.empty(len(course.values))
    delay_s, rise_s = KINDS[sensor.kind]
    _gas(
        memory, cycle, sensor.seed, course["exhaled_co2_mmhg"], course["airway_flow_ml_s"], course["compression"],
        round(125 * delay_s), rise_s, out,
    )  # fmt: skip
    return msgspec.structs.replace(sensor, memory=memory, cycle=cycle), out


def end_tidal(sensor: Capnogram) -> float | None:
    """MmHg as displayed: highest of the last breath; 0 in apnoea, None before the first breath."""
    if sensor.cycle[AGE] > APNOEA_S:
        return 0.0
    return float(sensor.cycle[TOP]) if sensor.cycle[COUNT] > 0.5 and sensor.cycle[TOP] > 0 else None


def breaths_per_min(sensor: Capnogram) -> float | None:
    """As displayed; 0 in apnoea, None before three breaths."""
    if sensor.cycle[AGE] > APNOEA_S:
        return 0.0
    return float(60.0 / sensor.cycle[PERIOD]) if sensor.cycle[COUNT] > 2.5 else None


@kernel()
def _gas(
    m: Array, cycle: Array, seed: int, exhaled: Array, flow: Array, squeeze: Array, delay: int, rise_s: float,
    out: Array,
) -> None:  # fmt: skip
    step = 0.008
    share = 1.0 - math.exp(-step / rise_s)
    for now in range(len(out)):
        place = int(m[0])
        slot = FIRST + SLOTS + place % WINDOW
        earlier, m[slot] = m[slot], flow[now]
        if flow[now] < -15.0 and earlier < 1.02 * flow[now]:
            # Passive emptying is exponential, whatever the pressure at its end.
            constant = min(WINDOW * step / math.log(earlier / flow[now]), 4.0)
            m[2] += step / 0.25 * (constant - m[2])
        m[4] = 0.0 if abs(flow[now]) > 3.0 or squeeze[now] > 0.0 else m[4] + step
        # Gas that stands still before the sensor is drawn off, or drifts away.
        m[5] = 1.0 if m[4] == 0.0 else m[5] - (step / 1.5 * m[5] if m[4] > STILL_S else 0.0)
        fresh = max(exhaled[now], 0.0) * m[5]
        slow = 0.004 + UNEVEN * max(m[2] - EVEN_S, 0.0)
        m[3] += (1.0 - math.exp(-step / slow)) * (fresh - m[3]) if fresh > m[3] else fresh - m[3]
        m[FIRST + place % SLOTS] = m[3] * (1.0 - RIPPLE * squeeze[now])
        drawn = m[FIRST + (place - delay) % SLOTS] if place >= delay else 0.0
        m[1] += share * (drawn - m[1])
        out[now] = max(m[1] + 0.08 * normal(seed, place), 0.0)
        follow(cycle, m[1], step, 12.0, LEAST_MMHG, 0.3)
        if cycle[AGE] > APNOEA_S:
            forget(cycle)
        m[0] += 1.0
