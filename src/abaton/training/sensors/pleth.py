"""Light through a finger: the plethysmogram, the pulse and the oxygen saturation, late and lost as in life."""

import msgspec
import numpy as np

from abaton.core.errors import Problem
from abaton.core.kernels import kernel
from abaton.training.physiology.engine import Course
from abaton.training.physiology.influences import Array
from abaton.training.physiology.vitals import Vitals
from abaton.training.sensors.checks import check_motion, check_pace
from abaton.training.sensors.counting import AGE, COUNT, PERIOD, follow, forget, uncounted
from abaton.training.sensors.noise import normal

SITES = {"ear": 15, "forehead": 18, "finger": 28}
"""Seconds by which the blood seen is late: 15 to 30 by the site; ears answer before fingers (Young 1992, Anesth Analg
74:189). The places within the range are stylised."""
AVERAGE_S = 8
LEAST_PULSE_MMHG = 15.0
ENOUGH = 4
"""Seconds with a pulse, of the last 8, for a number."""
DELAY, ECHO = 25, 30
"""Samples to the finger (0.2 s), and of the wave's reflection behind it (0.24 s)."""
LENGTH = 12
SLOTS = max(SITES.values()) + AVERAGE_S


class Pleth(msgspec.Struct, frozen=True, eq=False):
    """A pulse oximeter's probe.

    Attributes:
        seed: Of its noise.
        site: `finger`, `ear` or `forehead`.
        memory: (LENGTH + DELAY + ECHO,) float64.
        cycle: Its counter of pulses.
        blood: (SLOTS,) saturation of the last seconds, % , the latest first.
        seen: (AVERAGE_S,) 1 for seconds with a pulse and without motion, the latest first.
        bias_pct: Error of calibration.
        connected: Whether it is on.
    """

    seed: int
    site: str
    memory: Array
    cycle: Array
    blood: Array
    seen: Array
    bias_pct: float = 0.0
    connected: bool = True


def probe(seed: int, saturation_pct: float, site: str = "finger") -> Pleth:
    """A probe just put on.

    Args:
        seed: Of its noise.
        saturation_pct: Of the blood that is in the tissue.
        site: `finger`, `ear` or `forehead`.

    Raises:
        Problem: No such site.
    """
    if site not in SITES:
        raise Problem("pleth_site", repr(site), f"one of {', '.join(SITES)}", "Put the probe on one of these.")
    memory = np.zeros(LENGTH + DELAY + ECHO)
    return Pleth(seed, site, memory, uncounted(), np.full(SLOTS, saturation_pct), np.zeros(AVERAGE_S))


def light(
    probe: Pleth, course: Course, vitals: Vitals, motion: float = 0.0, squeezed: bool = False
) -> tuple[Pleth, Array]:
    """A second of it: (n,), where 1 is the swing of a pulse pressure of 40 mmHg.

    Args:
        probe: Before.
        course: Of this second.
        vitals: At its end.
        motion: 0 still to 1 shaking.
        squeezed: Whether a cuff upstream on the same arm is blown up.
    """
    check_pace(course)
    check_motion(motion)
    memory, cycle = probe.memory.copy(), probe.cycle.copy()
    out = np.empty(len(course.values))
    _light(memory, cycle, probe.seed, course["arterial_mmhg"], course["pleural_mmhg"], course["compression"], motion,
           0.0 if squeezed else 1.0, out)  # fmt: skip
    pulse = vitals.systolic_mmhg - vitals.diastolic_mmhg
    compressed = float(course["compression"].max()) > 0.05
    good = probe.connected and pulse >= LEAST_PULSE_MMHG and motion < 0.3 and not compressed and not squeezed
    blood, seen = np.roll(probe.blood, 1), np.roll(probe.seen, 1)
    blood[0], seen[0] = vitals.saturation_pct, float(good)
    return msgspec.structs.replace(probe, memory=memory, cycle=cycle, blood=blood, seen=seen), out


def spo2(probe: Pleth) -> float | None:
    """Saturation as displayed, whole %; None when the pulse is lost."""
    seen = probe.seen > 0.5
    if seen.sum() < ENOUGH:
        return None
    lag = SITES[probe.site]
    mean = float(probe.blood[lag : lag + AVERAGE_S][seen].mean())
    return float(round(min(max(mean + probe.bias_pct, 0.0), 100.0)))


def pulse_rate(probe: Pleth) -> float | None:
    """Pulses a minute; None when they are lost."""
    if spo2(probe) is None or probe.cycle[COUNT] < 2.5 or probe.cycle[AGE] > 4.0:
        return None
    return float(60.0 / probe.cycle[PERIOD])


@kernel()
def _light(
    m: Array, cycle: Array, seed: int, arterial: Array, pleural: Array, squeeze: Array, motion: float, flow: float,
    out: Array,
) -> None:  # fmt: skip
    step = 0.008
    if m[0] == 0.0:
        for number in (1, 2, 3):
            m[number] = arterial[0]
        m[4] = pleural[0]
        m[8] = flow
        m[LENGTH:] = arterial[0]
    for now in range(len(out)):
        place = int(m[0])
        slot, other = LENGTH + place % DELAY, LENGTH + DELAY + place % ECHO
        arrived, m[slot] = m[slot], arterial[now]
        echo, m[other] = m[other], arrived
        # Small vessels smooth the wave (two poles of 35 ms), and a part of it comes back from the hand.
        m[1] += step / 0.03 * ((arrived + 0.25 * echo) / 1.25 - m[1])
        m[2] += step / 0.03 * (m[1] - m[2])
        m[3] += step / 2.5 * (m[2] - m[3])
        m[4] += step / 6.0 * (pleural[now] - m[4])
        m[8] += step / 0.15 * (flow - m[8])
        m[5] += step / 0.12 * (motion * 6.0 * normal(seed, 2 * place) - m[5])
        value = m[8] * (m[2] - m[3]) / 40.0 + 0.03 * (pleural[now] - m[4])
        m[6] += step / 0.6 * (squeeze[now] - m[6])
        value += m[5] + 0.3 * (squeeze[now] - m[6]) + 0.004 * normal(seed, 2 * place + 1)
        out[now] = value
        # Pulses are counted without the slow swing of breathing.
        m[7] += step / 0.5 * (value - m[7])
        follow(cycle, value - m[7], step, 3.0, 0.15, 0.2)
        if cycle[AGE] > 4.0:
            forget(cycle)
        m[0] += 1.0
