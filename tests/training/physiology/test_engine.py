import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abaton.core.errors import Problem
from abaton.training.physiology import layout
from abaton.training.physiology.blood import volume_ml
from abaton.training.physiology.engine import Body, Hold, advance, begin, sensed, set_rhythm, support_vector
from abaton.training.physiology.influences import INFLUENCES, LEAST, Array, Support, contribution
from abaton.training.physiology.layout import OUTPUTS
from abaton.training.physiology.person import Person
from abaton.training.physiology.rhythm import Rhythm
from abaton.training.physiology.vitals import Vitals, vitals_of

QUIET = np.zeros(len(INFLUENCES))
ALONE = Support()
COMPRESSIONS = Support(
    compression_per_min=110, compression_depth_mm=50, ventilation="bag", rate_per_min=10, tidal_ml=500,
    inspired_oxygen=1.0, tube=True,
)  # fmt: skip


@pytest.fixture(scope="module")
def rest() -> Body:
    return begin(Person())


def later(body: Body, seconds: float, influences: Array = QUIET, support: Support = ALONE) -> tuple[Body, Vitals]:
    body, _ = advance(body, influences, support, round(1000 * seconds))
    return body, vitals_of(body)


def test_rest_lies_in_the_bands_of_adults(rest: Body) -> None:
    # Guyton and Edwards' tables of a healthy adult, as collected by Pulse and BioGears.
    vitals = vitals_of(rest)
    bands = {
        "heart_rate": (60, 90), "systolic_mmhg": (100, 140), "diastolic_mmhg": (60, 90), "mean_mmhg": (70, 105),
        "cardiac_output_l_min": (4.5, 6.5), "central_venous_mmhg": (2, 6), "respiratory_rate": (12, 18),
        "tidal_ml": (450, 550), "pao2_mmhg": (85, 100), "saturation_pct": (96, 99), "paco2_mmhg": (37, 43),
        "ph": (7.37, 7.43), "etco2_mmhg": (34, 42),
    }  # fmt: skip
    for name, (least, most) in bands.items():
        assert least <= getattr(vitals, name) <= most, name


def test_the_same_bits_and_branches(rest: Body) -> None:
    wound = contribution(arterial_bleed_ml_s_mmhg=0.02)
    one, course = advance(rest, wound, Support(), 5000)
    other, again = advance(rest, wound, Support(), 5000)
    assert one.state.tobytes() == other.state.tobytes()
    assert course.values.tobytes() == again.values.tobytes()
    # A second at a time is the same as all at once, and the body given is left as it was.
    parts = rest
    for _ in range(5):
        parts, _ = advance(parts, wound, Support(), 1000)
    assert parts.state.tobytes() == one.state.tobytes()
    assert parts.time_ms == one.time_ms == rest.time_ms + 5000


def test_blood_is_neither_made_nor_lost(rest: Body) -> None:
    body, _ = advance(rest, contribution(arterial_bleed_ml_s_mmhg=0.03), Support(), 60_000)
    gone = vitals_of(body).lost_ml - vitals_of(rest).lost_ml
    refilled = body.state[layout.REFILLED] - rest.state[layout.REFILLED]
    assert volume_ml(rest.state) - volume_ml(body.state) == pytest.approx(gone - refilled, abs=0.01)
    assert gone > 100


def test_loss_of_blood_is_borne_then_not(rest: Body) -> None:
    # Guyton: pressure holds up to about 20 % and output falls before it; ATLS: the pulse rises.
    start, body = vitals_of(rest), rest
    seen: dict[int, Vitals] = {}
    while (lost := vitals_of(body).lost_ml / 53) < 41:
        flow = 250 / 60 / max(vitals_of(body).mean_mmhg, 5)
        body, vitals = later(body, 6, contribution(arterial_bleed_ml_s_mmhg=flow))
        seen.setdefault(round(lost), vitals)
    assert seen[15].mean_mmhg > 0.88 * start.mean_mmhg
    assert seen[15].cardiac_output_l_min < 0.95 * start.cardiac_output_l_min
    assert seen[40].mean_mmhg < 0.55 * start.mean_mmhg
    assert seen[30].heart_rate > start.heart_rate + 15
    assert seen[40].lactate_mmol_l > seen[15].lactate_mmol_l


def test_apnoea(rest: Body) -> None:
    stop = contribution(log_drive=-20, log_wakefulness=-20)
    # Breathing air, saturation falls below 90 % within about a minute.
    body, at_30 = later(rest, 30, stop)
    body, at_90 = later(body, 60, stop)
    assert at_30.saturation_pct > 90 > at_90.saturation_pct
    assert at_30.respiratory_rate == 0
    # Berthoud 1991: after oxygen, 595 s (430 to 825) to 90 % in lean people.
    body, full = later(rest, 180, QUIET, Support(inspired_oxygen=1.0))
    assert full.pao2_mmhg > 450
    body, early = later(body, 430, stop)
    body, late = later(body, 395, stop)
    assert early.saturation_pct > 90 > late.saturation_pct
    # CO2 rises by about 12 mmHg in the first minute and 3 to 4 in each one after.
    body, first = later(rest, 60, stop, Support(inspired_oxygen=1.0, tube=True))
    body, fifth = later(body, 240, stop, Support(inspired_oxygen=1.0, tube=True))
    assert first.paco2_mmhg - vitals_of(rest).paco2_mmhg == pytest.approx(12, abs=4)
    assert (fifth.paco2_mmhg - first.paco2_mmhg) / 4 == pytest.approx(3.5, abs=1.0)


def test_fibrillation_compressions_and_return(rest: Body) -> None:
    body, arrested = later(set_rhythm(rest, Rhythm.VENTRICULAR_FIBRILLATION), 30)
    assert not arrested.pulse
    assert arrested.coma_scale == 3
    assert arrested.cardiac_output_l_min < 0.5
    body, early = later(body, 2, QUIET, COMPRESSIONS)
    body, steady = later(body, 40, QUIET, COMPRESSIONS)
    usual = vitals_of(rest).cardiac_output_l_min
    # Kim 2008, Redberg 1993, Gruben 1990: 17 to 27 % of output, mean pressure 21 to 46 mmHg.
    assert 0.15 < steady.cardiac_output_l_min / usual < 0.29
    assert 21 < steady.mean_mmhg < 48
    assert steady.coronary_perfusion_mmhg > 15
    assert steady.etco2_mmhg < 26
    # Flow is built up over many compressions, again after each pause: no overshoot.
    assert early.mean_mmhg < 0.75 * steady.mean_mmhg
    paused, _ = later(body, 10, QUIET, Support(ventilation="bag", rate_per_min=10, tidal_ml=500, tube=True))
    _, again = later(paused, 2, QUIET, COMPRESSIONS)
    assert again.mean_mmhg < 0.8 * steady.mean_mmhg
    body, back = later(set_rhythm(body, Rhythm.SINUS), 20)
    assert back.pulse
    assert back.etco2_mmhg > steady.etco2_mmhg + 10


def test_without_compressions_fibrillation_ends_in_asystole(rest: Body) -> None:
    _, vitals = later(set_rhythm(rest, Rhythm.VENTRICULAR_FIBRILLATION), 420)
    assert vitals.rhythm is Rhythm.ASYSTOLE
    assert vitals.heart_rate == 0


def test_electrical_activity_without_pulse_comes_back_with_perfusion(rest: Body) -> None:
    # Paradis 1990: nobody returned whose coronary perfusion stayed below 15 mmHg.
    spent = set_rhythm(rest, Rhythm.PULSELESS_ELECTRICAL_ACTIVITY, 0.2)
    _, vitals = later(spent, 120)
    assert not vitals.pulse
    assert vitals.rhythm in (Rhythm.PULSELESS_ELECTRICAL_ACTIVITY, Rhythm.ASYSTOLE)
    _, vitals = later(spent, 180, QUIET, COMPRESSIONS)
    assert vitals.rhythm is Rhythm.SINUS


def test_tension_in_the_chest(rest: Body) -> None:
    start = vitals_of(rest)
    outputs = [start.cardiac_output_l_min]
    for pressure in (8, 12, 16):
        _, vitals = later(rest, 120, contribution(pleural_mmhg=pressure, shunt=0.02 * pressure))
        outputs.append(vitals.cardiac_output_l_min)
    assert outputs == sorted(outputs, reverse=True)
    assert vitals.central_venous_mmhg > start.central_venous_mmhg + 8
    assert vitals.saturation_pct < 85
    assert vitals.heart_rate > start.heart_rate + 20


def test_the_ventilator_obeys_the_equation_of_motion() -> None:
    # Paw = V/C + R dV/dt + PEEP: C 50 ml/cmH2O, R 10, 500 ml at 60 l/min, PEEP 5 gives a peak of 25, a plateau of 15.
    body = begin(Person())
    p = body.parameters.copy()
    p[layout.C_LUNG] = 0.05
    p[layout.R_LUNG] = 10.0 - 0.8
    body = Body(body.time_ms, body.state, body.history, p)
    machine = Support(
        ventilation="ventilator", mode="vcv", rate_per_min=12, tidal_ml=500, inspiratory_s=0.5, peep_cmh2o=5, tube=True
    )
    _, course = advance(body, QUIET, machine, 20_000)
    assert course["airway_cmh2o"][-1000:].max() == pytest.approx(25, abs=0.3)
    assert course["lung_ml"][-1000:].max() / 50 == pytest.approx(15, abs=0.3)


def test_pressure_control_fills_by_the_time_constant(rest: Body) -> None:
    machine = Support(
        ventilation="ventilator", mode="pcv", rate_per_min=12, inspiratory_cmh2o=10, inspiratory_s=2.0, tube=True
    )
    _, course = advance(rest, QUIET, machine, 20_000)
    swing = np.ptp(course["lung_ml"][-625:])
    assert swing == pytest.approx(1000 * 0.08 * 10, rel=0.05)


def test_a_held_reflex_does_not_answer(rest: Body) -> None:
    # Held without a wound, the body stays as it is.
    held = Hold(sensed(rest), np.zeros(4))
    still, _ = advance(rest, QUIET, Support(), 120_000, hold=held)
    assert vitals_of(still).mean_mmhg == pytest.approx(vitals_of(rest).mean_mmhg, abs=4)
    wound = contribution(arterial_bleed_ml_s_mmhg=0.1)
    free, _ = advance(rest, wound, Support(), 120_000)
    stiff, _ = advance(rest, wound, Support(), 120_000, hold=held)
    assert vitals_of(free).mean_mmhg > vitals_of(stiff).mean_mmhg + 5
    start = vitals_of(rest).heart_rate
    assert vitals_of(stiff).heart_rate == pytest.approx(start, abs=8)
    assert vitals_of(free).heart_rate > start + 15


def test_crystalloid_leaves_and_blood_stays(rest: Body) -> None:
    start = vitals_of(rest)
    body, _ = later(rest, 600, contribution(crystalloid_ml_s=1000 / 600))
    _, hour = later(body, 3600)
    stays = (hour.blood_volume_ml - start.blood_volume_ml) / 1000
    assert 0.18 < stays < 0.36
    assert hour.haemoglobin_g_dl < start.haemoglobin_g_dl
    body, _ = later(rest, 600, contribution(blood_ml_s=500 / 600))
    _, hour = later(body, 3600)
    assert hour.blood_volume_ml - start.blood_volume_ml == pytest.approx(500, abs=10)


def test_a_hazard_beyond_what_the_heart_bears(rest: Body) -> None:
    _, calm = later(rest, 60)
    assert calm.rhythm is Rhythm.SINUS
    _, storm = later(rest, 120, contribution(arrhythmia_hazard_per_min=1.0))
    assert storm.rhythm is Rhythm.VENTRICULAR_FIBRILLATION


@settings(max_examples=25, deadline=None)
@given(
    st.dictionaries(st.sampled_from(INFLUENCES), st.floats(-3, 3), max_size=6),
    st.sampled_from([Support(), COMPRESSIONS]),
    st.sampled_from(list(Rhythm)),
)  # fmt: skip
def test_nothing_explodes(values: dict[str, float], support: Support, rhythm: Rhythm) -> None:
    body = set_rhythm(begin(Person(), settle_s=60), rhythm)
    summed = np.maximum(contribution(**values), LEAST)
    body, course = advance(body, summed, support, 60_000)
    assert np.isfinite(body.state).all()
    assert np.isfinite(np.delete(course.values, OUTPUTS.index("heart_phase"), axis=1)).all()
    assert np.abs(course["arterial_mmhg"]).max() < 600
    assert 0 <= vitals_of(body).saturation_pct <= 100


@pytest.mark.parametrize(
    "support",
    [
        Support(inspired_oxygen=1.2), Support(inspired_oxygen=math.nan), Support(ventilation="magic"),
        Support(ventilation="ventilator", mode="xyz", rate_per_min=10), Support(ventilation="bag", rate_per_min=0),
        Support(compression_per_min=-5), Support(ventilation="ventilator", rate_per_min=12, inspiratory_s=0.0),
    ],
)  # fmt: skip
def test_support_that_no_device_gives(support: Support) -> None:
    with pytest.raises(Problem):
        support_vector(support)


def test_inputs_that_are_refused(rest: Body) -> None:
    with pytest.raises(Problem, match="influence"):
        contribution(log_resistence=1.0)
    with pytest.raises(Problem, match="finite"):
        contribution(shunt=math.nan)
    with pytest.raises(Problem):
        advance(rest, np.full(len(INFLUENCES), math.nan), Support())
    with pytest.raises(Problem, match="shunt"):
        advance(rest, contribution(shunt=-0.1), Support())
    with pytest.raises(Problem):
        advance(rest, QUIET, Support(), 5)
    with pytest.raises(Problem):
        set_rhythm(rest, Rhythm.SINUS, 2.0)
