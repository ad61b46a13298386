import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abaton.core.clock import ManualClock
from abaton.core.errors import Problem
from abaton.records import clinics, consents, patients, screenings
from abaton.records.database import Database
from abaton.records.permission import may_start
from abaton.records.screenings import WHEN_YES, Question, Screening
from tests.records.conftest import CLEAR, Place, allow

answers = st.fixed_dictionaries({question: st.booleans() for question in WHEN_YES})


def reasons(database: Database, place: Place) -> list[str]:
    with database.read() as reading:
        permission = may_start(reading, place.id, place.patient.id)
    assert permission.allowed is not bool(permission.reasons)
    return [reason.code for reason in permission.reasons]


def screen(database: Database, place: Place, *yes: Question, acknowledged: bool = False) -> None:
    given: dict[Question, bool] = {**CLEAR, **dict.fromkeys(yes, True)}
    with database.write() as writing:
        screenings.record(
            writing, place.id, place.patient.id, answers=given, acknowledged=acknowledged, by=place.lead.id
        )


def consent(database: Database, place: Place, purpose: consents.Purpose, given: bool) -> None:
    with database.write() as writing:
        consents.record(
            writing, place.id, place.patient.id, purpose=purpose, given=given, version="2", by=place.lead.id
        )


def test_a_new_patient_lacks_consent_and_screening(database: Database, place: Place) -> None:
    assert reasons(database, place) == ["no_consent", "no_screening"]
    allow(database, place)
    assert reasons(database, place) == []


def test_the_latest_consent_holds_also_when_the_clock_was_set_back(
    database: Database, place: Place, clock: ManualClock
) -> None:
    allow(database, place)
    clock.jump(-3600)
    consent(database, place, "care", False)
    assert reasons(database, place) == ["no_consent"]
    with database.read() as reading:
        history = consents.history(reading, place.id, place.patient.id)
    assert [decision.given for decision in history] == [False, True]


def test_purposes_stand_apart(database: Database, place: Place) -> None:
    allow(database, place)
    consent(database, place, "recording", True)
    with database.read() as reading:
        permission = may_start(reading, place.id, place.patient.id)
    assert (permission.allowed, permission.recording, permission.research) == (True, True, False)
    consent(database, place, "recording", False)
    with database.read() as reading:
        assert not may_start(reading, place.id, place.patient.id).recording


@pytest.mark.parametrize("question", ["seizures", "psychosis", "intoxication"])
def test_a_grave_answer_blocks_even_if_acknowledged(database: Database, place: Place, question: Question) -> None:
    allow(database, place)
    screen(database, place, question, acknowledged=True)
    assert reasons(database, place) == ["screening_blocks"]
    screen(database, place)
    assert reasons(database, place) == []


def test_caution_needs_to_be_acknowledged(database: Database, place: Place) -> None:
    allow(database, place)
    screen(database, place, "vestibular_disease")
    assert reasons(database, place) == ["caution"]
    screen(database, place, "vestibular_disease", acknowledged=True)
    assert reasons(database, place) == []


def test_a_screening_holds_until_midnight_of_the_clinic(database: Database, place: Place, clock: ManualClock) -> None:
    noon = datetime.datetime(2026, 3, 28, 21, 30, tzinfo=datetime.UTC)
    clock.jump(noon.timestamp() - clock.now_us() / 1e6)
    with database.write() as writing:
        clinic = clinics.add(writing, "Kos", time_zone="Europe/Athens")
        patient = patients.add(
            writing, clinic.id, given_name="A", family_name="B", birth_date=datetime.date(1990, 1, 1), by="x"
        )
        consents.record(writing, clinic.id, patient.id, purpose="care", given=True, version="1", by="x")
        screenings.record(writing, clinic.id, patient.id, answers=dict(CLEAR), by="x")
    for minutes, allowed in ((29, True), (1, False)):
        clock.advance(minutes * 60)
        with database.read() as reading:
            assert may_start(reading, clinic.id, patient.id).allowed is allowed


def test_every_question_must_be_answered(database: Database, place: Place) -> None:
    with pytest.raises(Problem) as caught, database.write() as writing:
        screenings.record(writing, place.id, place.patient.id, answers={"seizures": False}, by="x")
    assert caught.value.code == "incomplete_screening"
    with database.read() as reading:
        assert screenings.latest(reading, place.id, place.patient.id) is None


def test_screenings_are_kept_newest_first(database: Database, place: Place) -> None:
    screen(database, place, "seizures")
    screen(database, place)
    with database.read() as reading:
        history = screenings.history(reading, place.id, place.patient.id)
        assert screenings.latest(reading, place.id, place.patient.id) == history[0]
    assert [screening.outcome for screening in history] == ["clear", "block"]


@given(answers)
def test_the_gravest_answer_decides(given: dict[Any, bool]) -> None:
    screening = Screening("i", "c", "p", given, False, "", "by", 0)
    yes = {WHEN_YES[question] for question, answer in given.items() if answer}
    assert screening.outcome == ("block" if "block" in yes else "caution" if "caution" in yes else "clear")
    assert set(screening.outcomes) == set(WHEN_YES)
