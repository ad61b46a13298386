"""Twelve leads of ECG from the running heart, 250 a second.

The beats are the body's own: each R wave falls where the model's beat begins, 60 ms before its pressure rises. Between
them the heart's vector is a sum of Gaussians in time from the R wave (McSharry 2003, closed form), fixed for QRS and
scaled by the square root of the interval for P and T. Fibrillation is narrow-band noise. What is between rhythms is
blended within 0.1 s, so that no trace jumps.
"""

import math

import msgspec
import numpy as np

from abaton.core.errors import Problem
from abaton.core.kernels import kernel
from abaton.training.physiology.engine import Course
from abaton.training.physiology.influences import Array
from abaton.training.physiology.vitals import Vitals
from abaton.training.sensors.checks import check_motion, check_pace
from abaton.training.sensors.noise import normal
from abaton.training.sensors.shapes import DOWER, NARROW, TERRITORIES, WIDE

ECG_HZ = 250
VF_FADES_S = 480.0
"""Fibrillation's amplitude falls by e in about 8 minutes, and not while the chest is compressed."""
VF_MV, VF_OWN, VF_SHARED = (0.24, 0.30, 0.25), (1.0, 0.8, 0.8), (0.0, 0.6, -0.6)
"""Deviation of fresh fibrillation in x, y and z; how much of it is each axis' own and how much that of x: stylised."""
MOST_ST_MV = 1.0

(PLACE, SINCE, PERIOD, BEFORE, BEAT, MEAN_RR, SCALE, ATRIAL, VF_S, SQUEEZE, SQUEEZE_MEAN, LUNG, KNOWN) = range(13)
W_P, W_F, W_NARROW, W_WIDE, W_SPENT, W_VF, W_ATRIAL = range(13, 20)
VF, AF = 20, 50
WANDER = 55
# How QRS is found: level, time since, last samples, how many, intervals.
LEVEL, SINCE_QRS, PAST, COUNTED, INTERVALS = 71, 72, 73, 77, 78
LENGTH = 86
COMPRESSED = np.array([0.35, 0.7, 0.5, 0.8, 1.0, 0.9, 0.7, 0.5])
"""mV of a full compression in each measured lead; about the size of QRS, as on monitors in resuscitation."""
TARGETS = np.array([
    # P, f waves, narrow, wide, spent, fibrillation, atria on their own
    [1, 0, 1, 0, 0, 0, 0], [1, 0, 1, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0, 0], [0, 1, 1, 0, 0, 0, 0],
    [0, 0, 0, 1, 0, 0, 1], [0, 0, 0, 0, 0, 1, 0], [0, 0, 1, 0, 1, 0, 0], [0, 0, 0, 0, 0, 0, 0],
], dtype=np.float64)  # fmt: skip
"""What makes up the trace of each rhythm."""


class Ecg(msgspec.Struct, frozen=True, eq=False):
    """Electrodes on the chest.

    Attributes:
        seed: Of its noise.
        memory: (LENGTH,) float64, what it carries from tick to tick.
        connected: Whether the electrodes stick.
    """

    seed: int
    memory: Array
    connected: bool = True


def electrodes(seed: int) -> Ecg:
    """Electrodes just stuck on."""
    memory = np.zeros(LENGTH)
    memory[PERIOD] = memory[MEAN_RR] = memory[SCALE] = 1.0
    return Ecg(seed, memory)


def trace(
    ecg: Ecg, course: Course, vitals: Vitals, st_mv: float = 0.0, territory: str = "anterior", motion: float = 0.0
) -> tuple[Ecg, Array]:
    """A second of ECG.

    Args:
        ecg: Before.
        course: Of this second, sampled every 8 ms.
        vitals: At its end.
        st_mv: Elevation of ST in the leads over an infarction, at most 1 mV.
        territory: Of the infarction: anterior, inferior or lateral.
        motion: 0 still to 1 shaking.

    Returns:
        The electrodes after it, and (250, 12) mV in the order of `shapes.LEADS`.

    Raises:
        Problem: An elevation or territory that is not known, a course of another pace, or no share of motion.
    """
    if not 0 <= st_mv <= MOST_ST_MV or territory not in TERRITORIES:
        raise Problem(
            "st_elevation", f"{st_mv:g} mV {territory!r}", f"0 to {MOST_ST_MV:g} mV in one of {', '.join(TERRITORIES)}",
            "Give an elevation and a territory of the heart.",
        )  # fmt: skip
    check_pace(course)
    check_motion(motion)
    memory = ecg.memory.copy()
    out = np.empty((2 * len(course.values), 12))
    last_period = 60.0 / vitals.heart_rate if vitals.heart_rate > 0 else 0.0
    _trace(
        memory, ecg.seed, course["heart_phase"], course["beat"], course["rhythm"], course["compression"],
        course["lung_ml"], last_period, st_mv * TERRITORIES[territory], motion, out,
    )  # fmt: skip
    return msgspec.structs.replace(ecg, memory=memory), out


def heart_rate(ecg: Ecg) -> float | None:
    """Beats a minute as counted in the trace; None before two were seen, 0 after 4 s without."""
    memory = ecg.memory
    if memory[SINCE_QRS] > 4.0 and memory[PLACE] > 4 * ECG_HZ:
        return 0.0
    counted = int(min(memory[COUNTED] - 1, 8))
    if counted < 1:
        return None
    places = (int(memory[COUNTED]) - 1 - np.arange(counted)) % 8
    return float(60.0 / memory[INTERVALS + places].mean())


@kernel(inline=True)
def _sum(shape: Array, kind_most: float, kind_least: float, at_s: float, stretch: float, scale: float, gain: float,
         vector: Array) -> None:  # fmt: skip
    """Adds the Gaussians of some kinds at a time from the R wave."""
    for row in range(len(shape)):
        kind = shape[row, 1]
        if kind < kind_least or kind > kind_most:
            continue
        width = shape[row, 4] * (stretch if kind < 0.5 else 1.0 if kind > 1.5 else scale)
        off = (at_s - shape[row, 3] * (stretch if kind < 0.5 else scale)) / width
        if -6.5 < off < 6.5:
            vector[int(shape[row, 0])] += gain * shape[row, 2] * math.exp(-0.5 * off * off)


@kernel()
def _narrow_band(state: Array, at: int, centre: float, spread: float, width: float, seed: int, place: int) -> float:
    """Noise around a frequency that drifts: a complex resonator, twice; deviation about 1."""
    step = 1.0 / 250.0
    state[at + 4] += -step / 2.0 * state[at + 4] + math.sqrt(step) * normal(seed, place)
    hertz = centre + spread * min(max(state[at + 4], -1.6), 1.6)
    hold = math.exp(-math.pi * width * step)
    cosine, sine = math.cos(2 * math.pi * hertz * step), math.sin(2 * math.pi * hertz * step)
    kick = math.sqrt(1.0 - hold * hold)
    a, b = state[at], state[at + 1]
    state[at] = hold * (cosine * a - sine * b) + kick * normal(seed, place + 1)
    state[at + 1] = hold * (sine * a + cosine * b) + kick * normal(seed, place + 2)
    c, d = state[at + 2], state[at + 3]
    state[at + 2] = hold * (cosine * c - sine * d) + (1.0 - hold) * state[at]
    state[at + 3] = hold * (sine * c + cosine * d) + (1.0 - hold) * state[at + 1]
    return 1.41 * state[at + 2]


@kernel()
def _trace(
    m: Array, seed: int, phase: Array, beat: Array, rhythm: Array, squeeze: Array, lung: Array, last_period: float,
    injury: Array, motion: float, out: Array,
) -> None:  # fmt: skip
    vector, leads = np.zeros(3), np.zeros(8)
    for sample in range(len(out)):
        now = sample // 2
        step = 0.004
        _beats(m, phase, beat, now, last_period, 0.004 if sample % 2 == 0 else 0.0)
        half = 0.5 if sample % 2 == 0 else 0.0
        squeezed = squeeze[now] + half * (m[SQUEEZE] - squeeze[now])
        breath = lung[now] + half * (m[LUNG] - lung[now])
        if half == 0.0:
            m[SQUEEZE], m[LUNG] = squeeze[now], lung[now]
        m[SQUEEZE_MEAN] += step / 0.6 * (squeezed - m[SQUEEZE_MEAN])
        _blend(m, int(rhythm[now]), step)
        _vector(m, seed, injury, breath, vector)
        place = int(m[PLACE])
        for lead in range(8):
            wander = WANDER + 2 * lead
            m[wander] += step / 0.8 * (0.9 * (1 + 9 * motion) * normal(seed + 1, 16 * place + lead) - m[wander])
            m[wander + 1] += step / 0.25 * (m[wander] - m[wander + 1])
            leads[lead] = (
                DOWER[lead, 0] * vector[0] + DOWER[lead, 1] * vector[1] + DOWER[lead, 2] * vector[2]
                + m[wander + 1] + (0.006 + 0.10 * motion) * normal(seed + 1, 16 * place + 8 + lead)
                + 0.00004 * breath * COMPRESSED[lead] + 1.6 * COMPRESSED[lead] * (squeezed - m[SQUEEZE_MEAN])
            )  # fmt: skip
        row = out[sample]
        row[0], row[1] = leads[0], leads[1]
        row[2] = leads[1] - leads[0]
        row[3] = -(leads[0] + leads[1]) / 2.0
        row[4] = leads[0] - leads[1] / 2.0
        row[5] = leads[1] - leads[0] / 2.0
        row[6:] = leads[2:]
        _find(m, row[1], row[10], step)
        m[PLACE] += 1.0


@kernel()
def _beats(m: Array, phase: Array, beat: Array, now: int, last_period: float, early: float) -> None:
    """Where in the beat a sample stands, `early` before the course's."""
    m[SINCE] += 0.004
    m[BEFORE] += 0.004
    if math.isnan(phase[now]):
        m[KNOWN] = 0.0
        return
    period = m[PERIOD]
    if now > 0 and phase[now] > phase[now - 1]:
        period = 0.008 / (phase[now] - phase[now - 1])
    elif now + 1 < len(phase) and phase[now + 1] > phase[now]:
        period = 0.008 / (phase[now + 1] - phase[now])
    elif last_period > 0.0:
        period = last_period
    since = phase[now] * period - early
    if since < 0.0:
        # The R wave falls between this sample and the course's.
        return
    if m[KNOWN] < 0.5 or beat[now] != m[BEAT]:
        m[BEFORE] = m[SINCE] if m[KNOWN] > 0.5 else 9.0
        m[MEAN_RR] += (0.25 if m[KNOWN] > 0.5 else 1.0) * (period - m[MEAN_RR])
        m[SCALE] = min(max(math.sqrt(m[MEAN_RR]), 0.55), 1.25)
        m[BEAT], m[KNOWN] = beat[now], 1.0
    m[SINCE], m[PERIOD] = since, period


@kernel()
def _blend(m: Array, rhythm: int, step: float) -> None:
    """Shares of what makes up the trace go to those of the rhythm."""
    for number in range(7):
        m[W_P + number] += step / 0.06 * (TARGETS[rhythm, number] - m[W_P + number])
    if m[PLACE] == 0.0:
        m[W_P : W_ATRIAL + 1] = TARGETS[rhythm]
    if rhythm == 5:
        m[VF_S] += step if m[SQUEEZE_MEAN] < 0.05 else 0.0
    elif m[W_VF] < 0.01:
        m[VF_S] = 0.0
    m[ATRIAL] = (m[ATRIAL] + 1.25 * step) % 1.0


@kernel()
def _vector(m: Array, seed: int, injury: Array, breath: float, vector: Array) -> None:
    """The heart's vector now, mV."""
    vector[:] = 0.0
    since, before, until, scale = m[SINCE], m[BEFORE], m[PERIOD] - m[SINCE], m[SCALE]
    # Lungs filled with air carry less to the chest's surface.
    carried = 1.0 - 0.00012 * min(max(breath, -500.0), 2500.0)
    spent = m[W_SPENT]
    gain = carried * m[W_NARROW] * (1.0 - 0.45 * spent)
    stretch = 1.0 + 0.9 * spent
    if gain > 1e-5:
        for ago in (since, before):
            _sum(NARROW, 0.0, 0.0, ago, stretch, scale, gain, vector)
            _sum(NARROW, 1.0, 1.0, ago, stretch, scale, gain * (1.0 - 0.6 * spent), vector)
            rise = 1.0 / (1.0 + math.exp(-(ago - 0.045 * stretch) / 0.007))
            fall = 1.0 / (1.0 + math.exp(min((ago - 0.33 * scale) / 0.025, 50.0)))
            for axis in range(3):
                vector[axis] += gain * injury[axis] * rise * fall
        _sum(NARROW, 0.0, 0.0, -until, stretch, scale, gain, vector)
    if m[W_P] > 1e-5:
        _sum(NARROW, 2.0, 2.0, -until, 1.0, scale, carried * m[W_P], vector)
    if m[W_ATRIAL] > 1e-5:
        _sum(NARROW, 2.0, 2.0, 0.8 * m[ATRIAL] - 0.53, 1.0, 1.0, 0.8 * carried * m[W_ATRIAL], vector)
    if m[W_WIDE] > 1e-5:
        for ago in (since, before, -until):
            _sum(WIDE, 1.0, 0.0, ago, 1.0, 1.0, carried * m[W_WIDE], vector)
    place = 32 * int(m[PLACE])
    coarse = m[W_VF] * math.exp(-m[VF_S] / VF_FADES_S)
    first = 0.0
    for axis in range(3):
        slow = _narrow_band(m, VF + 10 * axis, 4.3, 0.35, 0.8, seed, place + 6 * axis)
        quick = _narrow_band(m, VF + 10 * axis + 5, 5.6, 0.35, 0.8, seed, place + 6 * axis + 3)
        own = 0.75 * slow + 0.65 * quick
        # Wavelets wander, yet the leads see one heart: the axes share a part.
        first = own if axis == 0 else first
        vector[axis] += VF_MV[axis] * coarse * (VF_OWN[axis] * own + VF_SHARED[axis] * first)
    atria = 0.07 * m[W_F] * _narrow_band(m, AF, 6.0, 0.6, 1.0, seed, place + 18)
    vector[0] += 0.5 * atria
    vector[1] += 0.4 * atria
    vector[2] -= atria


@kernel()
def _find(m: Array, second: float, fifth: float, step: float) -> None:
    """Counts QRS in leads II and V5 by their steepness over 8 ms, against that of the last seconds."""
    steep = abs(second - m[PAST + 1]) + abs(fifth - m[PAST + 3])
    m[PAST + 1], m[PAST], m[PAST + 3], m[PAST + 2] = m[PAST], second, m[PAST + 2], fifth
    m[SINCE_QRS] += step
    if m[PLACE] < 2.0:
        return
    m[LEVEL] = max(m[LEVEL] - step / 2.5 * m[LEVEL], 0.12)
    if steep > 0.45 * m[LEVEL] and m[SINCE_QRS] > 0.22:
        if m[SINCE_QRS] > 4.0:
            m[COUNTED] = 0.0
        if m[COUNTED] > 0.5:
            m[INTERVALS + int(m[COUNTED]) % 8] = m[SINCE_QRS]
        m[COUNTED] += 1.0
        m[SINCE_QRS] = 0.0
    m[LEVEL] = max(m[LEVEL], steep)
