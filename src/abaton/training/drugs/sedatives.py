"""Propofol, opioids and their antagonist: what is published of them."""

from abaton.training.drugs.values import Absorption, Dependence, Drug, Effect, Kinetics, Limit, Parameter, Value

SCHNIDER = "Schnider 1998, Anesthesiology 88:1170, table 3"
ELEVELD = "Eleveld 2018, Br J Anaesth 120:942, table 2"
MINTO = "Minto 1997, Anesthesiology 86:10, table 3"
MANN = "Mann 2022, Clin Pharmacol Ther 112:1020, with the FDA's published parameter file"
DOWLING = "Dowling 2008, Ther Drug Monit 30:490"
BOUILLON = "Bouillon 2004, Anesthesiology 100:1353"
VENTILATION = "Bouillon 2003, Anesthesiology 99:779: C50 0.92 ng/ml, Hill coefficient 1.25"
NIEUWENHUIJS = "Nieuwenhuijs 2003, Anesthesiology 98:312"
HANDBOOK = "recalled from the manufacturer's product information, to be checked"
EBERT = "calibrated to Ebert 2005 (mean pressure -9 and -18 % at an index of 70 and 54), Muzi 1992 (-20 % at 2.5 mg/kg)"
FLOW = "Kurita 2011, Br J Anaesth 107:719: concentration goes with the reciprocal of cardiac output"
EGAN = "Egan 1999, Anesthesiology 91:156: clearance falls with perfusion in haemorrhagic shock; proportionality assumed"


def number(value: float, unit: str, source: str) -> Parameter:
    """A parameter that is the same in everyone."""
    return Parameter(Value(value, unit, source))


def linear(of: str, coefficient: float, reference: float, unit: str, source: str) -> Dependence:
    """A dependence that is added."""
    return Dependence(
        of=of,  # pyright: ignore[reportArgumentType]
        shape="linear",
        coefficient=Value(coefficient, unit, source),
        reference=Value(reference, "of the covariate", source),
    )


def shaped(of: str, shape: str, coefficient: float, reference: float, source: str) -> Dependence:
    """A dependence that multiplies."""
    return Dependence(
        of=of,  # pyright: ignore[reportArgumentType]
        shape=shape,  # pyright: ignore[reportArgumentType]
        coefficient=Value(coefficient, "of the shape", source),
        reference=Value(reference, "of the covariate", source),
    )


def hill(
    influence: str,
    place: str,
    most: float,
    half: float,
    steepness: float,
    source: str,
    *,
    remaining: bool = False,
    competes: bool = False,
    needs_tone: bool = False,
    scale: Value | None = None,
) -> Effect:
    """An effect whose three numbers come from one source; concentrations in ug/l."""
    made = Effect(
        influence=influence,
        place=place,  # pyright: ignore[reportArgumentType]
        most=Value(most, "of the influence", source),
        half=Value(half, "ug" if place == "depot" else "ug/l", source),
        steepness=Value(steepness, "1", source),
        remaining=remaining,
        competes=competes,
        needs_tone=needs_tone,
    )
    if scale is None:
        return made
    return Effect(**{name: getattr(made, name) for name in made.__struct_fields__ if name != "scale"}, scale=scale)


def limit(route: str, unit: str, low: float, high: float, hard: float, source: str, *, rate: bool = False) -> Limit:
    """Usual range and hard limit of a route, from one source."""
    return Limit(
        route=route,  # pyright: ignore[reportArgumentType]
        rate=rate,
        unit=unit,
        low=Value(low, unit, source),
        high=Value(high, unit, source),
        hard=Value(hard, unit, source + "; the hard limit is this formulary's, ten times the usual or less"),
    )


PROPOFOL_PRESSURE = Value(0.95, "1", EBERT + "; multiply to recalibrate on a body model")

PROPOFOL_EFFECTS = (
    hill("log_resistance", "late_effect", -0.85, 4000.0, 2.0, EBERT, scale=PROPOFOL_PRESSURE),
    hill("venous_unstressed_ml", "late_effect", 750.0, 4000.0, 2.0, EBERT, scale=PROPOFOL_PRESSURE),
    hill("log_contractility", "late_effect", -0.3, 4000.0, 2.0, EBERT, scale=PROPOFOL_PRESSURE),
    hill(
        "log_baroreflex",
        "effect",
        -2.0,
        4000.0,
        1.5,
        EBERT + "; that reflexes fail is recalled from Ebert 1992, Anesthesiology 76:725, to be checked",
    ),
    hill(
        "log_drive",
        "effect",
        1.0,
        1257.0,
        1.0,
        NIEUWENHUIJS + ": ventilation at 55 mmHg of CO2 -44.3 % at 1 ug/ml, hyperbola through it",
        remaining=True,
    ),
    hill("log_wakefulness", "effect", 1.0, 4470.0, 1.43, BOUILLON + ": as the bispectral index", remaining=True),
    hill(
        "log_upper_airway",
        "effect",
        -2.5,
        4500.0,
        4.0,
        "recalled from Eastwood 2005, Anesthesiology 103:470 (collapsibility grows with propofol), to be checked",
    ),
)

PROPOFOL_LIMITS = (
    limit("iv", "mg/kg", 0.2, 3.0, 10.0, HANDBOOK + ": induction 1.5 to 2.5 mg/kg"),
    limit("iv", "mg/kg/h", 0.3, 12.0, 40.0, HANDBOOK + ": maintenance 4 to 12 mg/kg/h", rate=True),
)

LATE_PROPOFOL = number(
    0.09,
    "1/min",
    "calibrated to Muzi 1992, between 0.0695 /min of Jeleazcov 2015 and 0.122 /min of Kazama 1999, "
    "Anesthesiology 90:1517 (half-time 5.68 min of systolic pressure at 20 to 39 years; recalled, to be checked)",
)

PROPOFOL = Drug(
    name="propofol",
    synonyms=("diprivan", "propoven", "propofol schnider"),
    kind="drug",
    limits=PROPOFOL_LIMITS,
    kinetics=Kinetics(
        central_l=number(4.27, "L", SCHNIDER),
        clearance_l_min=Parameter(
            Value(1.89, "L/min", SCHNIDER),
            (
                linear("weight_kg", 0.0456, 77.0, "L/min/kg", SCHNIDER),
                linear("lean_mass_kg", -0.0681, 59.0, "L/min/kg", SCHNIDER),
                linear("height_cm", 0.0264, 177.0, "L/min/cm", SCHNIDER),
            ),
        ),
        fast_l=Parameter(
            Value(18.9, "L", SCHNIDER),
            (linear("age_years", -0.391, 53.0, "L/year", SCHNIDER),),
        ),
        fast_l_min=Parameter(
            Value(1.29, "L/min", SCHNIDER),
            (linear("age_years", -0.024, 53.0, "L/min/year", SCHNIDER),),
        ),
        slow_l=number(238.0, "L", SCHNIDER),
        slow_l_min=number(0.836, "L/min", SCHNIDER),
        effect_per_min=number(0.456, "1/min", "Schnider 1999, Anesthesiology 90:1502"),
        late_effect_per_min=LATE_PROPOFOL,
        flow_exponent=Value(1.0, "1", FLOW),
    ),
    effects=PROPOFOL_EFFECTS,
    hypnotic_half=Value(4470.0, "ug/l", BOUILLON),
)

PROPOFOL_ELEVELD = Drug(
    name="propofol eleveld",
    synonyms=("propofol (eleveld)",),
    kind="drug",
    limits=PROPOFOL_LIMITS,
    kinetics=Kinetics(
        central_l=Parameter(
            Value(6.28, "L", ELEVELD),
            (shaped("weight_kg", "saturating", 33.6, 70.0, ELEVELD),),
        ),
        clearance_l_min=Parameter(
            Value(1.79, "L/min", ELEVELD),
            (
                shaped("weight_kg", "power", 0.75, 70.0, ELEVELD),
                shaped("female", "factor", 2.10 / 1.79, 0.0, ELEVELD + ": 2.10 L/min in women"),
            ),
        ),
        fast_l=Parameter(
            Value(25.5, "L", ELEVELD),
            (
                shaped("weight_kg", "power", 1.0, 70.0, ELEVELD),
                shaped("age_years", "exponential", -0.0156, 35.0, ELEVELD),
            ),
        ),
        fast_l_min=Parameter(
            Value(1.75, "L/min", ELEVELD),
            (
                shaped("weight_kg", "power", 0.75, 70.0, ELEVELD + ": with (V2/25.5)^0.75"),
                shaped("age_years", "exponential", -0.0117, 35.0, ELEVELD + ": with (V2/25.5)^0.75"),
            ),
        ),
        slow_l=Parameter(
            Value(273.0, "L", ELEVELD),
            (shaped("fat_free_kg", "power", 1.0, 54.5, ELEVELD + ": fat-free mass of 35 years, 70 kg, 170 cm, male"),),
        ),
        slow_l_min=Parameter(
            Value(1.11, "L/min", ELEVELD + "; its maturation is left out, below 4 % from 18 years on"),
            (shaped("fat_free_kg", "power", 0.75, 54.5, ELEVELD + ": with (V3/273)^0.75"),),
        ),
        effect_per_min=Parameter(
            Value(0.146, "1/min", ELEVELD),
            (shaped("weight_kg", "power", -0.25, 70.0, ELEVELD),),
        ),
        late_effect_per_min=LATE_PROPOFOL,
        flow_exponent=Value(1.0, "1", FLOW),
    ),
    effects=PROPOFOL_EFFECTS,
    hypnotic_half=Value(3080.0, "ug/l", ELEVELD + ", at 35 years"),
)

REMIFENTANIL = Drug(
    name="remifentanil",
    synonyms=("remi", "ultiva"),
    kind="drug",
    limits=(
        limit("iv", "ug/kg", 0.1, 2.0, 10.0, HANDBOOK + ": 0.5 to 1 ug/kg at induction"),
        limit("iv", "ug/kg/min", 0.01, 0.5, 4.0, HANDBOOK + ": 0.05 to 0.5 ug/kg/min", rate=True),
    ),
    kinetics=Kinetics(
        central_l=Parameter(
            Value(5.1, "L", MINTO),
            (
                linear("age_years", -0.0201, 40.0, "L/year", MINTO),
                linear("lean_mass_kg", 0.072, 55.0, "L/kg", MINTO),
            ),
        ),
        clearance_l_min=Parameter(
            Value(2.6, "L/min", MINTO),
            (
                linear("age_years", -0.0162, 40.0, "L/min/year", MINTO),
                linear("lean_mass_kg", 0.0191, 55.0, "L/min/kg", MINTO),
            ),
        ),
        fast_l=Parameter(
            Value(9.82, "L", MINTO),
            (
                linear("age_years", -0.0811, 40.0, "L/year", MINTO),
                linear("lean_mass_kg", 0.108, 55.0, "L/kg", MINTO),
            ),
        ),
        fast_l_min=Parameter(
            Value(2.05, "L/min", MINTO),
            (linear("age_years", -0.0301, 40.0, "L/min/year", MINTO),),
        ),
        slow_l=number(5.42, "L", MINTO),
        slow_l_min=Parameter(
            Value(0.076, "L/min", MINTO),
            (linear("age_years", -0.00113, 40.0, "L/min/year", MINTO),),
        ),
        effect_per_min=Parameter(
            Value(0.595, "1/min", MINTO),
            (linear("age_years", -0.007, 40.0, "1/min/year", MINTO),),
        ),
        flow_exponent=Value(1.0, "1", FLOW),
    ),
    effects=(
        hill("log_drive", "effect", 1.0, 0.92, 1.25, VENTILATION, remaining=True, competes=True),
        hill(
            "log_wakefulness",
            "effect",
            1.0,
            1.6,
            1.25,
            "Olofsen 2010, Anesthesiology 112:1382: C50 1.6 ng/ml, with apnoea; steepness of Bouillon 2003",
            remaining=True,
            competes=True,
        ),
        hill(
            "log_resistance",
            "effect",
            -0.3,
            17.1,
            4.56,
            "Standing 2010, Paediatr Anaesth 20:7 (infants): C50 and steepness; depth calibrated to -20 % of pressure",
            competes=True,
        ),
        hill(
            "log_heart_rate",
            "effect",
            -0.35,
            10.0,
            1.0,
            NIEUWENHUIJS + ": modest and additive; size calibrated to -10 % at 4 ng/ml",
            competes=True,
        ),
    ),
    hypnotic_half=Value(19.3, "ug/l", BOUILLON),
)

FENTANYL = Drug(
    name="fentanyl",
    synonyms=("sublimaze", "fent"),
    kind="drug",
    limits=(
        limit("iv", "ug", 10.0, 200.0, 3500.0, HANDBOOK + ": 50 to 200 ug; overdoses are studied up to 2.97 mg"),
        limit("iv", "ug/kg/h", 0.2, 5.0, 20.0, HANDBOOK, rate=True),
        limit("im", "ug", 25.0, 100.0, 1000.0, HANDBOOK),
    ),
    kinetics=Kinetics(
        central_l=number(10.5, "L", MANN + ", after Algera 2020"),
        clearance_l_min=number(10.5 * 0.002 * 60.0, "L/min", MANN + ": kout 0.002 /s of 10.5 L"),
        fast_l=number(10.5 * 0.0032 / 0.0023, "L", MANN + ": k12 0.0032, k21 0.0023 /s"),
        fast_l_min=number(10.5 * 0.0032 * 60.0, "L/min", MANN + ": k12 0.0032 /s"),
        slow_l=number(10.5 * 0.0036 / 0.00023, "L", MANN + ": k13 0.0036, k31 0.00023 /s"),
        slow_l_min=number(10.5 * 0.0036 * 60.0, "L/min", MANN + ": k13 0.0036 /s"),
        effect_per_min=number(0.00068 * 60.0, "1/min", MANN + ": k1 0.00068 /s"),
        depot_per_min=number(0.1, "1/min", "recalled from intramuscular peaks at 10 to 20 min, to be checked"),
        absorptions=(Absorption("im", Value(1.0, "1", HANDBOOK)),),
        flow_exponent=Value(1.0, "1", EGAN),
    ),
    molar_mass=Value(336.4, "g/mol", MANN),
)

NALOXONE = Drug(
    name="naloxone",
    synonyms=("narcan", "evzio", "nyxoid", "prenoxad"),
    kind="drug",
    limits=(
        limit(
            "iv", "mg", 0.04, 2.0, 10.0, "product information of naloxone: 0.4 to 2 mg, question the diagnosis at 10 mg"
        ),
        limit(
            "im", "mg", 0.04, 5.0, 10.0, "product information of naloxone: 0.4 to 2 mg, question the diagnosis at 10 mg"
        ),
        limit("in", "mg", 1.0, 8.0, 20.0, "product information of nasal naloxone: 2, 4 and 8 mg"),
        limit("iv", "mg/h", 0.05, 2.0, 10.0, HANDBOOK, rate=True),
    ),
    kinetics=Kinetics(
        central_l=number(2.87, "L", DOWLING),
        clearance_l_min=number(91.0 / 60.0, "L/min", DOWLING + ": 91 L/h"),
        fast_l=number(1.49, "L", DOWLING),
        fast_l_min=number(5.66 / 60.0, "L/min", DOWLING + ": 5.66 L/h"),
        slow_l=number(33.6, "L", DOWLING),
        slow_l_min=number(29.8 / 60.0, "L/min", DOWLING + ": 29.8 L/h"),
        effect_per_min=number(0.001774 * 60.0, "1/min", MANN + ": k2 0.001774 /s"),
        depot_per_min=number(0.65 / 60.0, "1/min", DOWLING + ": ka 0.65 /h"),
        absorptions=(
            Absorption("im", Value(0.36, "1", DOWLING)),
            Absorption(
                "in",
                Value(
                    0.17,
                    "1",
                    "47 % of the intramuscular (product information, recalled, to be checked) x 0.36 of " + DOWLING,
                ),
            ),
        ),
        flow_exponent=Value(1.0, "1", EGAN + " (of fentanyl; assumed of naloxone)"),
    ),
    molar_mass=Value(327.27, "g/mol", MANN),
)

RECEPTOR = {
    "agonist_on": Value(3.627e-5, "1/s per (pmol/l)^n", MANN + ": A1"),
    "agonist_off": Value(0.003505, "1/s", MANN + ": B1"),
    "agonist_power": Value(0.8506, "1", MANN + ": n"),
    "antagonist_on": Value(1.034e-4, "1/s per (pmol/l)^n", MANN + ": A2"),
    "antagonist_off": Value(0.02449, "1/s", MANN + ": B2"),
    "antagonist_power": Value(0.8856, "1", MANN + ": n2"),
    "drive_power": Value(0.9, "1", MANN + ": P1 of the parameter file"),
    "wakefulness_power": Value(0.5, "1", MANN + ": P3 of the parameter file"),
    "hypnotic_most": Value(1.5, "1", "calibrated to coma at the medium fatal dose of Mann 2022, 1.63 mg"),
    "hypnotic_power": Value(40.0, "1", "calibrated to an unchanged bispectral index after 100 ug"),
    "hypnotic_steepness": Value(1.43, "1", BOUILLON),
    "heart_rate": Value(-0.15, "ln", "recalled: vagal slowing by 10 to 15 % at full analgesia, to be checked"),
}
"""Binding to the mu receptor, dCAR/dt = A1 (1 - CAR - CBR) L^n - B1 CAR, and what a bound receptor does."""
