"""Kinetics against closed forms, an independent matrix exponential, and published figures."""

import json
import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from abaton.core.errors import Problem
from abaton.training.drugs import compartments as model
from abaton.training.drugs.compartments import Array
from abaton.training.drugs.formulary import DRUGS, drug_named
from abaton.training.drugs.kinetics import (
    NOTHING,
    DrugState,
    after,
    concentration,
    dosed,
    effect_site,
    flow_of,
    infuse,
    infusions,
    occupancy,
    rates_of,
    resting_output_l_min,
    restored,
    saved,
    stopped,
)
from abaton.training.physiology.person import Person
from abaton.training.physiology.rhythm import Rhythm
from abaton.training.physiology.vitals import Vitals

PERSON = Person()
MOVING = [drug.name for drug in DRUGS if drug.kinetics]


def vitals(output_l_min: float) -> Vitals:
    return Vitals(
        time_s=0.0, heart_rate=70.0, systolic_mmhg=120.0, diastolic_mmhg=75.0, mean_mmhg=90.0, central_venous_mmhg=5.0,
        pulmonary_mmhg=15.0, cardiac_output_l_min=output_l_min, stroke_ml=80.0, respiratory_rate=12.0, tidal_ml=500.0,
        minute_ventilation_l=6.0, saturation_pct=98.0, pao2_mmhg=95.0, paco2_mmhg=40.0, etco2_mmhg=38.0, ph=7.4,
        lactate_mmol_l=1.0, haemoglobin_g_dl=14.0, temperature_c=37.0, blood_volume_ml=5300.0, lost_ml=0.0,
        coronary_perfusion_mmhg=70.0, airway_peak_cmh2o=0.0, airway_plateau_cmh2o=0.0, bispectral=97.0, coma_scale=15,
        rhythm=Rhythm.SINUS, pulse=True,
    )  # fmt: skip


def dose(name: str, route: str, amount_ug: float, over_s: float = 0.0, state: DrugState = NOTHING) -> DrugState:
    return dosed(state, drug_named(name), route, amount_ug, over_s)


def course(state: DrugState, seconds: int, read: Callable[[DrugState], float], step_s: float = 1.0) -> Array:
    found: list[float] = []
    for _ in range(seconds):
        state = after(state, PERSON, None, step_s)
        found.append(read(state))
    return np.array(found)


def matrix(name: str, flow: float = 1.0) -> Array:
    """The same equations written down once more, as a matrix."""
    ka, kt, v1, cl, q2, v2, q3, v3, ke, kl, power = rates_of(drug_named(name), PERSON)
    v1 *= 0.5 + 0.5 * min(flow, 1.0)
    ka, kt, q2, q3, ke, kl, cl = ka * flow, kt * flow, q2 * flow, q3 * flow, ke * flow, kl * flow, cl * flow**power
    a = np.zeros((9, 9))
    a[0, 0] = -ka
    a[2, 0] = ka
    if kt:
        a[2, 0], a[1, 0], a[1, 1], a[2, 1] = 0.0, ka, -kt, kt
    a[2, 2] = -(cl + (q2 if v2 else 0.0) + (q3 if v3 else 0.0)) / v1
    a[7, 2] = cl / v1
    if v2:
        a[3, 2], a[3, 3], a[2, 3] = q2 / v1, -q2 / v2, q2 / v2
    if v3:
        a[4, 2], a[4, 4], a[2, 4] = q3 / v1, -q3 / v3, q3 / v3
    a[5, 2], a[5, 5] = ke / v1, -ke
    a[6, 2], a[6, 6] = kl / v1, -kl
    return a


def test_one_compartment_bolus_is_an_exponential():
    # Noradrenaline's form without limits on doses: C = D/V exp(-CL/V t), with 8.84 L and 2 L/min (Beloeil 2005).
    state = after(dose("noradrenaline", "iv", 100.0), PERSON, None, 300.0)
    assert concentration(state, PERSON, "noradrenaline") == pytest.approx(
        100.0 / 8.84 * math.exp(-2.0 / 8.84 * 5.0), rel=1e-12
    )


def test_one_compartment_infusion_rises_to_rate_over_clearance():
    state = after(infuse(NOTHING, "noradrenaline", 0.1, PERSON), PERSON, None, 120.0)
    expected = 0.1 * 60.0 / 2.0 * (1.0 - math.exp(-2.0 / 8.84 * 2.0))
    assert concentration(state, PERSON, "noradrenaline") == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("name", MOVING)
@pytest.mark.parametrize("flow", [1.0, 0.3, 0.0, 1.7])
def test_every_drug_agrees_with_the_matrix_exponential(name: str, flow: float):
    start = np.array([100.0, 50.0, 400.0, 10.0, 30.0, 2.0, 1.0, 0.0, 0.0])
    inputs = np.array([0.0, 0.0, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    rates = rates_of(drug_named(name), PERSON)
    for seconds in (1.0, 47.3, 3600.0):
        x = start.copy()
        if not rates[1]:
            x[1] = 0.0
        begin = x.copy()
        model.move(x, rates, inputs, flow, seconds)
        joined = np.zeros((10, 10))
        joined[:9, :9], joined[:9, 9] = matrix(name, flow), inputs
        expected = (expm(joined * seconds) @ np.append(begin, 1.0))[:9]
        assert x == pytest.approx(expected, rel=1e-10, abs=1e-10)


def test_a_bolus_is_a_sum_of_exponentials():
    # Three eigenvalues of the three compartments; coefficients from the eigenvectors.
    a = matrix("remifentanil")[2:5, 2:5]
    eigenvalues, vectors = np.linalg.eig(a)
    parts = np.linalg.solve(vectors, [1000.0, 0.0, 0.0])
    seconds = 700.0
    state = after(dose("remifentanil", "iv", 1000.0), PERSON, None, seconds)
    expected = (vectors * np.exp(eigenvalues * seconds)) @ parts
    assert state.amounts[2:5] == pytest.approx(np.real(expected), rel=1e-10)


@settings(max_examples=25, deadline=None)
@given(
    name=st.sampled_from([name for name in MOVING if name not in ("fentanyl", "naloxone")]),
    first=st.floats(0.0, 1e5),
    second=st.floats(0.0, 1e5),
    rate=st.floats(0.01, 100.0),
    seconds=st.integers(1, 1200),
)
def test_doses_superpose(name: str, first: float, second: float, rate: float, seconds: int):
    both = infuse(dose(name, "iv", first + second), name, rate, PERSON)
    together = after(both, PERSON, None, seconds).amounts
    apart = (
        after(dose(name, "iv", first), PERSON, None, seconds).amounts
        + after(dose(name, "iv", second), PERSON, None, seconds).amounts
        + after(infuse(NOTHING, name, rate, PERSON), PERSON, None, seconds).amounts
    )
    assert together == pytest.approx(apart, rel=1e-9, abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(
    case=st.sampled_from([("adrenaline", "im"), ("naloxone", "in"), ("fentanyl", "iv"), ("salbutamol", "inhaled")]),
    amount=st.floats(1.0, 1e5),
    over=st.sampled_from([0.0, 7.5, 600.0]),
    output=st.floats(0.0, 12.0),
    seconds=st.integers(1, 5000),
)
def test_nothing_is_made_and_nothing_is_lost(
    case: tuple[str, str], amount: float, over: float, output: float, seconds: int
):
    name, route = case
    state = after(dose(name, route, amount, over), PERSON, vitals(output), seconds)
    amounts = state.amounts[:9]
    waiting = float((state.lines[:, 2] * state.lines[:, 3]).sum())
    inside = amounts[[0, 1, 2, 3, 4, 7, 8]].sum()
    assert inside + waiting == pytest.approx(amount, rel=1e-9)
    assert (amounts >= -1e-12 * amount).all()


@settings(max_examples=25, deadline=None)
@given(pieces=st.lists(st.integers(1, 90), min_size=1, max_size=8))
def test_one_step_equals_many(pieces: list[int]):
    begin = infuse(dose("fentanyl", "iv", 200.0, 20.0), "naloxone", 0.2, PERSON)
    once = after(begin, PERSON, None, float(sum(pieces)))
    state = begin
    for piece in pieces:
        state = after(state, PERSON, None, float(piece))
    assert state.amounts == pytest.approx(once.amounts, rel=1e-10)
    assert state.labels == once.labels


def test_propofol_effect_site_peaks_after_about_a_hundred_seconds():
    # Schnider 1999, Anesthesiology 90:1502: peak effect 1.6 to 1.7 min after a bolus, at the model's reference person.
    person = Person(age_years=53.0, weight_kg=77.0, height_cm=177.0)
    state = dose("propofol", "iv", 1e5)
    found: list[float] = []
    for _ in range(300):
        state = after(state, person, None, 1.0)
        found.append(effect_site(state, "propofol"))
    assert (np.argmax(found) + 1) / 60.0 == pytest.approx(1.65, abs=0.12)


def test_remifentanil_leaves_within_minutes_however_long_it_ran():
    # Kapila 1995, Anesthesiology 83:968: context-sensitive half-time 3.2 min after 3 h (recalled); model's effect site.
    halves: list[float] = []
    for minutes in (60.0, 180.0, 480.0):
        state = after(infuse(NOTHING, "remifentanil", 10.0, PERSON), PERSON, None, minutes * 60.0)
        falling = course(stopped(state, "remifentanil"), 600, lambda s: effect_site(s, "remifentanil"))
        halves.append(np.argmax(falling < effect_site(state, "remifentanil") / 2.0) / 60.0)
    assert min(halves) > 2.9
    assert max(halves) < 4.6
    assert max(halves) - min(halves) < 0.5


def test_adrenaline_in_the_thigh_peaks_after_eight_minutes():
    # Simons 1998: 8 +- 2 min.
    found = course(dose("adrenaline", "im", 500.0), 1800, lambda s: concentration(s, PERSON, "adrenaline"))
    assert (np.argmax(found) + 1) / 60.0 == pytest.approx(8.0, abs=2.0)


def test_naloxone_in_muscle_reaches_what_was_measured():
    # Product information (nasal naloxone, 0.4 mg IM comparator): Cmax 0.74 to 0.9 ng/ml.
    found = course(dose("naloxone", "im", 400.0), 3600, lambda s: concentration(s, PERSON, "naloxone"))
    assert found.max() == pytest.approx(0.82, abs=0.15)


def test_amiodarone_falls_to_a_tenth_within_half_an_hour():
    # Product information: to 10 % of the peak within 30 to 45 min after the end of an infusion.
    state = dose("amiodarone", "iv", 150e3, 600.0)
    found = course(state, 60, lambda s: concentration(s, PERSON, "amiodarone"), 60.0)
    assert found[:12].max() == pytest.approx(6000.0, rel=0.1)
    assert 0.05 < found[9 + 35] / found.max() < 0.13


def test_fentanyl_binds_and_naloxone_takes_it_off():
    # Mann 2022: 2 mg IV against the medium fatal dose; binding reverses within minutes and returns as naloxone leaves.
    bound = after(dose("fentanyl", "iv", 1630.0), PERSON, None, 600.0)
    assert occupancy(bound)[0] > 0.95
    treated = course(dose("naloxone", "iv", 2000.0, state=bound), 90, lambda s: occupancy(s)[0], 60.0)
    untreated = course(bound, 90, lambda s: occupancy(s)[0], 60.0)
    assert treated[4] < 0.5 < 0.9 < untreated[4]
    assert treated.argmin() < 15
    assert treated[-1] > treated.min() + 0.3


def test_receptor_agrees_with_a_matrix_exponential():
    constants = np.array([3.627e-5, 0.003505, 0.8506, 1.034e-4, 0.02449, 0.8856])
    bound = np.array([0.4, 0.1])
    model.bind(bound, 3000.0, 20000.0, constants, 60.0)
    on, on_other = 3.627e-5 * 3000.0**0.8506, 1.034e-4 * 20000.0**0.8856
    a = np.array([[-on - 0.003505, -on, on], [-on_other, -on_other - 0.02449, on_other], [0.0, 0.0, 0.0]])
    assert bound == pytest.approx((expm(a * 60.0) @ [0.4, 0.1, 1.0])[:2], rel=1e-10)


@settings(max_examples=50, deadline=None)
@given(
    agonist=st.floats(0.0, 1e9), antagonist=st.floats(0.0, 1e9), share=st.floats(0.0, 1.0), seconds=st.floats(0.0, 1e5)
)
def test_occupancies_stay_fractions(agonist: float, antagonist: float, share: float, seconds: float):
    constants = np.array([3.627e-5, 0.003505, 0.8506, 1.034e-4, 0.02449, 0.8856])
    bound = np.array([share, 1.0 - share])
    model.bind(bound, agonist, antagonist, constants, seconds)
    assert (bound >= -1e-9).all()
    assert bound.sum() <= 1.0 + 1e-9


def test_shock_makes_concentrations_higher_and_slower():
    # Egan 1999, Johnson 2001 and 2003: higher concentrations and smaller clearance in haemorrhagic shock.
    begin = infuse(NOTHING, "remifentanil", 10.0, PERSON)
    rested = after(begin, PERSON, vitals(resting_output_l_min(PERSON)), 3600.0)
    shocked = after(begin, PERSON, vitals(0.5 * resting_output_l_min(PERSON)), 3600.0)
    ratio = concentration(shocked, PERSON, "remifentanil", vitals(0.5 * resting_output_l_min(PERSON))) / concentration(
        rested, PERSON, "remifentanil"
    )
    # Kurita 2011: with the reciprocal of cardiac output.
    assert ratio == pytest.approx(2.0, rel=0.05)


def test_without_flow_nothing_arrives():
    state = after(dose("adrenaline", "im", 500.0), PERSON, vitals(0.0), 600.0)
    assert concentration(state, PERSON, "adrenaline", vitals(0.0)) == 0.0
    assert state.amounts[model.DEPOT] == 500.0


def test_an_infusion_that_is_set_replaces_the_old_one():
    state = infuse(infuse(NOTHING, "noradrenaline", 0.1, PERSON), "norepinephrine", 0.2, PERSON, line=2)
    assert infusions(state) == {"noradrenaline": (0.2, 2)}
    assert infusions(infuse(state, "noradrenaline", 0.0, PERSON)) == {}


def test_a_drug_more_keeps_the_others():
    alone = after(dose("propofol", "iv", 1e5, 30.0), PERSON, None, 10.0)
    joined = dose("adrenaline", "im", 500.0, state=alone)
    assert joined.present == ("adrenaline", "propofol")
    assert (
        after(joined, PERSON, None, 60.0).amounts[9:18].tolist()
        == after(alone, PERSON, None, 60.0).amounts[:9].tolist()
    )


def test_branches_do_not_touch_each_other():
    trunk = after(dose("fentanyl", "iv", 500.0, 10.0), PERSON, None, 5.0)
    before = trunk.amounts.tobytes()
    treated, untreated = dose("naloxone", "im", 400.0, state=trunk), after(trunk, PERSON, None, 60.0)
    after(treated, PERSON, None, 60.0)
    assert trunk.amounts.tobytes() == before
    assert after(trunk, PERSON, None, 60.0).amounts.tobytes() == untreated.amounts.tobytes()


def test_saved_and_restored_goes_on_bit_for_bit():
    state = infuse(dose("fentanyl", "iv", 300.0, 40.0), "noradrenaline", 0.1, PERSON)
    state = after(dose("naloxone", "in", 4000.0, state=state), PERSON, None, 17.0)
    again = restored(json.loads(json.dumps(saved(state))))
    one, other = after(state, PERSON, vitals(3.0), 100.0), after(again, PERSON, vitals(3.0), 100.0)
    assert one.amounts.tobytes() == other.amounts.tobytes()
    assert (one.labels, one.given, one.present) == (other.labels, other.given, other.present)


@pytest.mark.parametrize(
    "change",
    [
        {"amounts": [1.0]},
        {"amounts": [math.nan] * 11},
        {"present": ["water"]},
        {"edition": "1999-01-01"},
        {"labels": []},
        {"lines": [[9.0, 2.0, 1.0, 5.0]]},
        {"given": 3},
        {"present": ["aspirin"]},
    ],
)
def test_broken_data_is_refused(change: dict[str, object]):
    data = saved(dose("propofol", "iv", 1e5, 30.0)) | change
    with pytest.raises(Problem, match="saved"):
        restored(data)


def test_nothing_stays_nothing():
    assert after(NOTHING, PERSON, None, 5.0) is NOTHING
    assert effect_site(NOTHING, "propofol") == concentration(NOTHING, PERSON, "propofol") == 0.0


@pytest.mark.parametrize("seconds", [-1.0, math.nan, math.inf, 1e6])
def test_a_time_out_of_range_is_refused(seconds: float):
    with pytest.raises(Problem, match="86 400"):
        after(dose("propofol", "iv", 1e5), PERSON, None, seconds)


def test_a_flow_that_is_no_number_is_refused():
    with pytest.raises(Problem, match="cardiac output"):
        flow_of(PERSON, vitals(math.nan))


@pytest.mark.parametrize(
    ("drug", "rate"), [("propofol", -1.0), ("propofol", math.nan), ("aspirin", 1.0), ("water", 1.0)]
)
def test_an_infusion_that_makes_no_sense_is_refused(drug: str, rate: float):
    with pytest.raises(Problem):
        infuse(NOTHING, drug, rate, PERSON)
