"""Drugs on the whole body, reflexes and all, against what was measured in people."""

import functools

import msgspec
import numpy as np
import pytest

from abaton.training.drugs.compartments import EFFECT, LATE_EFFECT
from abaton.training.drugs.effects import contributions
from abaton.training.drugs.formulary import drug_named
from abaton.training.drugs.kinetics import NOTHING, DrugState, after, dosed, infuse, resting_output_l_min, with_drug
from abaton.training.physiology import layout as at
from abaton.training.physiology.engine import Body, advance, begin, set_rhythm
from abaton.training.physiology.influences import INFLUENCES, Array, Support, contribution
from abaton.training.physiology.person import Person
from abaton.training.physiology.rhythm import Rhythm
from abaton.training.physiology.vitals import Vitals

PERSON = Person()
NUMBERS = [field for field in Vitals.__struct_fields__ if field not in ("rhythm", "pulse", "coma_scale")]
ALIVE = Vitals(**dict.fromkeys(NUMBERS, 70.0), rhythm=Rhythm.SINUS, pulse=True, coma_scale=15)
QUIET = np.zeros(len(INFLUENCES))
ALONE = Support()
BREATHED_FOR = Support(inspired_oxygen=0.4, ventilation="ventilator", rate_per_min=12.0, tidal_ml=500.0, tube=True)


@functools.cache
def rested(support: Support = BREATHED_FOR) -> Body:
    """A body that is used to its support."""
    return lived(begin(PERSON), NOTHING, 300, support=support)[0]


def lived(
    body: Body, state: DrugState, seconds: int, insult: Array = QUIET, support: Support = ALONE
) -> tuple[Body, DrugState, Array]:
    """Body and drugs some seconds on, and the mean pressure of each second."""
    course: list[float] = []
    for _ in range(seconds):
        signs = msgspec.structs.replace(
            ALIVE,
            mean_mmhg=float(body.state[at.MEAN_SA]),
            cardiac_output_l_min=max(float(body.state[at.FLOW_LV_SLOW]) * 0.06, 0.0),
        )
        total = sum((vector for _, vector in contributions(state, PERSON, signs)), insult)
        body, _ = advance(body, total, support, 1000, 100)
        state = after(state, PERSON, signs, 1.0)
        course.append(float(body.state[at.MEAN_SA]))
    return body, state, np.array(course)


def pressure(body: Body) -> float:
    return float(body.state[at.MEAN_SA])


def rate(body: Body) -> float:
    return 60.0 / float(body.state[at.PERIOD])


def test_a_dose_of_propofol_lowers_pressure_as_it_was_measured():
    # Muzi 1992: mean pressure -20 % after 2.5 mg/kg at 10 mg/s.
    dose = 2.5e3 * PERSON.weight_kg
    _, _, course = lived(
        rested(), dosed(NOTHING, drug_named("propofol"), "iv", dose, dose / 10e3), 420, support=BREATHED_FOR
    )
    assert course.min() / pressure(rested()) - 1.0 == pytest.approx(-0.20, abs=0.06)
    assert 60 < course.argmin() < 300


@pytest.mark.parametrize(("index", "fall"), [(70.0, 0.09), (54.0, 0.18)])
def test_steady_propofol_lowers_pressure_as_in_volunteers(index: float, fall: float):
    # Ebert 2005: mean pressure -9 % and -18 % at a bispectral index of 70 and 54 (Bouillon 2004: 97.4, C50 4.47, 1.43).
    gone = 1.0 - index / 97.4
    level = 4470.0 * (gone / (1.0 - gone)) ** (1.0 / 1.43)
    empty = with_drug(NOTHING, "propofol")
    amounts = empty.amounts.copy()
    amounts[[EFFECT, LATE_EFFECT]] = level
    ((_, vector),) = contributions(DrugState(empty.present, amounts, empty.lines, empty.labels), PERSON, None)
    body, _, course = lived(rested(), NOTHING, 600, vector, BREATHED_FOR)
    assert course[-120:].mean() / pressure(rested()) - 1.0 == pytest.approx(-fall, abs=0.035)
    assert rate(body) < 95.0


def test_noradrenaline_raises_pressure():
    # Calibrated: about 15 mmHg at 0.1 ug/kg/min; the heart slows by reflex.
    body, _, course = lived(begin(PERSON), infuse(NOTHING, "noradrenaline", 0.1 * PERSON.weight_kg / 60.0, PERSON), 900)
    assert course[-60:].mean() - pressure(begin(PERSON)) == pytest.approx(15.0, abs=7.0)
    assert rate(body) < rate(begin(PERSON))


@pytest.mark.parametrize(("nanograms", "beats", "output"), [(25.0, 8.0, 0.41), (50.0, 12.0, 0.58), (100.0, 17.0, 0.74)])
def test_adrenaline_acts_as_in_volunteers(nanograms: float, beats: float, output: float):
    # Stratton 1985: ng/kg/min for 14 min to heart rate and cardiac output.
    start = begin(PERSON)
    body, _, _ = lived(start, infuse(NOTHING, "adrenaline", nanograms * 1e-3 * PERSON.weight_kg / 60.0, PERSON), 840)
    assert rate(body) - rate(start) == pytest.approx(beats, abs=5.0)
    flow = body.state[at.FLOW_LV_SLOW] / start.state[at.FLOW_LV_SLOW]
    assert flow - 1.0 == pytest.approx(output, abs=0.18)


def test_adrenaline_in_the_thigh_holds_pressure_in_anaphylaxis():
    insult = contribution(log_resistance=-0.8, venous_unstressed_ml=450.0, leak_ml_s=1.5, log_airway_resistance=1.6)
    ill, _, _ = lived(begin(PERSON), NOTHING, 420, insult)
    _, _, treated = lived(ill, dosed(NOTHING, drug_named("adrenaline"), "im", 500.0, 0.0), 480, insult)
    _, _, untreated = lived(ill, NOTHING, 480, insult)
    assert treated[-1] > untreated[-1] + 10.0


def test_adrenaline_raises_coronary_perfusion_in_compressions():
    # Paradis 1990 (recalled): perfusion decides; about 10 mmHg by 1 mg.
    arrested, _, _ = lived(set_rhythm(begin(PERSON), Rhythm.VENTRICULAR_FIBRILLATION), NOTHING, 30)
    pressed = Support(compression_per_min=110.0, compression_depth_mm=53.0)
    without, _, _ = lived(arrested, NOTHING, 90, support=pressed)
    treated, _, _ = lived(arrested, dosed(NOTHING, drug_named("adrenaline"), "iv", 1000.0, 0.0), 90, support=pressed)
    assert 3.0 < treated.state[at.CPP] - without.state[at.CPP] < 20.0


def test_atropine_quickens_the_heart():
    # PMID 3835981: 70 to 119 /min after 0.04 mg/kg.
    body, _, _ = lived(begin(PERSON), dosed(NOTHING, drug_named("atropine"), "iv", 40.0 * PERSON.weight_kg, 0.0), 300)
    assert rate(body) == pytest.approx(115.0, abs=15.0)


def test_fentanyl_stops_breathing_and_naloxone_in_time_brings_it_back():
    # Mann 2022: 1.63 mg IV is the medium fatal dose.
    given = dosed(NOTHING, drug_named("fentanyl"), "iv", 1630.0, 0.0)
    stopped, state, _ = lived(begin(PERSON), given, 120)
    assert stopped.state[at.SATURATION] < 85.0
    bagged = Support(inspired_oxygen=1.0, ventilation="bag", rate_per_min=10.0, tidal_ml=500.0, airway_open=True)
    kept, state, _ = lived(stopped, dosed(state, drug_named("naloxone"), "iv", 2000.0, 0.0), 420, support=bagged)
    awake, _, _ = lived(kept, state, 120)
    assert awake.state[at.SATURATION] > 90.0
    assert awake.state[at.RATE] > 5.0


@pytest.mark.parametrize("share", [1.0, 0.2])
def test_flow_is_measured_against_the_bodys_own_rest(share: float):
    # The body at rest must not look to the drugs as if it were in shock.
    flow = begin(PERSON).state[at.FLOW_LV_SLOW] * 0.06 * share
    assert flow / resting_output_l_min(PERSON) == pytest.approx(share, abs=0.12)
