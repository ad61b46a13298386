"""What a patient monitor can be told by its sensors, and the limits and conditions that it alarms for."""

import math
from typing import Final

import msgspec

from abaton.training.devices.alarms import Priority, Rule
from abaton.training.physiology.rhythm import Rhythm


class Readings(msgspec.Struct, frozen=True):
    """What the sensors say now; None where a sensor says nothing.

    Attributes:
        heart_rate: By the ECG, per minute.
        rhythm: As the monitor's analysis of the ECG calls it.
        spo2_pct, pulse_rate: By the pulse oximeter.
        arterial_systolic_mmhg, arterial_diastolic_mmhg, arterial_mean_mmhg: By the arterial line.
        cuff_systolic_mmhg, cuff_diastolic_mmhg, cuff_mean_mmhg: Of the last measurement, in the second it ends.
        cuff_failed: A measurement ended without a value in this second.
        etco2_mmhg, respiratory_rate: By capnography.
        chest_rate: Breaths by the ECG's impedance.
        temperature_c: By a probe.
    """

    heart_rate: float | None = None
    rhythm: Rhythm | None = None
    spo2_pct: float | None = None
    pulse_rate: float | None = None
    arterial_systolic_mmhg: float | None = None
    arterial_diastolic_mmhg: float | None = None
    arterial_mean_mmhg: float | None = None
    cuff_systolic_mmhg: float | None = None
    cuff_diastolic_mmhg: float | None = None
    cuff_mean_mmhg: float | None = None
    cuff_failed: bool = False
    etco2_mmhg: float | None = None
    respiratory_rate: float | None = None
    chest_rate: float | None = None
    temperature_c: float | None = None


SENSORS: Final[dict[str, tuple[str, ...]]] = {
    "ecg": ("heart_rate", "chest_rate"),
    "spo2": ("spo2_pct", "pulse_rate"),
    "nibp": ("cuff_systolic_mmhg", "cuff_diastolic_mmhg", "cuff_mean_mmhg"),
    "arterial_line": ("arterial_systolic_mmhg", "arterial_diastolic_mmhg", "arterial_mean_mmhg"),
    "capnography": ("etco2_mmhg", "respiratory_rate"),
    "temperature": ("temperature_c",),
}
"""Sensor to what it measures."""
WAVES: Final = {"ecg": "ECG", "spo2": "Pleth", "arterial_line": "ABP", "capnography": "CO2"}
"""Sensor to the wave that is drawn of it."""

FAULTS: Final = {f"{sensor}_off": f"The {sensor} came off or gives no signal." for sensor in SENSORS}


class Limits(msgspec.Struct, frozen=True):
    """Alarm limits of one vital sign.

    Attributes:
        low, high: Outside them it alarms; None where there is none.
        least, most: Between which they can be set.
        priority: Of the alarm.
        delay_s: Condition delay.
    """

    low: float | None
    high: float | None
    least: float
    most: float
    priority: Priority = "medium"
    delay_s: float = 5.0


LIMITS: Final[dict[str, Limits]] = {
    "heart_rate": Limits(50, 120, 20, 250),
    "spo2_pct": Limits(90, None, 50, 100, delay_s=10.0),
    "arterial_systolic_mmhg": Limits(90, 160, 20, 260),
    "arterial_mean_mmhg": Limits(60, 110, 20, 220),
    "cuff_systolic_mmhg": Limits(90, 160, 20, 260, delay_s=0.0),
    "cuff_mean_mmhg": Limits(60, 110, 20, 220, delay_s=0.0),
    "etco2_mmhg": Limits(25, 60, 5, 100, delay_s=10.0),
    "respiratory_rate": Limits(8, 30, 3, 80, delay_s=10.0),
    "chest_rate": Limits(8, 30, 3, 80, delay_s=10.0),
    "temperature_c": Limits(35, 39, 25, 44, delay_s=10.0),
}
"""Adult limits as makers set them at first (recalled from manuals of bedside monitors, to be checked)."""
NAMES: Final = {
    "heart_rate": "HR", "spo2_pct": "SpO2", "pulse_rate": "Pulse", "arterial_systolic_mmhg": "ABP systolic",
    "arterial_mean_mmhg": "ABP mean", "cuff_systolic_mmhg": "NIBP systolic", "cuff_mean_mmhg": "NIBP mean",
    "etco2_mmhg": "EtCO2", "respiratory_rate": "RR", "chest_rate": "RR", "temperature_c": "Temp",
}  # fmt: skip
FATAL: Final = {
    Rhythm.ASYSTOLE: ("asystole", "Asystole"),
    Rhythm.VENTRICULAR_FIBRILLATION: ("fibrillation", "Ventricular fibrillation"),
    Rhythm.VENTRICULAR_TACHYCARDIA: ("tachycardia", "Ventricular tachycardia"),
}
FAR: Final = {"heart_rate": (40.0, 150.0), "spo2_pct": (80.0, math.inf), "arterial_mean_mmhg": (45.0, math.inf)}
"""Beyond these the priority is high (recalled from manuals of bedside monitors, to be checked)."""
APNOEA_S: Final = 20.0
"""Without a breath (recalled from manuals of bedside monitors, to be checked)."""


def _rules() -> tuple[Rule, ...]:
    """Every condition to alarm for: one rule for each side of a limit, and one for being far beyond it."""
    found = [Rule(name, text, "high", 3.0, 1.0, latching=True) for name, text in FATAL.values()]
    found.append(Rule("no_pulse", "No pulse wave", "high", 5.0, 1.0, latching=True))
    found.append(Rule("apnoea", "Apnoea", "high", APNOEA_S, 1.0))
    for vital, limits in LIMITS.items():
        for side, far in zip(("low", "high"), FAR.get(vital, (-math.inf, math.inf)), strict=True):
            if math.isfinite(far):
                name, text = f"{vital}_far_{side}", f"{NAMES[vital]} very {side}"
                found.append(Rule(name, text, "high", limits.delay_s, 1.0, covers=f"{vital}_{side}"))
        found.append(Rule(f"{vital}_low", f"{NAMES[vital]} low", limits.priority, limits.delay_s, 1.0))
        found.append(Rule(f"{vital}_high", f"{NAMES[vital]} high", limits.priority, limits.delay_s, 1.0))
    found.extend(Rule(f"{sensor}_lost", f"{sensor}: no signal", "low", 5.0, 1.0) for sensor in SENSORS)
    return tuple(found)


RULES: Final = _rules()
