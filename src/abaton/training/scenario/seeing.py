"""What a person at the bedside can know: what attached sensors show, what was examined, who answers.

Sensors show what they would: a cuff after its cycle and nothing without a pulse, a finger clip some seconds late.
"""

from typing import Final

import msgspec

from abaton.training.physiology.rhythm import SHOCKABLE
from abaton.training.physiology.vitals import Vitals

NIBP_FIRST_S: Final = 30.0
NIBP_EVERY_S: Final = 60.0
SPO2_LATE_S: Final = 20
"""A cuff takes 30 to 40 s, a finger clip is 15 to 30 s late (training reference, section 7)."""
FELT_S: Final = 15.0
"""For so long a pulse that was felt counts as known."""
GAS_LATE_S: Final = 60.0
"""A blood gas at the bedside takes about a minute; stylised."""
CONSCIOUS_SCALE: Final = 13
SIGNS_OF: Final = {
    "ecg": ("heart_rate", "rhythm"),
    "spo2": ("saturation_pct", "heart_rate"),
    "nibp": ("systolic_mmhg", "diastolic_mmhg", "mean_mmhg"),
    "arterial_line": ("systolic_mmhg", "diastolic_mmhg", "mean_mmhg", "heart_rate"),
    "capnography": ("etco2_mmhg", "respiratory_rate"),
    "temperature": ("temperature_c",),
}
"""What each sensor shows."""
GAS_SIGNS: Final = ("ph", "pao2_mmhg", "paco2_mmhg", "lactate_mmol_l", "haemoglobin_g_dl")
EXAMINED_SIGNS: Final = {
    "pulse": ("heart_rate",),
    "circulation": ("heart_rate",),
    "breathing": ("respiratory_rate",),
}


class Seen(msgspec.Struct, frozen=True):
    """The bedside now, as a learner knows it.

    Attributes:
        time_s: Since arrival.
        known: Signs by name; those that nothing shows are not in it. `rhythm` is its code.
        pulse: Whether a pulse is known to be there; None where nobody felt and nothing shows it.
        shockable: Whether the rhythm is known to be one that is shocked; None where nothing shows it.
        conscious: Whether the patient can answer.
        told: What was said, found or answered in the last second.
    """

    time_s: float
    known: dict[str, float]
    pulse: bool | None
    shockable: bool | None
    conscious: bool
    told: tuple[str, ...]


class Senses(msgspec.Struct, frozen=True):
    """What was attached, measured and examined so far.

    Attributes:
        attached: Sensor to when.
        cuff: Last reading of the cuff: (systolic, diastolic, mean), empty before and without a pulse.
        cuff_s: When the next reading is due.
        saturations: Of the last seconds, for the finger clip.
        examined: What and when, with what it showed.
        analysed: When an AED last analysed, and whether it advised a shock.
    """

    attached: dict[str, float] = {}
    cuff: tuple[float, ...] = ()
    cuff_s: float = 0.0
    saturations: tuple[float, ...] = ()
    examined: dict[str, tuple[float, dict[str, float]]] = {}
    analysed: tuple[float, bool] | None = None


def attach(senses: Senses, sensor: str, time_s: float) -> Senses:
    """With one sensor or pad more."""
    if sensor in senses.attached:
        return senses
    due = time_s + NIBP_FIRST_S if sensor == "nibp" else senses.cuff_s
    return msgspec.structs.replace(senses, attached={**senses.attached, sensor: time_s}, cuff_s=due)


def detach(senses: Senses, sensor: str) -> Senses:
    """With one sensor or pad less."""
    left = {name: when for name, when in senses.attached.items() if name != sensor}
    return msgspec.structs.replace(senses, attached=left) if len(left) < len(senses.attached) else senses


def examine(senses: Senses, what: str, vitals: Vitals, time_s: float) -> Senses:
    """With what was looked at."""
    names = GAS_SIGNS if what == "blood_gas" else EXAMINED_SIGNS.get(what, ())
    shown = {name: float(getattr(vitals, name)) for name in names}
    if what in ("pulse", "circulation"):
        shown["pulse"] = float(vitals.pulse)
    return msgspec.structs.replace(senses, examined={**senses.examined, what: (time_s, shown)})


def passed(senses: Senses, vitals: Vitals, time_s: float) -> Senses:
    """A second later."""
    saturations = (*senses.saturations, vitals.saturation_pct)[-SPO2_LATE_S:]
    cuff, due = senses.cuff, senses.cuff_s
    if "nibp" in senses.attached and time_s >= due:
        cuff = (vitals.systolic_mmhg, vitals.diastolic_mmhg, vitals.mean_mmhg) if vitals.pulse else ()
        due = time_s + NIBP_EVERY_S
    return msgspec.structs.replace(senses, saturations=saturations, cuff=cuff, cuff_s=due)


def seen(senses: Senses, vitals: Vitals, time_s: float, told: tuple[str, ...]) -> Seen:
    """What can be known now."""
    known: dict[str, float] = {"coma_scale": float(vitals.coma_scale)}
    pulse: bool | None = None
    for what, (when, shown) in senses.examined.items():
        age = time_s - when
        if (what == "blood_gas" and age >= GAS_LATE_S) or (what != "blood_gas" and age <= FELT_S):
            known.update({name: value for name, value in shown.items() if name != "pulse"})
            if "pulse" in shown:
                pulse = shown["pulse"] > 0
    for sensor in senses.attached:
        if sensor == "nibp":
            known.update(zip(SIGNS_OF["nibp"], senses.cuff, strict=False))
        elif sensor == "spo2":
            if vitals.pulse and senses.saturations:
                known["saturation_pct"] = senses.saturations[0]
                known["heart_rate"] = vitals.heart_rate
            pulse = vitals.pulse
        else:
            known.update({name: float(getattr(vitals, name)) for name in SIGNS_OF.get(sensor, ())})
    if "arterial_line" in senses.attached:
        pulse = vitals.pulse
    shockable = senses.analysed[1] if senses.analysed is not None else None
    if "ecg" in senses.attached:
        shockable = vitals.rhythm in SHOCKABLE
    return Seen(time_s, known, pulse, shockable, vitals.coma_scale >= CONSCIOUS_SCALE, told)
