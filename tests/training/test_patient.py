import msgspec
import numpy as np
import pytest

from abaton.training.drugs.checking import checked
from abaton.training.drugs.giving import give
from abaton.training.drugs.orders import parse_order
from abaton.training.insults.catalogue import insult_of
from abaton.training.patient import Frozen, Patient, acting, admit, shock, tick
from abaton.training.physiology.engine import set_rhythm
from abaton.training.physiology.influences import INFLUENCES
from abaton.training.physiology.person import Person
from abaton.training.physiology.rhythm import Rhythm


@pytest.fixture(scope="module")
def well() -> Patient:
    return admit(Person())


def ordered(patient: Patient, text: str) -> Patient:
    order = checked(parse_order(text), patient.person, patient.drugs)
    return msgspec.structs.replace(patient, drugs=give(patient.drugs, order, patient.person))


def later(patient: Patient, seconds: int, held: Frozen = Frozen({})) -> Patient:  # noqa: B008
    for _ in range(seconds):
        patient, _ = tick(patient, 1000, held)
    return patient


def test_a_saved_patient_goes_on_in_the_same_way(well: Patient) -> None:
    ill = ordered(
        msgspec.structs.replace(well, causes=(insult_of("anaphylaxis", {"severity": 0.7}),)), "adrenaline 0.5 mg im"
    )
    half = later(ill, 60)
    one, other = later(half, 60), later(half, 60)
    assert one.body.state.tobytes() == other.body.state.tobytes()
    assert one.vitals == other.vitals
    assert later(ill, 120).body.state.tobytes() == one.body.state.tobytes()
    assert ill.ticks == 0


def test_causes_of_one_name_act_as_one(well: Patient) -> None:
    wound = insult_of("haemorrhage", {"site": "leg", "rate_ml_min": 50})
    one = acting(msgspec.structs.replace(well, causes=(wound,)))
    two = acting(msgspec.structs.replace(well, causes=(wound, wound)))
    assert list(one) == list(two)
    assert two[wound.name] == pytest.approx(2 * one[wound.name])


def test_a_cause_taken_away_does_nothing(well: Patient) -> None:
    wound = insult_of("haemorrhage", {"site": "leg", "rate_ml_min": 300})
    hurt = msgspec.structs.replace(well, causes=(wound,))
    spared = later(hurt, 60, Frozen({wound.name: np.zeros(len(INFLUENCES))}))
    assert spared.body.state.tobytes() == later(well, 60).body.state.tobytes()


def test_drugs_do_what_they_are_for(well: Patient) -> None:
    pressed = later(ordered(well, "noradrenaline 0.1 mcg/kg/min"), 300)
    assert pressed.vitals.mean_mmhg > well.vitals.mean_mmhg + 5
    asleep = later(ordered(well, "propofol 2 mg/kg iv over 30 s"), 120)
    assert asleep.vitals.bispectral < 60
    assert asleep.vitals.mean_mmhg < well.vitals.mean_mmhg
    assert asleep.vitals.coma_scale < 9
    assert later(asleep, 900).vitals.coma_scale == 15


def test_a_shock_meets_the_heart_as_it_is(well: Patient) -> None:
    body = set_rhythm(well.body, Rhythm.VENTRICULAR_FIBRILLATION)
    arrested = later(msgspec.structs.replace(well, body=body), 30)
    revived, told = shock(arrested, 200, synchronised=False, draw=0.2)
    assert told.after is Rhythm.SINUS
    assert later(revived, 20).vitals.pulse
    same, told = shock(arrested, 200, synchronised=False, draw=0.99)
    assert same is arrested
    assert told.after is told.before
    # Amiodarone raises the odds (ARREST, Kudenchuk 1999).
    treated = later(ordered(arrested, "amiodarone 300 mg iv"), 30)
    assert (
        shock(treated, 200, synchronised=False, draw=0.5)[1].chance
        > shock(arrested, 200, synchronised=False, draw=0.5)[1].chance
    )
