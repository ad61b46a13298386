"""Fluids, blood, oxygen, and what is ordered without acting on circulation or breathing here."""

from abaton.training.drugs.sedatives import HANDBOOK, limit, number
from abaton.training.drugs.values import Drug, Kinetics, Pair, Value

GRASSIN_DELYLE = "Grassin-Delyle 2021, Br J Anaesth 126:201: bleeding trauma patients, 70 kg, 44 years"
GUIDELINE = "recalled from the European trauma guideline 2023, to be checked"

CRYSTALLOID = Drug(
    name="crystalloid",
    synonyms=(
        "saline",
        "normal saline",
        "sodium chloride",
        "hartmann's",
        "hartmanns",
        "ringer's lactate",
        "ringers lactate",
        "lactated ringer's",
        "ringer",
        "plasma-lyte",
        "plasmalyte",
        "fluid",
        "fluids",
        "fluid bolus",
        "crystalloids",
        "ns",
    ),
    kind="crystalloid",
    limits=(
        limit("iv", "ml", 50.0, 2000.0, 5000.0, GUIDELINE + ": 250 to 500 ml at a time; 30 ml/kg in sepsis (SSC 2021)"),
        limit(
            "iv",
            "ml/h",
            10.0,
            12000.0,
            30000.0,
            "recalled: 200 ml/min through a 14 gauge cannula, to be checked",
            rate=True,
        ),
    ),
    default_over=Value(600.0, "s", "training reference: 500 ml in 5 to 10 min"),
)

BLOOD = Drug(
    name="blood",
    synonyms=(
        "red cells",
        "packed red cells",
        "packed cells",
        "prbc",
        "rbc",
        "o negative",
        "o neg",
        "o-negative blood",
        "whole blood",
        "blood products",
    ),
    kind="blood",
    limits=(
        limit("iv", "ml", 50.0, 1800.0, 6000.0, GUIDELINE + ": by response; massive transfusion is 10 units in 24 h"),
        limit("iv", "ml/h", 10.0, 12000.0, 30000.0, "recalled: rapid infuser 500 ml/min, to be checked", rate=True),
    ),
    default_over=Value(600.0, "s", "recalled: a unit in 5 to 10 min in major haemorrhage, to be checked"),
)

UNIT_ML = Value(300.0, "ml", "recalled: a unit of red cells is 220 to 340 ml (UK specification), to be checked")

OXYGEN = Drug(
    name="oxygen",
    synonyms=("o2", "high flow oxygen"),
    kind="oxygen",
    limits=(
        limit("breathed", "l/min", 0.5, 15.0, 60.0, "recalled: flowmeters end at 15 l/min, to be checked", rate=True),
    ),
)

OXYGEN_DEVICES = {
    "nasal": (
        Value(0.36, "1", "training reference"),
        Value(6.0, "l/min", "recalled: nasal cannulae up to 6 l/min, to be checked"),
        Value(1.0, "l/min", "recalled: lowest flow that fills the device, to be checked"),
    ),
    "mask": (
        Value(0.6, "1", "training reference"),
        Value(15.0, "l/min", "recalled: simple masks 5 to 15 l/min, to be checked"),
        Value(5.0, "l/min", "recalled: lowest flow that fills the device, to be checked"),
    ),
    "non-rebreather": (
        Value(0.85, "1", "training reference"),
        Value(15.0, "l/min", "recalled: reservoir masks 10 to 15 l/min, to be checked"),
        Value(10.0, "l/min", "recalled: lowest flow that fills the device, to be checked"),
    ),
    "bag": (
        Value(1.0, "1", "training reference"),
        Value(15.0, "l/min", "recalled: self-inflating bags 10 to 15 l/min, to be checked"),
        Value(10.0, "l/min", "recalled: lowest flow that fills the device, to be checked"),
    ),
}
"""Inspired fraction, highest and lowest flow by device."""

NONE_KNOWN = HANDBOOK + ": single adult dose"


def noted(name: str, synonyms: tuple[str, ...], unit: str, low: float, high: float, hard: float, *more: str) -> Drug:
    """An order that is noted and scored and does nothing to circulation or breathing."""
    return Drug(
        name=name,
        synonyms=synonyms,
        kind="order",
        limits=tuple(limit(route, unit, low, high, hard, NONE_KNOWN) for route in ("iv", *more)),
    )


TRANEXAMIC_ACID = Drug(
    name="tranexamic acid",
    synonyms=("txa", "cyklokapron", "tranexamic"),
    kind="drug",
    limits=(
        limit(
            "iv", "mg", 250.0, 2000.0, 5000.0, "recalled from CRASH-2, Lancet 2010;376:23: 1 g in 10 min, to be checked"
        ),
        limit(
            "iv",
            "mg/h",
            50.0,
            6000.0,
            12000.0,
            "recalled from CRASH-2: 1 g over 8 h; 1 g in 10 min; to be checked",
            rate=True,
        ),
    ),
    kinetics=Kinetics(
        central_l=number(16.1, "L", GRASSIN_DELYLE),
        clearance_l_min=number(7.1 / 60.0, "L/min", GRASSIN_DELYLE + ": 7.1 L/h"),
        fast_l=number(9.4, "L", GRASSIN_DELYLE),
        fast_l_min=number(11.7 / 60.0, "L/min", GRASSIN_DELYLE + ": 11.7 L/h"),
        flow_exponent=Value(0.5, "1", "assumed: excreted by the kidney, whose flow is held longer than output"),
    ),
)

NOTED = (
    noted("hydrocortisone", ("solu-cortef", "hydrocort"), "mg", 50.0, 200.0, 1000.0, "im"),
    noted("chlorphenamine", ("chlorpheniramine", "piriton"), "mg", 4.0, 20.0, 100.0, "im"),
    noted("ceftriaxone", ("rocephin",), "g", 0.5, 4.0, 10.0, "im"),
    noted(
        "piperacillin-tazobactam",
        ("tazocin", "zosyn", "pip-taz", "piptaz", "piperacillin tazobactam", "pip taz"),
        "g",
        2.25,
        4.5,
        20.0,
    ),
    noted("meropenem", ("meronem", "merrem"), "g", 0.5, 2.0, 10.0),
    noted("co-amoxiclav", ("augmentin", "amoxicillin-clavulanate", "coamoxiclav"), "g", 0.6, 1.2, 10.0),
    noted("gentamicin", ("garamycin",), "mg", 80.0, 560.0, 1000.0),
    noted("calcium chloride", ("cacl2", "calcium"), "g", 0.5, 1.0, 5.0),
    noted("sodium bicarbonate", ("bicarbonate", "bicarb", "nahco3"), "mmol", 10.0, 100.0, 500.0),
    noted("aspirin", ("acetylsalicylic acid", "asa"), "mg", 75.0, 325.0, 3000.0, "po"),
    noted("paracetamol", ("acetaminophen", "tylenol", "perfalgan"), "g", 0.5, 1.0, 4.0, "po"),
)

INCOMPATIBLE = (
    Pair(
        "propofol",
        "blood",
        "recalled from product information of propofol: not through the same catheter as blood; to be checked",
    ),
    Pair(
        "tranexamic acid",
        "blood",
        "recalled from product information of tranexamic acid: not to be mixed with blood; to be checked",
    ),
    Pair("calcium chloride", "blood", "recalled: citrate and calcium clot in the line, to be checked"),
    Pair(
        "calcium chloride",
        "ceftriaxone",
        "recalled from product information of ceftriaxone: precipitates with calcium; to be checked",
    ),
    Pair("calcium chloride", "sodium bicarbonate", "recalled: calcium carbonate precipitates, to be checked"),
    Pair("amiodarone", "sodium bicarbonate", "recalled from product information of amiodarone, to be checked"),
    Pair("amiodarone", "piperacillin-tazobactam", "recalled from a handbook of injectable drugs, to be checked"),
    Pair(
        "amiodarone",
        "crystalloid",
        "recalled from product information: precipitates in saline; dilute in glucose 5 %, own line; to be checked",
    ),
    Pair("adrenaline", "sodium bicarbonate", "recalled: inactivated by alkali, to be checked"),
    Pair("noradrenaline", "sodium bicarbonate", "recalled: inactivated by alkali, to be checked"),
    Pair(
        "noradrenaline",
        "blood",
        "recalled from product information of noradrenaline: blood is given apart; to be checked",
    ),
    Pair("adrenaline", "blood", "recalled: drugs are not added to blood, to be checked"),
)
