"""What a bedside shows after each second: plain data between the patient and the terminal."""

import math
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Priority = Literal["high", "medium", "low"]


class Alarm(msgspec.Struct, frozen=True):
    """An alarm that is shown.

    Attributes:
        priority: Of the alarm.
        text: As the monitor words it.
    """

    priority: Priority
    text: str


class Cuff(msgspec.Struct, frozen=True):
    """A pressure measured by the cuff, mmHg, and when, s."""

    systolic_mmhg: float
    diastolic_mmhg: float
    mean_mmhg: float
    at_s: float


class Numbers(msgspec.Struct, frozen=True):
    """The figures of the monitor; NaN where nothing is measured.

    Attributes:
        heart_rate: Beats a minute.
        systolic_mmhg, diastolic_mmhg, mean_mmhg: Of the arterial line.
        spo2_pct: Of the pulse oximeter.
        etco2_mmhg: At the end of expiration.
        respiratory_rate: Breaths a minute.
        temperature_c: Core.
        cuff: Of the last measurement by cuff.
        cuff_busy: Whether the cuff is measuring.
        cuff_failed: Whether its last cycle found nothing.
    """

    heart_rate: float = math.nan
    systolic_mmhg: float = math.nan
    diastolic_mmhg: float = math.nan
    mean_mmhg: float = math.nan
    spo2_pct: float = math.nan
    etco2_mmhg: float = math.nan
    respiratory_rate: float = math.nan
    temperature_c: float = math.nan
    cuff: Cuff | None = None
    cuff_busy: bool = False
    cuff_failed: bool = False


class Line(msgspec.Struct, frozen=True):
    """A line of the log.

    Attributes:
        at_s: When.
        who: `you`, `patient`, `device`, `scenario`, `alarm`, `refused`.
        text: What was said or happened.
    """

    at_s: float
    who: str
    text: str


class Second(msgspec.Struct, frozen=True, eq=False):
    """What a second brought.

    Attributes:
        time_s: Since arrival.
        waves: Samples of the second by name (`ecg`, `art`, `pleth`, `co2`); none of
            a sensor that is not on.
        numbers: The figures.
        alarms: Most urgent first.
        silenced: Whether the alarms' sound is paused.
        devices: Name and state of what stands at the bed.
        lines: New lines of the log.
        ended: Empty while it goes on, else how it ended.
    """

    time_s: float
    waves: dict[str, Array]
    numbers: Numbers
    alarms: tuple[Alarm, ...] = ()
    silenced: bool = False
    devices: tuple[tuple[str, str], ...] = ()
    lines: tuple[Line, ...] = ()
    ended: str = ""
