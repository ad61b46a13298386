"""What published people do, and what this body does: the page 'where the model is wrong' is made from here.

Every target has a source. Those that parameters were fitted to are marked `fitted`: meeting them is calibration, not
validation.
"""

import math
from collections.abc import Callable, Iterator

import msgspec
import numpy as np

from abaton.training.physiology import layout
from abaton.training.physiology.engine import Body, advance, begin, set_rhythm
from abaton.training.physiology.influences import INFLUENCES, Array, Support, contribution
from abaton.training.physiology.person import Person
from abaton.training.physiology.rhythm import Rhythm
from abaton.training.physiology.vitals import Vitals, vitals_of

QUIET = np.zeros(len(INFLUENCES))
ALONE = Support()
LOSSES = np.array([5, 10, 15, 20, 25, 30, 35, 40], dtype=np.float64)
GUYTON_MAP = np.array([101, 100, 102, 98, 84, 63, 47, 43], dtype=np.float64)
GUYTON_CO = np.array([99, 97, 91, 81, 66, 52, 43, 30], dtype=np.float64)
"""Percent of rest at percent of blood lost: Guyton's curves as in Pulse's validation data."""
COMPRESSIONS = Support(
    compression_per_min=110, compression_depth_mm=52, ventilation="bag", rate_per_min=10, tidal_ml=500,
    inspired_oxygen=1.0, tube=True,
)  # fmt: skip
BREATHLESS = contribution(log_drive=-20, log_wakefulness=-20)


class Finding(msgspec.Struct, frozen=True):
    """One target and what was found.

    Attributes:
        target: What.
        ours: Found here.
        least, most: The band that passes.
        unit: Of all three.
        source: Of the band.
        peers: What peers do, where it was measured or published; empty where nothing is known.
        fitted: Whether parameters of the model were fitted to it.
    """

    target: str
    ours: float
    least: float
    most: float
    unit: str
    source: str
    peers: str = ""
    fitted: bool = False

    @property
    def met(self) -> bool:
        """Whether it lies in the band."""
        return self.least <= self.ours <= self.most


PVR = "0.14 mmHg s/ml, +- 30 %: Guyton"
ADULT = "adult at rest: Guyton; Edwards Lifesciences; tables of BioGears and Pulse"
BREATHING = "adult at rest: Nunn's Applied Respiratory Physiology, recalled, to be checked"


def findings() -> tuple[Finding, ...]:
    """All targets, measured now; about ten seconds of processor time."""
    parts: tuple[Callable[[], Iterator[Finding]], ...] = (rest, haemorrhage, apnoea, compressions, ventilator, fluids)
    return tuple(found for part in parts for found in part())


def rest() -> Iterator[Finding]:
    """The bands of an adult, means over a minute."""
    body = begin(Person(), settle_s=600)
    rows: list[Vitals] = []
    states: list[Array] = []
    wave: list[Array] = []
    for _ in range(60):
        body, course = advance(body, QUIET, ALONE, 1000)
        rows.append(vitals_of(body))
        states.append(body.state)
        wave.append(course.values)
    course_of = {name: np.concatenate([part[:, place] for part in wave]) for place, name in enumerate(layout.OUTPUTS)}
    state = np.mean(states, axis=0)

    def mean(name: str) -> float:
        return float(np.mean([getattr(row, name) for row in rows]))

    output = mean("cardiac_output_l_min")
    pressure, central = float(course_of["arterial_mmhg"].mean()), float(course_of["central_venous_mmhg"].mean())
    pulmonary, wedge = float(course_of["pulmonary_mmhg"].mean()), float(course_of["left_atrial_mmhg"].mean())
    alveolar = (
        mean("minute_ventilation_l") - mean("respiratory_rate") * float(body.parameters[layout.DEAD_SPACE]) / 1000
    )
    uptake = 0.06 * float(state[layout.FLOW_RV]) * float(state[layout.A_O2] - state[layout.V_O2]) * 1000
    given = 0.06 * float(state[layout.FLOW_RV]) * float(state[layout.V_CO2] - state[layout.A_CO2]) * 1000
    # Davson: pressure of the cerebrospinal fluid is that of the sinus plus formation times resistance to outflow.
    intracranial = max(central, 5.0) + 0.35 * 8.0
    peers = {
        "heart rate": "BioGears 8.0: 72", "systolic pressure": "BioGears 8.0: 115",
        "diastolic pressure": "BioGears 8.0: 74", "mean pressure": "BioGears 8.0: 96", "cardiac output":
        "BioGears 8.0: 5.8", "arterial saturation": "BioGears 8.0: 97.9",
    }  # fmt: skip
    for name, ours, least, most, unit, source in (
        ("heart rate", mean("heart_rate"), 60, 90, "/min", ADULT),
        ("systolic pressure", mean("systolic_mmhg"), 100, 140, "mmHg", ADULT),
        ("diastolic pressure", mean("diastolic_mmhg"), 60, 90, "mmHg", ADULT),
        ("mean pressure", pressure, 70, 105, "mmHg", ADULT),
        ("pulse pressure", mean("systolic_mmhg") - mean("diastolic_mmhg"), 28, 52, "mmHg", ADULT + "; 40 +- 30 %"),
        ("cardiac output", output, 4.5, 6.5, "l/min", ADULT),
        ("cardiac index", output / 1.9, 2.5, 4.0, "l/min/m2", ADULT),
        ("stroke volume", mean("stroke_ml"), 55, 93, "ml", ADULT),
        ("ejection fraction", 1 - float(state[layout.ESV] / state[layout.EDV]), 0.55, 0.65, "", ADULT),
        ("central venous pressure", central, 2, 6, "mmHg", ADULT),
        ("pulmonary systolic pressure", float(state[layout.PA_SYSTOLIC]), 15, 30, "mmHg", ADULT),
        ("pulmonary diastolic pressure", float(state[layout.PA_DIASTOLIC]), 4, 15, "mmHg", ADULT),
        ("pulmonary mean pressure", pulmonary, 9, 18, "mmHg", ADULT),
        ("wedge pressure", wedge, 4, 12, "mmHg", ADULT),
        ("systemic resistance", (pressure - central) / (output / 0.06), 0.8, 1.2, "mmHg s/ml", ADULT),
        ("pulmonary resistance", (pulmonary - wedge) / (output / 0.06), 0.098, 0.182, "mmHg s/ml", PVR),
        ("blood volume", mean("blood_volume_ml") / 1000, 5.3, 5.7, "l", ADULT),
        ("intracranial pressure", intracranial, 7, 15, "mmHg", ADULT + "; equilibrium of Davson, not modelled in time"),
        ("respiratory rate", mean("respiratory_rate"), 12, 18, "/min", BREATHING),
        ("tidal volume", mean("tidal_ml"), 450, 550, "ml", BREATHING),
        ("minute ventilation", mean("minute_ventilation_l"), 6, 7, "l/min", BREATHING),
        ("alveolar ventilation", alveolar, 4, 4.8, "l/min", BREATHING),
        ("arterial oxygen", mean("pao2_mmhg"), 85, 100, "mmHg", BREATHING),
        ("arterial saturation", mean("saturation_pct"), 96, 99, "%", BREATHING),
        ("arterial CO2", mean("paco2_mmhg"), 37, 43, "mmHg", BREATHING),
        ("pH", mean("ph"), 7.37, 7.43, "", BREATHING),
        ("end-tidal CO2", mean("etco2_mmhg"), 34, 42, "mmHg", BREATHING),
        ("oxygen uptake", uptake, 225, 275, "ml/min", BREATHING),
        ("CO2 given off", given, 180, 220, "ml/min", BREATHING),
    ):  # fmt: skip
        yield Finding("rest: " + name, ours, least, most, unit, source, peers.get(name, ""))


def bled(rate_ml_min: float, person: Person = Person()) -> tuple[Array, Array, Array, Array]:  # noqa: B008
    """Loss (%), mean pressure and output (% of rest), heart rate, in steps of 6 s down to 42 % of the blood."""
    body = begin(person)
    body, course = advance(body, QUIET, ALONE, 30_000)
    pressure = float(course["arterial_mmhg"][-2500:].mean())
    output, before = float(body.state[layout.FLOW_LV_SLOW]), float(body.state[layout.LOST])
    rows: list[tuple[float, float, float, float]] = []
    while True:
        now = max(float(body.state[layout.MEAN_SA]), 5.0)
        body, course = advance(body, contribution(arterial_bleed_ml_s_mmhg=rate_ml_min / 60 / now), ALONE, 6000)
        lost = 100 * (float(body.state[layout.LOST]) - before) / float(body.parameters[layout.BLOOD])
        flow = 100 * float(body.state[layout.FLOW_LV_SLOW]) / output
        rows.append((lost, 100 * float(course["arterial_mmhg"].mean()) / pressure, flow, vitals_of(body).heart_rate))
        if lost > 42 or len(rows) > 1500:
            break
    loss, mean, flow, rate = np.array(rows).T
    return loss, mean, flow, rate


def haemorrhage() -> Iterator[Finding]:
    """Loss of blood at three rates against Guyton; only 250 ml/min was fitted."""
    grid = np.linspace(4, 28, 13)
    peers = {
        250: ("BioGears 8.0: 10.1; Ursino 1998 unchanged: 15.6", "BioGears 8.0: 13.2; Ursino 1998 unchanged: 12.2"),
    }
    source = "Guyton's haemorrhage curves (Pulse's validation data), 4 to 28 % of the blood, root mean square"
    for rate in (250, 100, 500):
        loss, pressure, flow, heart = bled(rate)
        off_map = np.interp(grid, loss, pressure) - np.interp(grid, LOSSES, GUYTON_MAP)
        off_co = np.interp(grid, loss, flow) - np.interp(grid, LOSSES, GUYTON_CO)
        known = peers.get(rate, ("", ""))
        fitted = rate == 250
        name = f"haemorrhage at {rate} ml/min: error of "
        yield Finding(name + "mean pressure", _root(off_map), 0, 5, "points", source, known[0], fitted)
        yield Finding(name + "output", _root(off_co), 0, 7, "points", source, known[1], fitted)
        if fitted:
            atls = "ATLS classes; trauma registries move less (Mutschler 2013)"
            yield Finding("haemorrhage: heart rate at 22 % lost", _at(22, loss, heart), 100, 120, "/min", atls)
            yield Finding("haemorrhage: heart rate at 35 % lost", _at(35, loss, heart), 120, 140, "/min", atls)


def apnoea() -> Iterator[Finding]:
    """Breath held by force: how long oxygen lasts, how fast CO2 rises."""
    berthoud = "Berthoud 1991: after oxygen, saturation below 90 %"
    yield Finding("apnoea after oxygen: lean", _until(Person(), 90, 180), 430, 825, "s", berthoud + ", 595 +- 142 s")
    obese = Person(weight_kg=130, height_cm=170, diseases=("obesity",))
    yield Finding(
        "apnoea after oxygen: obese", _until(obese, 90, 180), 116, 276, "s", berthoud + ", 196 +- 80 s", fitted=True
    )
    yield Finding(
        "apnoea after oxygen: obese, to 95 %", _until(obese, 95, 180), 207, 385, "s", "Heard 2017: 296 s, +- 30 %"
    )
    yield Finding(
        "apnoea breathing air", _until(Person(), 90, 0), 40, 60, "s", "textbook figure, recalled, to be checked"
    )
    oxygen = Support(inspired_oxygen=1.0, tube=True)
    body, _ = advance(begin(Person()), QUIET, Support(inspired_oxygen=1.0), 180_000, 1000)
    start = float(body.state[layout.PACO2])
    body, _ = advance(body, BREATHLESS, oxygen, 60_000, 1000)
    minute = float(body.state[layout.PACO2])
    body, _ = advance(body, BREATHLESS, oxygen, 240_000, 1000)
    five = float(body.state[layout.PACO2])
    source = "rise of CO2 in apnoea: +12 in the first minute, then 3 to 4 (recalled, to be checked)"
    yield Finding("apnoea: CO2 in the first minute", minute - start, 9.6, 14.4, "mmHg", source)
    yield Finding("apnoea: CO2 in each minute after", (five - minute) / 4, 3, 4, "mmHg/min", source)


def compressions() -> Iterator[Finding]:
    """Fibrillation, compressions of 52 mm at 110 a minute, return."""
    body = begin(Person())
    usual = float(body.state[layout.FLOW_LV_SLOW])
    body, course = advance(set_rhythm(body, Rhythm.VENTRICULAR_FIBRILLATION), QUIET, ALONE, 10_000)
    early = float(course["arterial_mmhg"][-125:].mean())
    source = "Kim 2008, Redberg 1993, Gruben 1990 (tables of Pulse and BioGears)"
    yield Finding("arrest: mean pressure at 10 s", early, 23, 43, "mmHg", source)
    body, _ = advance(body, QUIET, ALONE, 50_000, 1000)
    first, course = advance(body, QUIET, COMPRESSIONS, 2000)
    start = float(course["arterial_mmhg"][-68:].mean())
    body, _ = advance(first, QUIET, COMPRESSIONS, 118_000, 1000)
    body, course = advance(body, QUIET, COMPRESSIONS, 12_000)
    vitals, wave = vitals_of(body), course["arterial_mmhg"]
    steady = float(wave.mean())
    yield Finding("CPR: output of usual", 100 * float(body.state[layout.FLOW_LV_SLOW]) / usual, 17, 27, "%", source)
    yield Finding("CPR: stroke volume", 1000 * vitals.cardiac_output_l_min / 110, 17, 33, "ml", source)
    yield Finding("CPR: systolic pressure", vitals.systolic_mmhg, 39, 105, "mmHg", source)
    yield Finding("CPR: diastolic pressure", vitals.diastolic_mmhg, 14, 40, "mmHg", source)
    yield Finding("CPR: mean pressure", steady, 21, 46, "mmHg", source, "", fitted=True)
    yield Finding(
        "CPR: end-tidal CO2",
        vitals.etco2_mmhg,
        10,
        20,
        "mmHg",
        "guideline figures, recalled, to be checked",
        fitted=True,
    )
    yield Finding(
        "CPR: pressure after 2 s of steady", 100 * start / steady, 0, 80, "%", "builds up over 10 to 15 compressions"
    )
    back, _ = advance(set_rhythm(body, Rhythm.SINUS), QUIET, COMPRESSIONS_OVER, 30_000, 1000)
    risen = vitals_of(back).etco2_mmhg - vitals.etco2_mmhg
    yield Finding(
        "return: rise of end-tidal CO2", risen, 10, 40, "mmHg", "a jump of 10 or more tells return (recalled)"
    )


COMPRESSIONS_OVER = msgspec.structs.replace(COMPRESSIONS, compression_per_min=0.0)


def ventilator() -> Iterator[Finding]:
    """The equation of motion: C 50 ml/cmH2O, R 10, 500 ml at 60 l/min, PEEP 5; and air that is trapped."""
    body = begin(Person())
    p = body.parameters.copy()
    p[layout.C_LUNG], p[layout.R_LUNG] = 0.05, 10.0 - 0.8
    stiff = Body(body.time_ms, body.state, body.history, p)
    machine = Support(
        ventilation="ventilator", mode="vcv", rate_per_min=12, tidal_ml=500, inspiratory_s=0.5, peep_cmh2o=5, tube=True
    )
    _, course = advance(stiff, QUIET, machine, 30_000)
    source = "Paw = V/C + R dV/dt + PEEP"
    yield Finding("ventilator: peak", float(course["airway_cmh2o"][-1000:].max()), 24.7, 25.3, "cmH2O", source)
    yield Finding("ventilator: plateau", float(course["lung_ml"][-1000:].max()) / 50, 14.7, 15.3, "cmH2O", source)
    fast = msgspec.structs.replace(machine, rate_per_min=30, peep_cmh2o=0)
    _, course = advance(stiff, QUIET, fast, 30_000)
    trapped = float(course["lung_ml"][-1000:].min()) / 50
    time = 60 / 30 - 0.5
    told = (500 / 50) * math.exp(-time / 0.5) / (1 - math.exp(-time / 0.5))
    yield Finding("ventilator: trapped pressure", trapped, 0.93 * told, 1.07 * told, "cmH2O", "auto-PEEP, closed form")


def fluids() -> Iterator[Finding]:
    """A litre of crystalloid an hour later."""
    body = begin(Person())
    start = vitals_of(body).blood_volume_ml
    body, _ = advance(body, contribution(crystalloid_ml_s=1000 / 600), ALONE, 600_000, 1000)
    body, _ = advance(body, QUIET, ALONE, 3_600_000, 1000)
    stays = (vitals_of(body).blood_volume_ml - start) / 10
    yield Finding(
        "crystalloid in the vessels after an hour", stays, 18, 32, "%", "a quarter stays (Hahn 2010, recalled)"
    )


def _until(person: Person, percent: float, oxygen_s: int) -> float:
    body = begin(person)
    if oxygen_s:
        body, _ = advance(body, QUIET, Support(inspired_oxygen=1.0), 1000 * oxygen_s, 1000)
    for second in range(1200):
        if float(body.state[layout.SATURATION]) < percent:
            return float(second)
        body, _ = advance(body, BREATHLESS, ALONE, 1000, 1000)
    return math.inf


def _root(off: Array) -> float:
    return float(np.sqrt(np.mean(off**2)))


def _at(percent: float, loss: Array, course: Array) -> float:
    return float(np.interp(percent, loss, course))
