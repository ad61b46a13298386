"""Blood pressure by a cuff: a number now and then, late, a little wrong, and none without a pulse.

A cycle blows the cuff up in 6 s and lets it down over 26 to 34 s, so that systolic, mean and diastolic pressure are
those of different moments. Errors lie within what is allowed (mean 5, deviation 8 mmHg; ISO 81060-2, recalled, to be
checked).
"""

import msgspec

from abaton.core.errors import Problem
from abaton.training.physiology.vitals import Vitals
from abaton.training.sensors.noise import normal, uniform

INFLATES_S = 6
LEAST_CYCLE_S, MOST_CYCLE_S = 30, 40
FIRST_MMHG, ABOVE_MMHG, ENDS_MMHG = 160.0, 35.0, 20.0
ERROR_MMHG = (4.5, 3.0, 4.0)
"""Deviation of systolic, mean and diastolic errors."""
LEAST_PULSE_MMHG, LEAST_SYSTOLIC_MMHG = 15.0, 50.0
DISTURBED_S = 3
"""So many bad seconds while it listens, and a cycle fails."""
STALE_S = 600.0


class CuffReading(msgspec.Struct, frozen=True):
    """What a cycle found.

    Attributes:
        taken_s: When it ended, on the patient's clock.
        systolic_mmhg, diastolic_mmhg, mean_mmhg: As displayed, whole numbers.
    """

    taken_s: float
    systolic_mmhg: float
    diastolic_mmhg: float
    mean_mmhg: float


class Cuff(msgspec.Struct, frozen=True):
    """A cuff on an arm.

    Attributes:
        seed: Of its errors.
        same_arm: Whether it shares the arm with the oximeter, which then loses the pulse.
        every_s: Between automatic cycles; 0 for none.
        running: Whether a cycle is under way.
        into_s: Seconds into it.
        length_s: Of this cycle.
        top_mmhg: Highest pressure of this cycle.
        cuff_mmhg: Pressure now.
        found: Systolic, mean and diastolic pressure found in this cycle so far.
        disturbed_s: Bad seconds in this cycle.
        cycles: Begun so far.
        began_s: When the last began.
        failed_s: When the last cycle failed, if it did.
        last: The last that succeeded.
        connected: Whether it is on the arm.
    """

    seed: int
    same_arm: bool = False
    every_s: float = 0.0
    running: bool = False
    into_s: int = 0
    length_s: int = 0
    top_mmhg: float = 0.0
    cuff_mmhg: float = 0.0
    found: tuple[float, ...] = ()
    disturbed_s: int = 0
    cycles: int = 0
    began_s: float = 0.0
    failed_s: float | None = None
    last: CuffReading | None = None
    connected: bool = True


def every(cuff: Cuff, minutes: float) -> Cuff:
    """The cuff with automatic cycles; 0 minutes stops them.

    Raises:
        Problem: An interval that no monitor offers.
    """
    if minutes and not 1 <= minutes <= 240:
        raise Problem("cuff_interval", f"{minutes:g} min", "0, or 1 to 240 min", "Choose an interval in this range.")
    return msgspec.structs.replace(cuff, every_s=60.0 * minutes)


def started(cuff: Cuff, time_s: float) -> Cuff:
    """A cycle begins, if none is under way."""
    if cuff.running:
        return cuff
    number = cuff.cycles + 1
    length = LEAST_CYCLE_S + int((MOST_CYCLE_S - LEAST_CYCLE_S + 1) * uniform(cuff.seed, 1000 * number))
    top = FIRST_MMHG if cuff.last is None else max(cuff.last.systolic_mmhg + ABOVE_MMHG, 120.0)
    return msgspec.structs.replace(
        cuff, running=True, into_s=0, length_s=length, top_mmhg=top, found=(), disturbed_s=0, cycles=number,
        began_s=time_s,
    )  # fmt: skip


def stopped(cuff: Cuff) -> Cuff:
    """The air is let out; the cycle counts for nothing."""
    return msgspec.structs.replace(cuff, running=False, cuff_mmhg=0.0, found=())


def pressed(cuff: Cuff, vitals: Vitals, disturbed: bool = False) -> Cuff:
    """The cuff a second later; `disturbed` by motion or compressions."""
    if not cuff.running:
        due = cuff.every_s > 0 and (cuff.cycles == 0 or vitals.time_s - cuff.began_s >= cuff.every_s)
        return started(cuff, vitals.time_s) if due and cuff.connected else cuff
    into = cuff.into_s + 1
    if into <= INFLATES_S:
        top = cuff.top_mmhg
        if into == INFLATES_S and vitals.systolic_mmhg > top - 10.0:
            # It still hears a pulse at the top, and goes higher.
            top = min(vitals.systolic_mmhg + ABOVE_MMHG, 280.0)
        return msgspec.structs.replace(cuff, into_s=into, top_mmhg=top, cuff_mmhg=top * into / INFLATES_S)
    share = (into - INFLATES_S) / (cuff.length_s - INFLATES_S)
    now = cuff.top_mmhg + share * (ENDS_MMHG - cuff.top_mmhg)
    weak = vitals.systolic_mmhg - vitals.diastolic_mmhg < LEAST_PULSE_MMHG
    bad = disturbed or weak or not cuff.connected or vitals.systolic_mmhg < LEAST_SYSTOLIC_MMHG
    found = cuff.found
    for number, true in enumerate((vitals.systolic_mmhg, vitals.mean_mmhg, vitals.diastolic_mmhg)):
        if len(found) == number and now <= true and not bad:
            found += (true,)
    cuff = msgspec.structs.replace(
        cuff, into_s=into, cuff_mmhg=now, found=found, disturbed_s=cuff.disturbed_s + bad
    )  # fmt: skip
    if into < cuff.length_s:
        return cuff
    ended = msgspec.structs.replace(cuff, running=False, cuff_mmhg=0.0)
    if cuff.disturbed_s >= DISTURBED_S or len(found) < 3:
        return msgspec.structs.replace(ended, failed_s=vitals.time_s)
    return msgspec.structs.replace(ended, failed_s=None, last=_displayed(cuff, vitals.time_s))


def stale(cuff: Cuff, time_s: float) -> bool:
    """Whether the last reading is old: beyond one and a half intervals, or ten minutes without an interval."""
    if cuff.last is None:
        return True
    return time_s - cuff.last.taken_s > (1.5 * cuff.every_s or STALE_S)


def _displayed(cuff: Cuff, time_s: float) -> CuffReading:
    systolic, mean, diastolic = (
        true + spread * min(max(normal(cuff.seed, 1000 * cuff.cycles + 10 + number), -2.5), 2.5)
        for number, (true, spread) in enumerate(zip(cuff.found, ERROR_MMHG, strict=True))
    )
    # An order is kept: a display never shows a diastolic pressure above the mean.
    mean = min(max(mean, diastolic + 1.0), systolic - 1.0)
    return CuffReading(time_s, float(round(systolic)), float(round(min(diastolic, mean - 1.0))), float(round(mean)))
