"""What drugs do against the published concentrations that do it."""

import math

import msgspec
import numpy as np
import pytest

from abaton.training.drugs import compartments as model
from abaton.training.drugs.effects import FLOOR, contributions, depth_of_anaesthesia, hazard_factor, shock_odds
from abaton.training.drugs.formulary import drug_named
from abaton.training.drugs.kinetics import (
    NOTHING,
    DrugState,
    after,
    dosed,
    infuse,
    occupancy,
    rates_of,
    resting_output_l_min,
    with_drug,
    with_line,
)
from abaton.training.physiology.influences import INDEX, INFLUENCES
from abaton.training.physiology.person import Person
from abaton.training.physiology.rhythm import Rhythm
from abaton.training.physiology.vitals import Vitals

PERSON = Person()
NUMBERS = [field for field in Vitals.__struct_fields__ if field not in ("rhythm", "pulse", "coma_scale")]
NEVER_NEGATIVE = [INDEX[name] for name in ("bis_depression", "arrhythmia_hazard_per_min", "lactate_mmol_min", "shunt")]
ALIVE = Vitals(**dict.fromkeys(NUMBERS, 70.0), rhythm=Rhythm.SINUS, pulse=True, coma_scale=15)


def held(levels: dict[str, float]) -> DrugState:
    """A body in equilibrium: central compartment and effect sites at the same concentration, ug/l."""
    state = NOTHING
    for name in levels:
        state = with_drug(state, name)
    amounts = state.amounts.copy()
    for name, level in levels.items():
        start = state.present.index(name) * model.WIDTH
        amounts[start + model.CENTRAL] = level * rates_of(drug_named(name), PERSON)[2]
        amounts[start + model.EFFECT] = amounts[start + model.LATE_EFFECT] = level
    return DrugState(state.present, amounts, state.lines, state.labels)


def acting(state: DrugState, name: str, influence: str) -> float:
    return float(dict(contributions(state, PERSON, None))[name][INDEX[influence]])


def index_of(state: DrugState) -> float:
    """Bouillon 2004: the bispectral index starts at 97.4."""
    return 97.4 * (1.0 - depth_of_anaesthesia(state))


def test_nothing_does_nothing():
    assert contributions(NOTHING, PERSON, None) == ()
    assert depth_of_anaesthesia(NOTHING) == 0.0
    assert shock_odds(NOTHING, PERSON) == 1.0


def test_propofol_halves_the_index_at_its_published_concentration():
    assert index_of(held({"propofol": 4470.0})) == pytest.approx(97.4 / 2.0)


def test_remifentanil_adds_to_propofol_in_the_index():
    # Bouillon 2004: half a C50 of each is one C50.
    both = held({"propofol": 2235.0, "remifentanil": 9.65})
    assert index_of(both) == pytest.approx(97.4 / 2.0)
    parts = [vector[INDEX["bis_depression"]] for _, vector in contributions(both, PERSON, None)]
    assert parts == pytest.approx([0.25, 0.25])
    assert sum(parts) == pytest.approx(depth_of_anaesthesia(both))


def test_propofol_and_remifentanil_depress_breathing_as_published():
    # Nieuwenhuijs 2003: -44.3 % at 1 ug/ml with CO2 held; Bouillon 2003: half at 0.92 ng/ml.
    assert math.exp(acting(held({"propofol": 1000.0}), "propofol", "log_drive")) == pytest.approx(0.557, abs=0.002)
    assert math.exp(acting(held({"remifentanil": 0.92}), "remifentanil", "log_drive")) == pytest.approx(0.5)


def test_naloxone_gives_breathing_back_under_remifentanil():
    state = infuse(NOTHING, "remifentanil", 5.0, PERSON)
    state = after(state, PERSON, None, 1200.0)
    rescued = after(dosed(state, drug_named("naloxone"), "iv", 2000.0, 0.0), PERSON, None, 180.0)
    assert acting(rescued, "remifentanil", "log_drive") > acting(state, "remifentanil", "log_drive") + 1.0


def test_fentanyl_acts_by_its_receptor():
    # Mann 2022: drive (1 - CAR^0.9), wakefulness (1 - CAR^0.5).
    state = after(dosed(NOTHING, drug_named("fentanyl"), "iv", 100.0, 0.0), PERSON, None, 300.0)
    car = occupancy(state)[0]
    assert acting(state, "fentanyl", "log_drive") == pytest.approx(math.log(1.0 - car**0.9))
    assert acting(state, "fentanyl", "log_wakefulness") == pytest.approx(math.log(1.0 - car**0.5))
    assert index_of(state) > 90.0
    assert index_of(after(dosed(NOTHING, drug_named("fentanyl"), "iv", 1630.0, 0.0), PERSON, None, 500.0)) < 65.0


def test_much_adrenaline_narrows_vessels_and_endangers_the_heart():
    state = dosed(NOTHING, drug_named("adrenaline"), "iv", 1000.0, 0.0)
    assert acting(state, "adrenaline", "arrhythmia_hazard_per_min") > 0.1
    thigh = after(dosed(NOTHING, drug_named("adrenaline"), "im", 500.0, 0.0), PERSON, None, 480.0)
    assert acting(thigh, "adrenaline", "log_resistance") < 0.0
    assert acting(thigh, "adrenaline", "arrhythmia_hazard_per_min") < 0.001
    assert math.exp(acting(thigh, "adrenaline", "log_airway_resistance")) < 0.4


@pytest.mark.parametrize(("pressure", "tone"), [(100.0, 1.0), (85.0, 1.0), (72.5, 0.5), (60.0, 0.0), (0.0, 0.0)])
def test_vessels_without_tone_have_nothing_to_give_up(pressure: float, tone: float):
    state = held({"adrenaline": 0.76})
    signs = msgspec.structs.replace(ALIVE, mean_mmhg=pressure, cardiac_output_l_min=resting_output_l_min(PERSON))
    found = dict(contributions(state, PERSON, signs))["adrenaline"][INDEX["log_resistance"]]
    narrowing = 1.1 / (1.0 + (18.0 / 0.76) ** 1.5)
    assert found == pytest.approx(-0.5 * tone + narrowing)


def test_noradrenaline_narrows_and_fills():
    state = held({"noradrenaline": 4.11})
    assert acting(state, "noradrenaline", "log_resistance") == pytest.approx(0.35)
    assert acting(state, "noradrenaline", "venous_unstressed_ml") == pytest.approx(-175.0)


def test_atropine_blocks_the_vagus_within_minutes():
    # PMID 3835981: 0.04 mg/kg blocks the vagus nearly fully; product information: peak after 2 to 4 min.
    state = dosed(NOTHING, drug_named("atropine"), "iv", 40.0 * PERSON.weight_kg, 0.0)
    found: list[float] = []
    for _ in range(600):
        state = after(state, PERSON, None, 1.0)
        found.append(acting(state, "atropine", "vagal"))
    assert min(found) < -0.85 * 5.0
    assert 1.5 < np.argmin(found) / 60.0 < 5.0


def test_amiodarone_helps_a_shock():
    # Kudenchuk 1999: odds of admission 1.6 with 300 mg.
    state = dosed(NOTHING, drug_named("amiodarone"), "iv", 300e3, 0.0)
    assert 1.4 < shock_odds(state, PERSON) < 1.6
    assert hazard_factor(NOTHING, PERSON) == 1.0
    assert 0.4 < hazard_factor(state, PERSON) < 0.6


def test_nebulised_salbutamol_opens_airways_for_hours():
    state = dosed(NOTHING, drug_named("salbutamol"), "inhaled", 5000.0, 600.0)
    state = after(state, PERSON, None, 900.0)
    early = acting(state, "salbutamol", "log_airway_resistance")
    late = acting(after(state, PERSON, None, 3 * 3600.0), "salbutamol", "log_airway_resistance")
    assert math.exp(early) < 0.4
    assert math.exp(late) < 0.65


@pytest.mark.parametrize("name", ["crystalloid", "blood"])
def test_all_of_a_fluid_arrives(name: str):
    row = {"crystalloid": -1.0, "blood": -2.0}[name]
    state, total = with_line(NOTHING, (row, 0.0, 500.0 / 33.7, 33.7), f"{name}/1/bolus"), 0.0
    for _ in range(60):
        total += sum(vector[INDEX[f"{name}_ml_s"]] for _, vector in contributions(state, PERSON, None))
        state = after(state, PERSON, None, 1.0)
    assert total == pytest.approx(500.0)
    assert contributions(state, PERSON, None) == ()


@pytest.mark.parametrize("amount", [0.0, 1e-9, 1.0, 1e12])
def test_contributions_are_finite_at_any_dose(amount: float):
    state = NOTHING
    for name in ("propofol", "remifentanil", "fentanyl", "naloxone", "adrenaline", "salbutamol", "atropine"):
        state = dosed(state, drug_named(name), "iv", amount, 0.0)
    found = contributions(after(state, PERSON, None, 30.0), PERSON, None)
    assert len(found) == 7
    for _, vector in found:
        assert vector.shape == (len(INFLUENCES),)
        assert np.isfinite(vector).all()
        assert vector[INDEX["log_drive"]] >= FLOOR
        assert vector[NEVER_NEGATIVE].min() >= 0.0
    assert sum(vector[INDEX["bis_depression"]] for _, vector in found) <= 1.0
