"""Every number has a unit and a source; names mean one drug; the published equations give the published values."""

import math

import pytest

from abaton.core.errors import Problem
from abaton.training.drugs.formulary import DRUGS, FORMULARY, all_values, drug_named, made, values
from abaton.training.drugs.values import Parameter, Value, fat_free_mass_kg
from abaton.training.physiology.influences import INDEX
from abaton.training.physiology.person import Person


def test_every_value_has_a_unit_and_a_source():
    found = list(all_values())
    assert len(found) > 400
    for where, value in found:
        assert math.isfinite(value.value), where
        assert value.unit.strip(), where
        assert len(value.source.strip()) > 7, where


def test_what_is_recalled_says_that_it_waits_for_a_second_look():
    for where, value in all_values():
        if "recalled" in value.source:
            assert "to be checked" in value.source, where
    assert all(pair.source.startswith("recalled") and "to be checked" in pair.source for pair in FORMULARY.incompatible)


def test_the_walk_finds_values_at_any_depth():
    bare = Value(1.0, "1", "")
    nested = {"a": (Parameter(bare), [1.0])}
    assert [value.source for _, value in values(nested)] == [""]


def test_the_drugs_asked_for_are_there():
    wanted = (
        "propofol propofol_eleveld remifentanil fentanyl naloxone adrenaline noradrenaline atropine amiodarone "
        "salbutamol "
        "crystalloid blood oxygen tranexamic_acid hydrocortisone chlorphenamine ceftriaxone"
    )
    assert {name.replace("_", " ") for name in wanted.split()} <= set(FORMULARY.drugs)


def test_effects_name_influences_that_exist():
    for drug in DRUGS:
        for effect in drug.effects:
            assert effect.influence in INDEX
            assert effect.half.value > 0.0
            assert not effect.remaining or 0.0 < effect.most.value <= 1.0


def test_limits_are_in_order():
    for drug in DRUGS:
        assert drug.limits, drug.name
        for limit in drug.limits:
            assert 0.0 < limit.low.value < limit.high.value < limit.hard.value <= 20.0 * limit.high.value, drug.name


@pytest.mark.parametrize(
    ("name", "drug"),
    [
        ("epinephrine", "adrenaline"),
        (" Narcan ", "naloxone"),
        ("LEVOPHED", "noradrenaline"),
        ("txa", "tranexamic acid"),
    ],
)
def test_synonyms_lead_to_the_drug(name: str, drug: str):
    assert drug_named(name).name == drug


def test_a_slip_is_asked_back():
    with pytest.raises(Problem, match="Do you mean 'remifentanil'"):
        drug_named("remifentanyl")


def test_two_drugs_of_one_name_are_refused():
    with pytest.raises(Problem, match="adrenaline"):
        made((*DRUGS, DRUGS[5]), "2026-01-01")


def test_schnider_at_the_reference_person():
    # Schnider 1998: 53 years, 77 kg, LBM 59 kg, 177 cm gives V2 18.9 L, Cl1 1.89 L/min, Cl2 1.29 L/min.
    kinetics = FORMULARY.drugs["propofol"].kinetics
    assert kinetics
    assert kinetics.fast_l
    older = Person(age_years=73.0)
    assert kinetics.fast_l.of(older) == pytest.approx(18.9 - 0.391 * 20.0)
    person = Person(age_years=53.0, weight_kg=77.0, height_cm=177.0)
    lean = person.lean_mass_kg
    assert kinetics.clearance_l_min.of(person) == pytest.approx(1.89 - 0.0681 * (lean - 59.0))


def test_eleveld_at_the_reference_person():
    # Eleveld 2018: 35 years, 70 kg, 170 cm: 6.28, 25.5, 273 L; 1.79 (women 2.10), 1.75, 1.11 L/min; ke0 0.146 /min.
    kinetics = FORMULARY.drugs["propofol eleveld"].kinetics
    assert kinetics
    man = Person(35.0, "male", 70.0, 170.0)
    woman = Person(35.0, "female", 70.0, 170.0)
    found = [
        parameter.of(man)
        for parameter in (
            kinetics.central_l,
            kinetics.fast_l,
            kinetics.slow_l,
            kinetics.fast_l_min,
            kinetics.slow_l_min,
        )
        if parameter
    ]
    assert found == pytest.approx([6.28, 25.5, 273.0, 1.75, 1.11], rel=0.01)
    assert kinetics.clearance_l_min.of(woman) == pytest.approx(2.10)
    assert fat_free_mass_kg(man) == pytest.approx(54.5, rel=0.01)


def test_a_person_outside_the_published_equation_is_refused():
    # James's lean mass turns negative in such obesity, and Minto's volumes with it.
    kinetics = FORMULARY.drugs["remifentanil"].kinetics
    assert kinetics
    with pytest.raises(Problem, match="positive"):
        kinetics.central_l.of(Person(35.0, "male", 200.0, 140.0))
