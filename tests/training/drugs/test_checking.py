"""What may be given: hard rules, soft rules, and what carrying it out does."""

import msgspec
import pytest

from abaton.core.errors import Problem
from abaton.training.drugs.checking import base, checked
from abaton.training.drugs.effects import contributions
from abaton.training.drugs.giving import give, oxygen_fraction
from abaton.training.drugs.kinetics import NOTHING, DrugState, after, infusions
from abaton.training.drugs.orders import parse_order
from abaton.training.physiology.influences import INDEX
from abaton.training.physiology.person import Person
from abaton.training.physiology.rhythm import Rhythm
from abaton.training.physiology.vitals import Vitals

PERSON = Person(weight_kg=80.0)
NAMES = [field for field in Vitals.__struct_fields__ if field not in ("rhythm", "pulse", "coma_scale")]
ALIVE = Vitals(**dict.fromkeys(NAMES, 70.0), rhythm=Rhythm.SINUS, pulse=True, coma_scale=15)
ARREST = msgspec.structs.replace(ALIVE, rhythm=Rhythm.VENTRICULAR_FIBRILLATION, pulse=False)


def ordered(text: str, state: DrugState = NOTHING, vitals: Vitals | None = None, *, insist: bool = False) -> DrugState:
    return give(state, checked(parse_order(text), PERSON, state, vitals, insist=insist), PERSON)


def problem(text: str, state: DrugState = NOTHING, vitals: Vitals | None = None, *, insist: bool = False) -> Problem:
    with pytest.raises(Problem) as caught:
        ordered(text, state, vitals, insist=insist)
    assert text in caught.value.got
    assert caught.value.next_step
    return caught.value


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("adrenaline 0.5 mg im", 500.0),
        ("propofol 2 mg/kg iv", 160e3),
        ("noradrenaline 0.1 ug/kg/min", 0.1 * 80.0 / 60.0),
        ("propofol 6 mg/kg/h", 6e3 * 80.0 / 3600.0),
        ("2 units blood", 600.0),
        ("1 l crystalloid", 1000.0),
        ("oxygen 15 l/min non-rebreather", 0.85),
        ("oxygen 28% venturi", 0.28),
        ("hydrocortisone 0.2 g iv", 200e3),
        ("sodium bicarbonate 50 mmol", 50.0),
    ],
)
def test_quantities_are_in_one_unit(text: str, quantity: float):
    order = checked(parse_order(text), PERSON, NOTHING)
    assert order.quantity == pytest.approx(quantity)
    assert not order.insisted


def test_units_convert_by_weight_and_time():
    assert base(1.0, "mg/kg/h", PERSON) == (pytest.approx(1000.0 * 80.0 / 3600.0), "mass", True)
    assert base(2.0, "l", PERSON) == (2000.0, "volume", False)


HARD = [
    ("adrenaline 50 mg im", "order_dose_dangerous"),  # a hundredfold
    ("adrenaline 0.5 g im", "order_dose_dangerous"),  # g for mg
    ("noradrenaline 10 ug/kg/min", "order_dose_dangerous"),
    ("fentanyl 100 mg iv", "order_dose_dangerous"),  # mg for ug
    ("naloxone 400 mg im", "order_dose_dangerous"),
    ("crystalloid 50 l", "order_dose_dangerous"),
    ("oxygen 150 l/min mask", "order_dose_dangerous"),
    ("adrenaline 0.5 ml im", "order_unit_wrong"),
    ("2 mg blood", "order_unit_wrong"),
    ("oxygen 15 mg mask", "order_unit_wrong"),
    ("oxygen 15 l/min", "order_device_missing"),
    ("oxygen 90% venturi", "order_oxygen_fraction"),
    ("amiodarone 300 mg im", "order_route_not_allowed"),
    ("propofol 100 mg im", "order_route_not_allowed"),
    ("adrenaline 0.5 mg sc", "order_route_not_allowed"),
    ("naloxone 0.4 mg", "order_route_missing"),
    ("noradrenaline 1 mg iv", "order_form_wrong"),
    ("hydrocortisone 100 mg/h", "order_form_wrong"),
    ("adrenaline -0.5 mg im", "order_dose_not_positive"),
    ("adrenaline 0 mg im", "order_dose_not_positive"),
    ("propofol 6 mg/kg/h over 10 min", "order_rate_and_duration"),
    ("2 l crystalloid over 5 s", "order_too_fast"),
    ("stop propofol", "infusion_not_running"),
    ("set noradrenaline 0.1 ug/kg/min", "infusion_not_running"),
    ("set propofol 100 mg", "order_rate_missing"),
    ("propofol 100 mg iv line 7", "order_line_unknown"),
]


@pytest.mark.parametrize(("text", "code"), HARD)
def test_hard_rules_hold_whoever_insists(text: str, code: str):
    assert problem(text).code == code
    assert problem(text, insist=True).code == code


SOFT = [
    ("adrenaline 1 mg im", "order_dose_unusual"),
    ("adrenaline 5 ug im", "order_dose_unusual"),  # a hundredth
    ("atropine 0.1 mg iv", "order_dose_unusual"),
    ("naloxone 8 mg iv", "order_dose_unusual"),
    ("oxygen 2 l/min non-rebreather", "order_dose_unusual"),
]


@pytest.mark.parametrize(("text", "code"), SOFT)
def test_soft_rules_yield_to_insisting(text: str, code: str):
    caught = problem(text)
    assert caught.code == code
    assert caught.kind == "refused"
    order = checked(parse_order(text), PERSON, NOTHING, insist=True)
    assert order.insisted
    assert order.quantity > 0.0


def test_an_order_may_insist_in_words():
    assert "add 'insist'" in problem("adrenaline 1 mg iv", vitals=ALIVE).next_step
    order = checked(parse_order("insist adrenaline 1 mg iv"), PERSON, NOTHING, ALIVE)
    assert order.insisted
    assert order.quantity == 1000.0
    assert not checked(parse_order("adrenaline 0.5 mg im, confirmed"), PERSON, NOTHING, ALIVE).insisted
    assert problem("adrenaline 50 mg im insist").code == "order_dose_dangerous"


def test_a_dose_is_never_brought_into_range():
    order = checked(parse_order("adrenaline 2 mg im"), PERSON, NOTHING, insist=True)
    assert order.quantity == 2000.0


def test_adrenaline_into_a_vein_belongs_to_arrest():
    assert problem("adrenaline 1 mg iv", vitals=ALIVE).code == "order_adrenaline_with_pulse"
    assert ordered("adrenaline 1 mg iv", vitals=ALIVE, insist=True).amounts[2] == 1000.0
    assert ordered("adrenaline 1 mg iv", vitals=ARREST).amounts[2] == 1000.0
    assert ordered("adrenaline 0.05 mg iv", vitals=ALIVE).amounts[2] == 50.0
    assert ordered("adrenaline 0.5 mg im", vitals=ALIVE).amounts[0] == 500.0


def test_amiodarone_and_a_slow_heart():
    slow = msgspec.structs.replace(ALIVE, heart_rate=38.0)
    assert problem("amiodarone 150 mg over 10 min", vitals=slow).code == "order_amiodarone_slow_heart"
    assert ordered("amiodarone 150 mg over 10 min", vitals=ALIVE).present == ("amiodarone",)


def test_what_may_not_meet_in_a_line():
    blood = ordered("2 units blood")
    assert problem("txa 1 g over 10 min", blood).code == "order_incompatible"
    assert "line 2" in problem("calcium chloride 1 g iv", blood).next_step
    assert ordered("txa 1 g over 10 min line 2", blood).present == ("tranexamic acid",)
    assert ordered("txa 1 g over 10 min", blood, insist=True).present == ("tranexamic acid",)
    later = after(blood, PERSON, None, 601.0)
    assert ordered("txa 1 g over 10 min", later).present == ("tranexamic acid",)


def test_an_infusion_runs_is_set_and_stopped():
    state = ordered("noradrenaline 0.1 ug/kg/min")
    caught = problem("start noradrenaline 0.2 ug/kg/min", state, insist=True)
    assert (caught.code, caught.kind) == ("infusion_running", "conflict")
    state = ordered("set noradrenaline 0.2 ug/kg/min", state)
    assert infusions(state)["noradrenaline"][0] == pytest.approx(0.2 * 80.0 / 60.0)
    state = ordered("stop noradrenaline", state)
    assert infusions(state) == {}
    assert state.present == ("noradrenaline",)


def test_fluids_come_and_can_be_stopped():
    state = ordered("500 ml crystalloid over 10 min")
    (found,) = contributions(state, PERSON, None)
    assert found[0] == "crystalloid"
    assert found[1][INDEX["crystalloid_ml_s"]] == pytest.approx(500.0 / 600.0)
    assert contributions(ordered("stop crystalloid", state), PERSON, None) == ()
    assert dict(state.given) == {"crystalloid": 500.0}


def test_oxygen_is_for_support():
    order = checked(parse_order("oxygen 15 l/min non-rebreather"), PERSON, NOTHING)
    assert oxygen_fraction(order) == 0.85
    assert give(NOTHING, order, PERSON) is NOTHING
    assert oxygen_fraction(checked(parse_order("stop oxygen"), PERSON, NOTHING)) == 0.21
    assert oxygen_fraction(parse_order("adrenaline 0.5 mg im")) is None


def test_what_has_no_effect_here_is_noted():
    state = ordered("hydrocortisone 200 mg iv")
    assert dict(state.given) == {"hydrocortisone": 200e3}
    assert contributions(state, PERSON, None) == ()


def test_an_order_that_was_not_checked_is_not_given():
    with pytest.raises(Problem, match="passed the check"):
        give(NOTHING, parse_order("adrenaline 0.5 mg im"), PERSON)


def test_a_person_outside_a_drugs_model_is_told():
    with pytest.raises(Problem, match="another person"):
        checked(parse_order("remifentanil 0.1 ug/kg/min"), Person(35.0, "male", 200.0, 140.0), NOTHING)
