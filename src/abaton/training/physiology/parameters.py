"""A person's parameters, from the published ones of a man of 5.3 litres of blood.

Circulation: Ursino 1998 (Am J Physiol 275:H1733) and Albanese 2016 (Am J Physiol 310:H922), recalled and to be checked
against the papers where the reference says so. Volumes follow blood volume (Nadler 1962), flows body surface
(Du Bois 1916) and age; disease changes what the field's textbooks say it changes, by stylised amounts.
"""

import numpy as np

from abaton.core.errors import Problem
from abaton.training.physiology import layout
from abaton.training.physiology.influences import Array
from abaton.training.physiology.person import Person

DISEASES = ("hypertension", "heart_failure", "copd", "obesity", "anaemia", "coronary")
LIMITS = {"age_years": (18, 95), "weight_kg": (35, 200), "height_cm": (140, 210), "fitness": (0, 1)}

STANDARD: dict[str, float] = {
    "C_SA": 0.28, "R_SA": 0.06, "L_SA": 0.22e-3, "C_SP": 2.05 + 1.67, "U_SP": 274.4 + 336.6, "C_SV": 61.11,
    "R_SV": 0.038, "C_EV": 50.0, "R_EV": 0.016, "C_PA": 0.76, "R_PA": 0.023, "L_PA": 0.18e-3, "C_PP": 5.80,
    "U_PP": 123.0, "R_PP": 0.86 * 0.0894, "C_PV": 25.37, "U_PV": 120.0, "R_PV": 0.0056, "C_LA": 19.23, "U_LA": 25.0,
    "R_LA": 2.5e-3, "C_RA": 31.25, "U_RA": 25.0, "R_RA": 2.5e-3,
    "P0_LV": 1.5, "K_LV": 0.013, "U_LV": 16.77, "E_LV": 2.392, "KR_LV": 3.75e-4,
    "P0_RV": 1.5, "K_RV": 0.011, "U_RV": 40.8, "E_RV": 1.412, "KR_RV": 1.4e-3,
    "BASE_RSP": 0.754 * 2.49, "BASE_REP": 0.754 * 0.78, "BASE_USV": 1435.4, "BASE_UEV": 1537.0,
    "BASE_T": 0.58, "SET_PN": 83.5,
    "SIZE_U": 1.0, "SIZE_R": 1.0, "SIZE_E": 1.0,
    "FRC": 3280.0, "DEAD_SPACE": 140.0, "C_LUNG": 0.08, "R_LUNG": 3.0, "SHUNT": 0.024, "VO2": 250.0, "VCO2": 200.0,
    "FLOW_0": 5.4, "FLOW_BRAIN": 0.15, "BLOOD": 5300.0, "HB_0": 15.0, "T_SET": 37.0, "RESERVE": 4.0,
    "TISSUE_L": 38.68, "BRAIN_L": 1.32, "CVP_SET": 5.0,
    "LOW_GAIN": 3.87, "LOW_LIMIT": 2.78, "WITHDRAWN": 3.83, "ISCHAEMIC_GAIN": 25.9,
    "ISCHAEMIC_MMHG": 48.8, "REFILL": 0.0555,
}  # fmt: skip
"""Values of the reference man, by name; units as in `layout`, compliance of the lung in l/cmH2O.

Ten of them are not the published ones: the resistances' bases, the set point (SET_PN), the answer to loss of blood
(LOW_GAIN to REFILL), the left ventricle's stiffness and the lung's resistance were fitted to Guyton's curves of
haemorrhage at 250 ml/min, to a mean pressure below 105 mmHg and to pressures of the lung at rest.
"""


def blood_volume_ml(person: Person) -> float:
    """Nadler, Hidalgo and Bloch 1962, Surgery 51:224."""
    cubed = (person.height_cm / 100) ** 3
    if person.sex == "female":
        return 1000 * (0.3561 * cubed + 0.03308 * person.weight_kg + 0.1833)
    return 1000 * (0.3669 * cubed + 0.03219 * person.weight_kg + 0.6041)


def surface_m2(person: Person) -> float:
    """Du Bois and Du Bois 1916."""
    return 0.007184 * person.weight_kg**0.425 * person.height_cm**0.725


def checked(person: Person) -> Person:
    """The person, if the model stands for people like this.

    Raises:
        Problem: A value outside the model's range, not finite, or of no meaning.
    """
    for name, (least, most) in LIMITS.items():
        value = float(getattr(person, name))
        if not least <= value <= most:
            raise _beyond(f"{name} = {value:g}", f"{least} to {most}")
    if person.sex not in ("female", "male"):
        raise _beyond(f"sex = {person.sex!r}", "female or male")
    for disease in person.diseases:
        if disease not in DISEASES:
            raise _beyond(f"the disease {disease!r}", "one of " + ", ".join(DISEASES))
    return person


def parameters_of(person: Person) -> Array:
    """(len(PARAMETERS),) float64.

    Raises:
        Problem: As `checked`.
    """
    checked(person)
    reference = Person()
    volume = blood_volume_ml(person) / blood_volume_ml(reference)
    # Cardiac output at rest falls by about 0.5 % a year beyond 35.
    flow = surface_m2(person) / surface_m2(reference) * (1 - 0.004 * (person.age_years - 35))
    p = dict(STANDARD)
    for name in p:
        if name[:2] in ("C_", "U_") and name != "C_LUNG":
            p[name] *= volume
        elif name[:2] in ("R_", "L_") and name != "R_LUNG":
            p[name] /= flow
    for name in ("E_LV", "E_RV"):
        p[name] /= volume
    for name in ("K_LV", "K_RV"):
        p[name] /= volume
    for name in ("KR_LV", "KR_RV", "BASE_RSP", "BASE_REP"):
        p[name] /= flow
    for name in ("BASE_USV", "BASE_UEV", "BLOOD"):
        p[name] *= volume
    for name in ("FLOW_0", "VO2", "VCO2"):
        p[name] *= flow
    p["SIZE_U"], p["SIZE_R"], p["SIZE_E"] = volume, 1 / flow, 1 / volume
    lung = (person.height_cm / 177) ** 2.7 * (0.9 if person.sex == "female" else 1.0)
    p["FRC"] *= lung
    p["DEAD_SPACE"] *= lung
    p["C_LUNG"] *= lung
    p["TISSUE_L"] *= person.weight_kg / 73
    _age(person, p)
    _disease(person, p)
    return np.array([p[name] for name in layout.PARAMETERS])


def _age(person: Person, p: dict[str, float]) -> None:
    if person.sex == "female":
        p["HB_0"] = 13.5
    years = person.age_years - 35
    # Arteries stiffen, the heart's pace and the lung's exchange decline.
    p["C_SA"] *= max(0.45, 1 - 0.008 * years)
    p["SHUNT"] += max(0.0, 0.0006 * years)
    p["BASE_T"] *= 1 + 0.0015 * years
    fit = person.fitness - 0.5
    p["E_LV"] *= 1 + 0.2 * fit
    p["E_RV"] *= 1 + 0.2 * fit
    p["BASE_T"] *= 1 + 0.3 * fit
    p["RESERVE"] *= 1 + 0.4 * fit


def _disease(person: Person, p: dict[str, float]) -> None:
    has = set(person.diseases)
    if "hypertension" in has:
        p["BASE_RSP"] *= 1.25
        p["BASE_REP"] *= 1.25
        p["SET_PN"] += 18
        p["C_SA"] *= 0.85
    if "heart_failure" in has:
        p["E_LV"] *= 0.5
        p["K_LV"] *= 0.8
        p["BLOOD"] *= 1.08
    if "copd" in has:
        p["R_LUNG"] *= 3
        p["SHUNT"] += 0.06
        p["C_LUNG"] *= 1.2
    if "obesity" in has or person.weight_kg / (person.height_cm / 100) ** 2 > 35:
        p["FRC"] *= 0.52
        p["C_LUNG"] *= 0.7
        p["SHUNT"] += 0.03
    if "anaemia" in has:
        p["HB_0"] = 8.5
    if "coronary" in has:
        p["RESERVE"] *= 0.6


def _beyond(got: str, expected: str) -> Problem:
    return Problem(
        "person_beyond_model",
        got=got,
        expected=expected,
        next_step="Choose an adult that the model stands for.",
    )
