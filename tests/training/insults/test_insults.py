import contextlib

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abaton.core.errors import Problem
from abaton.training.insults.catalogue import INSULTS, insult_of
from abaton.training.insults.causes import Haemorrhage, TensionPneumothorax
from abaton.training.insults.treatments import TREATMENTS, treat
from abaton.training.patient import Cause, Patient, admit, tick
from abaton.training.physiology.person import Person


@pytest.fixture(scope="module")
def well() -> Patient:
    return admit(Person())


def later(patient: Patient, seconds: int) -> Patient:
    for _ in range(seconds):
        patient, _ = tick(patient, 1000)
    return patient


def suffering(patient: Patient, *causes: Cause) -> Patient:
    return msgspec.structs.replace(patient, causes=causes)


def test_a_wound_bleeds_at_its_rate_and_a_tourniquet_stops_it(well: Patient) -> None:
    hurt = later(suffering(well, insult_of("haemorrhage", {"site": "leg", "rate_ml_min": 200})), 120)
    assert hurt.vitals.lost_ml == pytest.approx(400, rel=0.25)
    treated = treat(hurt, "tourniquet", {"site": "leg"})
    assert treated.worked
    after = later(treated.patient, 120)
    assert after.vitals.lost_ml == pytest.approx(treated.patient.vitals.lost_ml, abs=1)


def test_no_tourniquet_for_a_belly(well: Patient) -> None:
    hurt = suffering(well, insult_of("haemorrhage", {"site": "abdomen", "rate_ml_min": 100}))
    assert not treat(hurt, "tourniquet", {"site": "abdomen"}).worked
    assert not treat(hurt, "tourniquet", {"site": "leg"}).worked
    stopped = treat(hurt, "surgery", {"site": "abdomen"})
    assert stopped.worked


def test_pressure_leaves_some(well: Patient) -> None:
    hurt = suffering(well, Haemorrhage("leg", 300))
    held = treat(hurt, "pressure", {"site": "leg"}).patient
    assert later(held, 120).vitals.lost_ml < 0.4 * later(hurt, 120).vitals.lost_ml


def test_anaphylaxis_opens_vessels_and_closes_bronchi(well: Patient) -> None:
    ill = later(suffering(well, insult_of("anaphylaxis", {"severity": 0.9})), 420)
    assert ill.vitals.mean_mmhg < 0.75 * well.vitals.mean_mmhg
    assert ill.vitals.heart_rate > well.vitals.heart_rate + 20
    assert ill.vitals.respiratory_rate > well.vitals.respiratory_rate
    worse = later(suffering(well, insult_of("anaphylaxis", {"severity": 1.0})), 600)
    assert worse.vitals.saturation_pct < 92
    assert worse.vitals.tidal_ml < 0.6 * well.vitals.tidal_ml
    # Fisher 1986: up to 35 % of plasma (about 1 l) leaves within ten minutes.
    assert 300 < well.vitals.blood_volume_ml - ill.vitals.blood_volume_ml < 1100


def test_air_is_let_out_and_a_needle_does_not_last(well: Patient) -> None:
    ill = later(suffering(well, insult_of("tension_pneumothorax", {"side": "left", "rate_mmhg_min": 6})), 180)
    assert ill.vitals.cardiac_output_l_min < 0.6 * well.vitals.cardiac_output_l_min
    assert not treat(ill, "needle_decompression", {"side": "right"}).worked
    eased = later(treat(ill, "needle_decompression", {"side": "left"}).patient, 90)
    assert eased.vitals.cardiac_output_l_min > 0.85 * well.vitals.cardiac_output_l_min
    again = later(eased, 420)
    assert again.vitals.cardiac_output_l_min < eased.vitals.cardiac_output_l_min - 1
    drained = later(treat(again, "chest_drain", {"side": "left"}).patient, 600)
    cause = drained.causes[0]
    assert isinstance(cause, TensionPneumothorax)
    assert cause.pressure_mmhg < 0.5


def test_sepsis_is_warm_fast_and_low(well: Patient) -> None:
    ill = later(suffering(well, insult_of("septic_shock", {"severity": 0.9})), 1800)
    assert ill.vitals.mean_mmhg < 70
    assert ill.vitals.heart_rate > 90
    assert ill.vitals.temperature_c > 37.5
    assert ill.vitals.lactate_mmol_l > 2
    turned = treat(ill, "antibiotics", {})
    assert turned.worked
    assert not treat(turned.patient, "antibiotics", {}).worked


def test_posture_replaces_posture(well: Patient) -> None:
    raised = treat(treat(well, "raise_legs", {}).patient, "raise_legs", {}).patient
    assert len(raised.causes) == 1
    assert later(raised, 60).vitals.central_venous_mmhg > later(well, 60).vitals.central_venous_mmhg + 0.5
    assert treat(raised, "lay_flat", {}).patient.causes == ()


@given(
    st.sampled_from([*INSULTS, "plague"]),
    st.dictionaries(
        st.sampled_from(["severity", "site", "rate_ml_min", "side", "most_mmhg", "dose"]),
        st.one_of(st.floats(), st.text(max_size=5), st.sampled_from(["leg", "left"])),
        max_size=2,
    ),
)
def test_an_insult_is_made_or_refused_in_words(name: str, arguments: dict[str, float | str]) -> None:
    with contextlib.suppress(Problem):
        assert insult_of(name, arguments).name


@pytest.mark.parametrize("treatment", list(TREATMENTS))
def test_every_treatment_answers_a_patient_who_has_nothing(well: Patient, treatment: str) -> None:
    treated = treat(well, treatment, {name: rule.words[0] for name, rule in TREATMENTS[treatment].items()})
    assert treated.told.endswith(".")
    assert np.isfinite(later(treated.patient, 2).body.state).all()


def test_unknown_treatments_and_arguments(well: Patient) -> None:
    with pytest.raises(Problem, match="leeches"):
        treat(well, "leeches", {})
    with pytest.raises(Problem, match="needle_decompression without 'side'"):
        treat(well, "needle_decompression", {})
    with pytest.raises(Problem, match="knee"):
        treat(well, "tourniquet", {"site": "knee"})
