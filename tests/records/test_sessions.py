import datetime

import pytest

from abaton.core.clock import ManualClock
from abaton.core.errors import Problem
from abaton.records import clinics, consents, sessions
from abaton.records.database import Database
from abaton.records.report import Summary
from tests.records.conftest import Place, allow, make_session


def test_a_session_is_planned_only_with_consent_and_screening(database: Database, place: Place) -> None:
    def plan() -> sessions.Session:
        with database.write() as writing:
            return sessions.plan(
                writing, place.id, patient_id=place.patient.id, lead_id=place.lead.id, experience="heights",
                seed=1, by=place.lead.id,
            )  # fmt: skip

    with pytest.raises(Problem) as caught:
        plan()
    assert caught.value.code == "may_not_start"
    assert "consent" in caught.value.got
    assert "screening" in caught.value.got
    allow(database, place)
    session = plan()
    assert (session.state, session.opened_us, session.summary) == ("planned", None, None)
    with database.read() as reading:
        assert sessions.get(reading, place.id, session.id) == session
        assert sessions.of_patient(reading, place.id, place.patient.id) == [session]


def test_withdrawn_consent_stops_the_next_session(database: Database, place: Place) -> None:
    make_session(database, place)
    with database.write() as writing:
        consents.record(writing, place.id, place.patient.id, purpose="care", given=False, version="1", by="x")
        with pytest.raises(Problem):
            sessions.plan(
                writing, place.id, patient_id=place.patient.id, lead_id=place.lead.id, experience="heights",
                seed=1, by=place.lead.id,
            )  # fmt: skip


def test_opening_is_done_once_and_never_after_the_close(database: Database, place: Place, clock: ManualClock) -> None:
    session = make_session(database, place)
    with database.write() as writing:
        opened = sessions.open_now(writing, place.id, session.id, by=place.lead.id)
        clock.advance(5)
        assert sessions.open_now(writing, place.id, session.id, by=place.lead.id) == opened
        assert sessions.unfinished(writing) == [opened]
        closed = sessions.abandon(writing, place.id, session.id, by=place.lead.id)
        assert (closed.state, closed.closed_us) == ("closed", clock.now_us())
        assert sessions.abandon(writing, place.id, session.id, by=place.lead.id) == closed
        assert sessions.unfinished(writing) == []
        with pytest.raises(Problem) as caught:
            sessions.open_now(writing, place.id, session.id, by=place.lead.id)
    assert caught.value.code == "session_closed"


def test_rooms_of_every_clinic_are_found_after_a_restart(database: Database, place: Place, other: Place) -> None:
    made = [make_session(database, somewhere) for somewhere in (place, other)]
    with database.write() as writing:
        for session in made:
            sessions.open_now(writing, session.clinic_id, session.id, by="room")
    with database.read() as reading:
        assert {session.id for session in sessions.unfinished(reading)} == {session.id for session in made}


def test_today_is_the_clinics_day(database: Database, place: Place, clock: ManualClock) -> None:
    late = datetime.datetime(2026, 3, 28, 23, 59, tzinfo=datetime.UTC)
    clock.jump(late.timestamp() - clock.now_us() / 1e6)
    yesterday = make_session(database, place)
    clock.advance(120)
    with database.read() as reading:
        assert sessions.today(reading, place.id) == []
    session = make_session(database, place)
    with database.read() as reading:
        assert sessions.today(reading, place.id) == [session]
        assert sessions.between(reading, place.id, 0, session.planned_us) == [yesterday]


def test_an_unknown_time_zone_is_refused(database: Database) -> None:
    with pytest.raises(Problem) as caught, database.write() as writing:
        clinics.add(writing, "Kos", time_zone="Europe/Atlantis")
    assert caught.value.code == "time_zone"


def test_a_summary_is_kept(database: Database, place: Place) -> None:
    session = make_session(database, place)
    summary = Summary(61.5, 2, 30, 70, 20, 81.3, {"height_m": 12.0})
    with database.write() as writing:
        sessions.set_summary(writing, place.id, session.id, summary)
    with database.read() as reading:
        assert sessions.get(reading, place.id, session.id).summary == summary
