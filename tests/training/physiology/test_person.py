import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abaton.core.errors import Problem
from abaton.training.physiology.engine import begin
from abaton.training.physiology.parameters import blood_volume_ml, parameters_of
from abaton.training.physiology.person import Person, cohort
from abaton.training.physiology.vitals import vitals_of


def test_blood_volume_is_nadlers() -> None:
    # Nadler 1962: a man of 1.77 m and 73 kg has 4.99 l, a woman of 1.65 m and 60 kg 3.77 l.
    assert blood_volume_ml(Person()) == pytest.approx(4988, abs=10)
    assert blood_volume_ml(Person(sex="female", height_cm=165, weight_kg=60)) == pytest.approx(3768, abs=10)


def test_a_cohort_is_the_same_for_the_same_chance() -> None:
    assert cohort(20, np.random.default_rng(3)) == cohort(20, np.random.default_rng(3))
    assert cohort(20, np.random.default_rng(3)) != cohort(20, np.random.default_rng(4))


def test_people_of_a_cohort_live() -> None:
    for person in cohort(12, np.random.default_rng(5)):
        vitals = vitals_of(begin(person, settle_s=120))
        assert 50 < vitals.heart_rate < 100, person
        assert 95 < vitals.systolic_mmhg < 175, person
        assert vitals.saturation_pct > 91, person
        assert 33 < vitals.paco2_mmhg < 48, person
        assert vitals.coma_scale >= 14, person


def test_disease_shows() -> None:
    well, high = vitals_of(begin(Person())), vitals_of(begin(Person(diseases=("hypertension",))))
    assert high.mean_mmhg > well.mean_mmhg + 8
    assert vitals_of(begin(Person(diseases=("anaemia",)))).haemoglobin_g_dl == pytest.approx(8.5, abs=0.1)


@given(
    st.one_of(st.floats(allow_nan=True), st.just(5.0)),
    st.one_of(st.floats(allow_nan=True), st.just(900.0)),
)
def test_nobody_beyond_the_model(age: float, weight: float) -> None:
    person = Person(age_years=age, weight_kg=weight)
    if 18 <= age <= 95 and 35 <= weight <= 200:
        assert np.isfinite(parameters_of(person)).all()
    else:
        with pytest.raises(Problem, match=r"expected"):
            parameters_of(person)


def test_no_unknown_sex_or_disease() -> None:
    with pytest.raises(Problem):
        parameters_of(Person(sex="x"))
    with pytest.raises(Problem):
        parameters_of(Person(diseases=("plague",)))
