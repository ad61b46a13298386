"""What acts on vessels, heart and airways: what is published of it."""

from abaton.training.drugs.sedatives import HANDBOOK, hill, limit, number, shaped
from abaton.training.drugs.values import Absorption, Drug, Kinetics, Parameter, Value

ABBOUD = "Abboud 2009, Crit Care 13:R120, with a severity score (SAPS II) of 25"
STRATTON = (
    "fitted to Stratton 1985, J Appl Physiol 58:1199 (25, 50, 100 ng/kg/min: heart rate +8, +12, +17 /min; stroke "
    "volume +26, +31, +40 %; resistance -31, -42, -48 %), with reflexes, at the clearance used here"
)
OUALHA_ADRENALINE = "Oualha 2014, Crit Care 18:R23, table 3 (children)"
OUALHA_NORADRENALINE = "Oualha 2014, Br J Clin Pharmacol 78:886, table 3 (children): EC50 4.11 ug/l, +32 mmHg"
BELOEIL = "Beloeil 2005, Br J Anaesth 95:782"
HINDERLING = "Hinderling 1985, J Pharm Sci 74:703: half-lives 1 and 140 min, steady-state volume 210 L"
AMIODARONE = (
    "product information of intravenous amiodarone: steady-state volume 40 to 84 L/kg, clearance 90 to 158 ml/h/kg, "
    "concentration down to 10 % of the peak in 30 to 45 min"
)
MORGAN = "Morgan 1986, Br J Clin Pharmacol 22:587"
SIMONS = "Simons 1998 and 2001, J Allergy Clin Immunol 101:33 and 108:871 (8 +- 2 min; recalled, to be checked)"
NO_FLOW = Value(
    1.0, "1", "assumed: clearance of a drug of high extraction goes with flow (Wilkinson 1975, recalled, to be checked)"
)
RESUSCITATION = "recalled from the guidelines of the European Resuscitation Council 2021, to be checked"

ADRENALINE = Drug(
    name="adrenaline",
    synonyms=("epinephrine", "epi", "epipen", "jext", "emerade", "adrenalin"),
    kind="drug",
    limits=(
        limit("im", "mg", 0.1, 0.5, 5.0, RESUSCITATION + ": anaphylaxis 0.5 mg"),
        limit("iv", "mg", 0.01, 1.0, 5.0, RESUSCITATION + ": arrest 1 mg; 0.05 mg steps with a pulse"),
        limit("iv", "ug/kg/min", 0.01, 1.0, 5.0, HANDBOOK, rate=True),
    ),
    kinetics=Kinetics(
        central_l=number(7.9, "L", ABBOUD),
        clearance_l_min=Parameter(
            Value(127.0 / 60.0 * (25.0 / 50.0) ** -0.67, "L/min", ABBOUD + ": 127 L/h (W/70)^0.60 (SAPS/50)^-0.67"),
            (shaped("weight_kg", "power", 0.60, 70.0, ABBOUD),),
        ),
        depot_per_min=number(0.018, "1/min", "calibrated to a peak 8 min after the thigh, " + SIMONS),
        absorptions=(Absorption("im", Value(1.0, "1", HANDBOOK + ": complete")),),
        flow_exponent=NO_FLOW,
    ),
    effects=(
        hill("log_resistance", "central", -1.0, 0.76, 1.0, STRATTON, needs_tone=True),
        hill(
            "log_resistance",
            "central",
            1.1,
            18.0,
            1.5,
            OUALHA_ADRENALINE
            + ": C50 18 ug/l; size, steepness calibrated to arrest (Paradis 1990, recalled, to be checked)",
        ),
        hill("log_heart_rate", "central", 0.22, 1.12, 1.0, STRATTON),
        hill("log_contractility", "central", 1.8, 0.8, 1.0, STRATTON),
        hill(
            "venous_unstressed_ml",
            "central",
            -700.0,
            1.5,
            1.0,
            "calibrated to the stroke volume of Stratton 1985 and to the reflex's venous reserve (Ursino 1998)",
        ),
        hill(
            "log_airway_resistance",
            "central",
            -1.5,
            0.5,
            1.0,
            "calibrated to relief of bronchospasm within 10 min of 0.5 mg IM (guidelines' repeat interval 5 min)",
        ),
        hill(
            "lactate_mmol_min",
            "central",
            1.0,
            0.52,
            1.0,
            OUALHA_ADRENALINE + ": glucose production 0.04 mmol/l/min x 1.69, C50 0.52 ug/l, in 15 L",
        ),
        hill("log_metabolism", "central", 0.25, 1.0, 1.0, "recalled from Fellows 1985, Clin Sci 69:215, to be checked"),
        hill(
            "arrhythmia_hazard_per_min",
            "central",
            0.15,
            60.0,
            2.0,
            "calibrated to arrhythmia after 1 mg by mistake with a pulse, recalled from Kanwar 2010, to be checked",
        ),
    ),
)

NORADRENALINE = Drug(
    name="noradrenaline",
    synonyms=("norepinephrine", "norad", "levophed", "norepi"),
    kind="drug",
    limits=(limit("iv", "ug/kg/min", 0.01, 1.0, 5.0, HANDBOOK + ": 0.05 to 1 ug/kg/min", rate=True),),
    kinetics=Kinetics(
        central_l=number(8.84, "L", BELOEIL),
        clearance_l_min=number(2.0, "L/min", BELOEIL + ", at a severity score (SAPS II) of 30"),
        flow_exponent=NO_FLOW,
    ),
    effects=(
        hill(
            "log_resistance",
            "central",
            0.7,
            4.11,
            1.0,
            OUALHA_NORADRENALINE + "; size calibrated to mean pressure +15 mmHg at 0.1 ug/kg/min with reflexes",
        ),
        hill(
            "venous_unstressed_ml",
            "central",
            -350.0,
            4.11,
            1.0,
            OUALHA_NORADRENALINE + "; size from Ursino 1998's reserve",
        ),
        hill(
            "log_contractility",
            "central",
            0.35,
            4.11,
            1.0,
            OUALHA_NORADRENALINE + "; size calibrated to unchanged output",
        ),
        hill(
            "arrhythmia_hazard_per_min",
            "central",
            0.02,
            80.0,
            2.0,
            "calibrated to arrhythmia in 2 % with noradrenaline, recalled from De Backer 2010, to be checked",
        ),
    ),
)

ATROPINE = Drug(
    name="atropine",
    synonyms=("atropine sulfate", "atropine sulphate"),
    kind="drug",
    limits=(
        limit(
            "iv", "mg", 0.3, 3.0, 10.0, "product information of atropine: 0.03 to 0.04 mg/kg in all; below 0.3 mg slows"
        ),
        limit(
            "im", "mg", 0.3, 3.0, 10.0, "product information of atropine: 0.03 to 0.04 mg/kg in all; below 0.3 mg slows"
        ),
    ),
    kinetics=Kinetics(
        central_l=number(20.0, "L", HINDERLING + "; solved for the central volume"),
        clearance_l_min=number(1.04, "L/min", HINDERLING + ": 0.693 x 210 L / 140 min"),
        fast_l=number(190.0, "L", HINDERLING),
        fast_l_min=number(11.6, "L/min", HINDERLING + ": solved from the first half-life"),
        effect_per_min=number(0.5, "1/min", "product information of atropine: heart rate peaks after 2 to 4 min"),
        depot_per_min=number(0.25, "1/min", "product information of atropine: intramuscular peak after 8 to 13 min"),
        absorptions=(Absorption("im", Value(1.0, "1", "product information of atropine: complete")),),
        flow_exponent=Value(0.5, "1", "assumed: half of it is renal (57 % unchanged, Hinderling 1985)"),
    ),
    effects=(
        hill(
            "vagal",
            "effect",
            -5.0,
            4.0,
            1.5,
            "size and half calibrated to 70 to 119 /min, full block, by 0.04 mg/kg (PMID 3835981)",
        ),
    ),
)

AMIODARONE_DRUG = Drug(
    name="amiodarone",
    synonyms=("cordarone", "nexterone", "amio"),
    kind="drug",
    limits=(
        limit("iv", "mg", 50.0, 300.0, 1200.0, RESUSCITATION + ": arrest 300 then 150 mg; 1200 mg in 24 h"),
        limit(
            "iv", "mg/min", 0.2, 15.0, 60.0, "product information: 150 mg in 10 min, then 1 and 0.5 mg/min", rate=True
        ),
    ),
    kinetics=Kinetics(
        central_l=Parameter(
            Value(15.0, "L", AMIODARONE + "; peak 7 to 26 mg/l after 150 mg in 10 min (recalled, to be checked)"),
            (shaped("weight_kg", "power", 1.0, 73.0, AMIODARONE),),
        ),
        clearance_l_min=Parameter(
            Value(0.15, "L/min", AMIODARONE),
            (shaped("weight_kg", "power", 1.0, 73.0, AMIODARONE),),
        ),
        fast_l=number(150.0, "L", AMIODARONE + "; calibrated to the first fall"),
        fast_l_min=number(1.2, "L/min", AMIODARONE + "; calibrated to the first fall"),
        slow_l=number(4300.0, "L", AMIODARONE),
        slow_l_min=number(0.4, "L/min", AMIODARONE + "; calibrated to the first fall"),
        flow_exponent=Value(
            0.0,
            "1",
            "J Clin Pharmacol 1996, doi 10.1002/j.1552-4604.1996.tb04241.x: unchanged with a failing ventricle",
        ),
    ),
    effects=(
        hill(
            "log_resistance",
            "central",
            -0.35,
            12000.0,
            1.0,
            "product information: low pressure in 16 % (recalled, to be checked); size calibrated",
        ),
        hill(
            "log_contractility",
            "central",
            -0.15,
            12000.0,
            1.0,
            "product information: negative inotropy (recalled, to be checked); size calibrated",
        ),
        hill(
            "log_heart_rate",
            "central",
            -0.2,
            12000.0,
            1.0,
            "product information: bradycardia in 5 % (recalled, to be checked); size calibrated",
        ),
    ),
)

PROTECTION = {
    "most": Value(0.6, "1", "calibrated to fewer fibrillations, Kudenchuk 1999 (recalled, to be checked)"),
    "half": Value(3000.0, "ug/l", "calibrated: reached by 300 mg in arrest"),
}
"""The share of the hazard of fibrillation that amiodarone takes away."""

TONE = {
    "none": Value(60.0, "mmHg", "calibrated to pressure that rises after 0.5 mg IM in anaphylaxis, not falls"),
    "full": Value(85.0, "mmHg", "calibrated with it; volunteers of Stratton 1985 were above"),
}
"""Mean pressure at which beta-2 receptors have no and all of the tone to take away."""

SHOCK_ODDS = {
    "most": Value(
        1.6, "odds ratio", "Kudenchuk 1999, N Engl J Med 341:871: admitted alive, adjusted, recalled, to be checked"
    ),
    "half": Value(3000.0, "ug/l", "calibrated: reached by 300 mg in arrest"),
}

SALBUTAMOL = Drug(
    name="salbutamol",
    synonyms=("albuterol", "ventolin", "proventil"),
    kind="drug",
    limits=(
        limit("inhaled", "mg", 0.1, 5.0, 20.0, HANDBOOK + ": 2.5 to 5 mg nebulised, 0.1 mg a puff"),
        limit("iv", "ug", 50.0, 500.0, 2500.0, HANDBOOK + ": 250 ug"),
        limit("iv", "ug/min", 1.0, 20.0, 100.0, HANDBOOK + ": 3 to 20 ug/min", rate=True),
    ),
    kinetics=Kinetics(
        central_l=number(156.0, "L", MORGAN),
        clearance_l_min=number(0.48, "L/min", MORGAN),
        depot_per_min=number(0.012, "1/min", "calibrated to 4 h of bronchodilation (product information)"),
        absorptions=(
            Absorption("inhaled", Value(0.15, "1", "product information: 10 to 20 % reach the lower airways")),
        ),
        flow_exponent=Value(0.5, "1", "assumed: 64 % is excreted unchanged (Morgan 1986)"),
    ),
    effects=(
        hill(
            "log_airway_resistance",
            "depot",
            -1.2,
            60.0,
            1.0,
            "calibrated to half the effect of a nebule by four puffs, recalled, to be checked",
        ),
        hill(
            "log_airway_resistance",
            "central",
            -1.2,
            8.0,
            1.0,
            "recalled: 250 ug IV relieves bronchospasm, to be checked",
        ),
        hill(
            "log_heart_rate",
            "central",
            0.4,
            10.0,
            1.0,
            MORGAN + ": heart rate rises with concentration; size calibrated",
        ),
        hill("log_resistance", "central", -0.3, 10.0, 1.0, "recalled: beta-2 dilation, to be checked", needs_tone=True),
    ),
)
