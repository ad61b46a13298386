import msgspec
import pytest

from abaton.core.errors import Problem
from abaton.training.drugs.checking import checked
from abaton.training.drugs.giving import give
from abaton.training.drugs.orders import parse_order
from abaton.training.insults.catalogue import insult_of
from abaton.training.patient import Patient, admit
from abaton.training.physiology.person import Person
from abaton.training.why import UNDER_WAY, Why, why


@pytest.fixture(scope="module")
def well() -> Patient:
    return admit(Person())


def part(found: Why, name: str) -> float:
    return sum(each.change for each in found.parts if each.cause == name)


def test_parts_add_up_and_point_the_right_way(well: Patient) -> None:
    hurt = msgspec.structs.replace(well, causes=(insult_of("haemorrhage", {"site": "leg", "rate_ml_min": 250}),))

    def step(patient: Patient, number: int) -> Patient:
        if number != 120:
            return patient
        order = checked(parse_order("noradrenaline 0.1 mcg/kg/min"), patient.person, patient.drugs)
        return msgspec.structs.replace(patient, drugs=give(patient.drugs, order, patient.person))

    for sign in ("mean_mmhg", "heart_rate", "cardiac_output_l_min"):
        found = why(hurt, 240, sign, step, orders=1)
        whole = found.last - found.first
        assert sum(each.change for each in found.parts) == pytest.approx(whole, abs=0.01 * max(abs(whole), 1e-6))
        if sign == "mean_mmhg":
            assert part(found, "bleeding from the leg") < -5
            assert part(found, "noradrenaline") > 1
            assert part(found, "low-pressure reflex") > 1


def test_what_was_under_way_before_is_told_apart(well: Patient) -> None:
    found = why(well, 30, "mean_mmhg", orders=1)
    assert {each.cause for each in found.parts} >= {UNDER_WAY, "baroreflex"}
    assert abs(found.last - found.first) < 3


def test_the_same_answer_twice(well: Patient) -> None:
    hurt = msgspec.structs.replace(well, causes=(insult_of("anaphylaxis", {"severity": 0.6}),))
    assert why(hurt, 60, "mean_mmhg") == why(hurt, 60, "mean_mmhg")


def test_signs_and_spans_that_mean_nothing(well: Patient) -> None:
    with pytest.raises(Problem, match="mood"):
        why(well, 60, "mood")
    with pytest.raises(Problem, match="rhythm"):
        why(well, 60, "rhythm")
    with pytest.raises(Problem, match="at least"):
        why(well, 5, "mean_mmhg")
