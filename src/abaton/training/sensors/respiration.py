"""Breathing as electrodes of the ECG feel it: the chest's impedance, which also moves with heart and compressions."""

import msgspec
import numpy as np

from abaton.core.kernels import kernel
from abaton.training.physiology.engine import Course
from abaton.training.physiology.influences import Array
from abaton.training.sensors.checks import check_motion, check_pace
from abaton.training.sensors.counting import AGE, COUNT, PERIOD, follow, forget, uncounted
from abaton.training.sensors.noise import normal

OHM_PER_LITRE = 2.0
"""Usual size; stylised. A heart beat moves a twentieth of an ohm, a compression as much as a breath."""
LEAST_OHM = 0.2
APNOEA_S = 20.0


class Respiration(msgspec.Struct, frozen=True, eq=False):
    """The chest's impedance.

    Attributes:
        seed: Of its noise.
        memory: (4,) float64.
        cycle: Its counter of breaths.
        connected: Whether the electrodes stick.
    """

    seed: int
    memory: Array
    cycle: Array
    connected: bool = True


def impedance_sensor(seed: int) -> Respiration:
    """Just stuck on."""
    return Respiration(seed, np.zeros(4), uncounted())


def impedance(sensor: Respiration, course: Course, motion: float = 0.0) -> tuple[Respiration, Array]:
    """A second of it: (n,) ohm around its mean; `motion` 0 still to 1 shaking."""
    check_pace(course)
    check_motion(motion)
    memory, cycle = sensor.memory.copy(), sensor.cycle.copy()
    out = np.empty(len(course.values))
    _impedance(memory, cycle, sensor.seed, course["lung_ml"], course["left_ventricle_ml"], course["compression"],
               motion, out)  # fmt: skip
    return msgspec.structs.replace(sensor, memory=memory, cycle=cycle), out


def impedance_rate(sensor: Respiration) -> float | None:
    """Breaths a minute as counted; 0 in what it takes for apnoea, None before three."""
    if sensor.cycle[AGE] > APNOEA_S:
        return 0.0
    return float(60.0 / sensor.cycle[PERIOD]) if sensor.cycle[COUNT] > 2.5 else None


@kernel()
def _impedance(
    m: Array, cycle: Array, seed: int, lung: Array, heart: Array, squeeze: Array, motion: float, out: Array
) -> None:  # fmt: skip
    step = 0.008
    for now in range(len(out)):
        raw = OHM_PER_LITRE * lung[now] / 1000.0 - 0.0006 * (heart[now] - 120.0) + 0.8 * squeeze[now]
        m[3] += step / 0.3 * (motion * 6.0 * normal(seed, 2 * int(m[0])) - m[3])
        raw += m[3]
        if m[0] == 0.0:
            m[1] = m[2] = raw
        m[1] += step / 0.05 * (raw - m[1])
        # Amplifiers let what is slower than 0.05 Hz pass away.
        m[2] += step / 6.0 * (m[1] - m[2])
        out[now] = m[1] - m[2] + 0.004 * normal(seed, 2 * int(m[0]) + 1)
        follow(cycle, m[1] - m[2], step, 10.0, LEAST_OHM, 0.3)
        if cycle[AGE] > APNOEA_S:
            forget(cycle)
        m[0] += 1.0
