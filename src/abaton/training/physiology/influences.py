"""What acts on a body from outside, as vectors that add up.

Every cause (a wound, a drug, a fluid) contributes one vector in each tick of a second. The sum is what the body feels:
entries named `log_...` are natural logarithms of factors, so that factors multiply as contributions add; the others are
quantities added to the body's own. Because causes add, one can be taken away or held where it was, and the body asked
again: that is how the why-trace tells how much each did.
"""

import math
from typing import TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.core.errors import Problem

Array: TypeAlias = NDArray[np.float64]

TICK_S = 1.0
"""Contributions hold for a second."""

MEANING = {
    "log_resistance": "ln of the factor on systemic peripheral resistance",
    "log_contractility": "ln of the factor on both ventricles' end-systolic elastance",
    "log_heart_rate": "ln of the factor on the heart rate",
    "log_metabolism": "ln of the factor on oxygen use and CO2 production",
    "log_airway_resistance": "ln of the factor on airway resistance",
    "log_compliance": "ln of the factor on lung compliance",
    "log_drive": "ln of the factor on the chemical drive to breathe",
    "log_wakefulness": "ln of the factor on the drive to breathe of being awake",
    "log_baroreflex": "ln of the factor on the baroreflex's gain",
    "log_upper_airway": "ln of the factor on the conductance of the upper airway; -inf is not allowed, -20 is shut",
    "venous_unstressed_ml": "ml added to the veins' unstressed volume",
    "pleural_mmhg": "mmHg added to pleural pressure",
    "shunt": "added fraction of blood that passes the lungs without gas exchange",
    "arterial_bleed_ml_s_mmhg": "conductance of an arterial wound, ml/s per mmHg",
    "venous_bleed_ml_s_mmhg": "conductance of a venous wound, ml/s per mmHg",
    "leak_ml_s": "plasma lost through capillaries, ml/s",
    "crystalloid_ml_s": "crystalloid given, ml/s",
    "blood_ml_s": "blood given, ml/s, of haemoglobin 15 g/dl",
    "temperature_set_c": "degrees Celsius added to the temperature's set point",
    "lactate_mmol_min": "lactate made beyond what lack of oxygen makes, mmol/min",
    "sympathetic": "spikes/s added to sympathetic firing",
    "vagal": "spikes/s added to vagal firing",
    "bis_depression": "0 awake to 1 no brain activity, taken off the bispectral index and consciousness",
    "arrhythmia_hazard_per_min": "hazard of ventricular fibrillation, per minute",
}
"""Names in order, and what they mean."""

INFLUENCES: tuple[str, ...] = tuple(MEANING)
INDEX: dict[str, int] = {name: place for place, name in enumerate(INFLUENCES)}
LEAST: Array = np.array([
    0.0 if name.endswith(("_ml_s", "_ml_s_mmhg", "_per_min")) or name == "shunt" else -math.inf for name in INFLUENCES
])  # fmt: skip
"""What the sum of all contributions may not fall below: no wound bleeds inwards."""


def contribution(**values: float) -> Array:
    """The vector of one cause, (len(INFLUENCES),) float64; zero where nothing is named.

    Raises:
        Problem: There is no influence of that name, or a value is not finite.
    """
    made = np.zeros(len(INFLUENCES))
    for name, value in values.items():
        if name not in INDEX:
            raise Problem(
                "influence_unknown",
                got=f"an influence named {name!r}",
                expected="one of " + ", ".join(INFLUENCES),
                next_step="Use one of these names.",
            )
        if not math.isfinite(value):
            raise Problem(
                "influence_not_finite",
                got=f"{name} = {value}",
                expected="a finite number",
                next_step="Look at what computed it.",
            )
        made[INDEX[name]] = value
    return made


class Support(msgspec.Struct, frozen=True):
    """What hands and machines do to the body in a tick.

    Attributes:
        inspired_oxygen: Fraction of oxygen breathed, 0 to 1.
        ventilation: `spontaneous`, `bag` or `ventilator`; the last two breathe for the patient.
        mode: Of the ventilator: `vcv` (volume), `pcv` (pressure), `psv` (support of own breaths).
        rate_per_min: Breaths given.
        tidal_ml: Volume given, of a bag or in VCV.
        inspiratory_cmh2o: Pressure above PEEP in PCV and PSV, cmH2O.
        peep_cmh2o: Pressure at the end of expiration, cmH2O.
        inspiratory_s: Length of an inspiration given.
        compression_per_min: Chest compressions; 0 none.
        compression_depth_mm: Of each.
        compression_residual_mm: How deep the chest still is between two (leaning).
        airway_open: Whether hands or a device hold the upper airway open.
        tube: Whether a tube is in the trachea.
    """

    inspired_oxygen: float = 0.21
    ventilation: str = "spontaneous"
    mode: str = "vcv"
    rate_per_min: float = 0.0
    tidal_ml: float = 0.0
    inspiratory_cmh2o: float = 0.0
    peep_cmh2o: float = 0.0
    inspiratory_s: float = 1.0
    compression_per_min: float = 0.0
    compression_depth_mm: float = 0.0
    compression_residual_mm: float = 0.0
    airway_open: bool = False
    tube: bool = False
