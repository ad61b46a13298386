"""Insults: wounds, shocks, a heart that stops; each takes its own course and says what it contributes.

Amounts are the training reference's (section 4): published where a source is named, stylised where none is.
"""

# Every cause is asked the same way, whether it needs all that it is told.
# ruff: noqa: ARG002

import math

import msgspec

from abaton.training.physiology.influences import Array, contribution
from abaton.training.physiology.vitals import Vitals

BLEEDS = {
    # site: (share that comes from veins, what a tourniquet leaves, what pressure leaves, what packing leaves)
    "arm": (0.2, 0.0, 0.2, 0.15),
    "leg": (0.2, 0.0, 0.2, 0.15),
    "junction": (0.3, 1.0, 0.4, 0.15),
    "scalp": (0.4, 1.0, 0.1, 0.1),
    "chest": (0.5, 1.0, 1.0, 1.0),
    "abdomen": (0.5, 1.0, 1.0, 1.0),
}
"""Direct pressure leaves 0.2 to 0.5 of the flow; a tourniquet none, where one can be put on."""


class Haemorrhage(msgspec.Struct, frozen=True):
    """Blood lost from a wound; flow falls as pressure falls.

    Attributes:
        site: Of `BLEEDS`.
        rate_ml_min: At a mean pressure of 90 mmHg and a venous pressure of 5.
        left: Share of the flow that treatment leaves.
        clot: Share that clotting has stopped.
        clotting_per_min: How fast a low pressure lets it clot.
    """

    site: str
    rate_ml_min: float
    left: float = 1.0
    clot: float = 0.0
    clotting_per_min: float = 0.0

    @property
    def name(self) -> str:
        """As the why-trace calls it."""
        return f"bleeding from the {self.site}"

    def contribution(self, vitals: Vitals) -> Array:
        """Conductances of artery and vein."""
        venous = BLEEDS[self.site][0]
        flow = self.rate_ml_min / 60 * self.left * (1 - self.clot)
        return contribution(
            arterial_bleed_ml_s_mmhg=flow * (1 - venous) / 90,
            venous_bleed_ml_s_mmhg=flow * venous / 5,
            sympathetic=0.4 if self.left > 0.3 else 0.2,
        )

    def after(self, seconds: float, vitals: Vitals) -> "Haemorrhage":
        """A clot grows while pressure is low and holds while it is not high."""
        grown = self.clot + seconds / 60 * self.clotting_per_min * (1.0 if vitals.mean_mmhg < 75 else 0.2)
        return msgspec.structs.replace(self, clot=min(grown, 0.95))


class Anaphylaxis(msgspec.Struct, frozen=True):
    """Vessels open and leak, bronchi close; adrenaline's own effects work against it, and time.

    Up to 35 % of plasma leaves within 10 min (Fisher 1986; recalled, to be checked).

    Attributes:
        severity: 0 to 1.
        reached: How far it has come, 0 to 1.
        settling: How far mediators are spent, 0 to 1.
    """

    severity: float
    reached: float = 0.05
    settling: float = 0.0
    name: str = "anaphylaxis"

    @property
    def strength(self) -> float:
        """What acts now, 0 to 1."""
        return self.severity * self.reached * (1 - self.settling)

    def contribution(self, vitals: Vitals) -> Array:
        """On vessels, lungs, upper airway, heart."""
        now = self.strength
        return contribution(
            log_resistance=math.log(0.28) * now,
            venous_unstressed_ml=850 * now,
            leak_ml_s=2.0 * now,
            log_airway_resistance=math.log(20.0) * now,
            log_upper_airway=-1.6 * now,
            shunt=0.16 * now,
            log_wakefulness=0.45 * now,
            lactate_mmol_min=3.0 * now,
            sympathetic=1.5 * now,
            log_heart_rate=0.22 * now,
        )

    def after(self, seconds: float, vitals: Vitals) -> "Anaphylaxis":
        """Full within minutes; mediators wear off within an hour."""
        reached = self.reached + (1 - self.reached) * seconds / 120
        return msgspec.structs.replace(self, reached=reached, settling=min(1.0, self.settling + seconds / 5400))


class TensionPneumothorax(msgspec.Struct, frozen=True):
    """Air that enters the chest with each breath and does not leave.

    Attributes:
        side: `left` or `right`.
        rate_mmhg_min: How fast pressure rises.
        most_mmhg: Where it ends.
        pressure_mmhg: Now.
        vented: Whether a needle or drain lets it out.
        needle_s: For how long a needle still stays open; drains stay.
    """

    side: str
    rate_mmhg_min: float
    most_mmhg: float = 18.0
    pressure_mmhg: float = 2.0
    vented: bool = False
    needle_s: float = 0.0
    name: str = "tension pneumothorax"

    def contribution(self, vitals: Vitals) -> Array:
        """Pressure on heart and veins, a lung that does not take part."""
        now = self.pressure_mmhg
        return contribution(
            pleural_mmhg=now,
            shunt=min(0.05 + 0.02 * now, 0.42) if now > 0.5 else 0.03,
            log_compliance=-0.06 * now,
            log_wakefulness=0.03 * now,
            sympathetic=0.08 * now,
        )

    def after(self, seconds: float, vitals: Vitals) -> "TensionPneumothorax":
        """It rises until it is let out; a needle kinks after some minutes."""
        if self.vented:
            left = self.pressure_mmhg * math.exp(-seconds / 15.0)
            needle = self.needle_s - seconds if self.needle_s > 0 else self.needle_s
            kinked = self.needle_s > 0 >= needle
            return msgspec.structs.replace(self, pressure_mmhg=left, needle_s=max(needle, 0.0), vented=not kinked)
        risen = min(self.most_mmhg, self.pressure_mmhg + seconds / 60 * self.rate_mmhg_min)
        return msgspec.structs.replace(self, pressure_mmhg=risen)


class SepticShock(msgspec.Struct, frozen=True):
    """Vessels open and leak, the heart weakens, metabolism and temperature rise; antibiotics turn it, slowly.

    Attributes:
        severity: 0 to 1.
        per_hour: How fast it worsens untreated.
        treated_s: Since the first antibiotic; NaN before.
    """

    severity: float
    per_hour: float = 0.25
    treated_s: float = math.nan
    name: str = "sepsis"

    def contribution(self, vitals: Vitals) -> Array:
        """On vessels, heart, lungs, temperature, and a muddled mind."""
        now = self.severity
        return contribution(
            log_resistance=math.log(0.33) * now,
            venous_unstressed_ml=550 * now,
            leak_ml_s=0.07 * now,
            log_contractility=math.log(0.68) * now,
            shunt=0.16 * now,
            log_metabolism=math.log(1.25) * now,
            temperature_set_c=2.2 * now,
            lactate_mmol_min=5.0 * now,
            log_heart_rate=0.20 * now,
            log_drive=0.35 * now,
            bis_depression=0.14 * now,
        )

    def after(self, seconds: float, vitals: Vitals) -> "SepticShock":
        """Worse by the hour (Kumar 2006: each hour without antibiotics costs survival); better long after them."""
        if math.isnan(self.treated_s):
            severity = min(1.2, self.severity + seconds / 3600 * self.per_hour)
            return msgspec.structs.replace(self, severity=severity)
        turned = self.treated_s > 3600
        severity = self.severity * (1 - seconds / 14400) if turned else self.severity
        return msgspec.structs.replace(self, severity=severity, treated_s=self.treated_s + seconds)


class MyocardialInfarction(msgspec.Struct, frozen=True):
    """A part of the heart without blood: it squeezes less and may fibrillate.

    Attributes:
        severity: 0 to 1; at 1 contractility is 0.3 of usual.
        hazard_per_min: Of ventricular fibrillation, at severity 1.
    """

    severity: float
    hazard_per_min: float = 0.02
    name: str = "myocardial infarction"

    def contribution(self, vitals: Vitals) -> Array:
        """On contractility and rhythm."""
        return contribution(
            log_contractility=math.log(0.3) * self.severity,
            arrhythmia_hazard_per_min=self.hazard_per_min * self.severity,
            sympathetic=1.5 * self.severity,
        )

    def after(self, seconds: float, vitals: Vitals) -> "MyocardialInfarction":
        """It stays."""
        return self


class Posture(msgspec.Struct, frozen=True):
    """How the patient lies: legs raised give blood back to the heart, sitting takes it.

    Attributes:
        venous_ml: Change of unstressed venous volume; legs raised about -250 (Monnet 2016; recalled, to be checked).
    """

    venous_ml: float
    name: str = "posture"

    def contribution(self, vitals: Vitals) -> Array:
        """On the veins."""
        return contribution(venous_unstressed_ml=self.venous_ml)

    def after(self, seconds: float, vitals: Vitals) -> "Posture":
        """It stays until it is changed."""
        return self
