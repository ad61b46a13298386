"""No clinic reaches another's rows, by whatever function, and on PostgreSQL not even by SQL of its own."""

import asyncio
import datetime
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import ProgrammingError

from abaton.core.errors import Problem
from abaton.records import audit, consents, pairings, patients, practitioners, projection, screenings, sessions, tables
from abaton.records.database import Database
from abaton.records.fhir import dossier
from abaton.records.permission import may_start
from abaton.records.report import Summary
from abaton.records.session_log import SessionLog, read_entries
from abaton.records.sessions import Session
from abaton.records.transaction import Writing
from tests.records.conftest import CLEAR, STORY, Place, chain_of, make_session

SUMMARY = Summary(1, 0, None, None, None, None, {})
Attempt = Callable[[Writing, str, Place, Session], Any]


@pytest.fixture
def session(database: Database, other: Place) -> Session:
    """A session of the other clinic."""
    made = make_session(database, other)
    asyncio.run(SessionLog(database, other.id, made.id).append(chain_of(made.id, STORY)))
    return made


# Each is called with one's own clinic and the ids of another's records.
REFUSED: dict[str, Attempt] = {
    "patient": lambda w, me, you, _: patients.get(w, me, you.patient.id),
    "change patient": lambda w, me, you, _: patients.change(w, me, you.patient.id, by="x", family_name="X"),
    "ceilings": lambda w, me, you, _: patients.set_ceilings(w, me, you.patient.id, "heights", {}, by="x"),
    "practitioner": lambda w, me, you, _: practitioners.get(w, me, you.lead.id),
    "change practitioner": lambda w, me, you, _: practitioners.change(w, me, you.lead.id, by="x", name="X"),
    "consent": lambda w, me, you, _: consents.record(
        w, me, you.patient.id, purpose="care", given=True, version="1", by="x"
    ),
    "screening": lambda w, me, you, _: screenings.record(w, me, you.patient.id, answers=dict(CLEAR), by="x"),
    "may start": lambda w, me, you, _: may_start(w, me, you.patient.id),
    "plan": lambda w, me, you, s: sessions.plan(
        w, me, patient_id=you.patient.id, lead_id=you.lead.id, experience="heights", seed=1, by="x"
    ),
    "session": lambda w, me, you, s: sessions.get(w, me, s.id),
    "open": lambda w, me, you, s: sessions.open_now(w, me, s.id, by="x"),
    "abandon": lambda w, me, you, s: sessions.abandon(w, me, s.id, by="x"),
    "summary": lambda w, me, you, s: sessions.set_summary(w, me, s.id, SUMMARY),
    "pairing": lambda w, me, you, s: pairings.issue(w, me, s.id, by="x"),
    "entries": lambda w, me, you, s: read_entries(w, me, s.id),
    "export": lambda w, me, you, s: dossier(w, me, s.id),
}

EMPTY: dict[str, Attempt] = {
    "search": lambda w, me, you, _: patients.search(w, me, "Ariadne"),
    "consents": lambda w, me, you, _: consents.history(w, me, you.patient.id),
    "latest consents": lambda w, me, you, _: list(consents.latest(w, me, you.patient.id)),
    "screenings": lambda w, me, you, _: screenings.history(w, me, you.patient.id),
    "sessions of patient": lambda w, me, you, _: sessions.of_patient(w, me, you.patient.id),
    "sessions today": lambda w, me, you, _: sessions.today(w, me),
    "observations": lambda w, me, you, s: projection.observations(w, me, s.id),
    "notes": lambda w, me, you, s: projection.notes(w, me, s.id),
    "segments": lambda w, me, you, s: projection.segments(w, me, s.id),
}


def contents(database: Database, place: Place) -> list[list[Any]]:
    """Every row of a clinic."""
    with database.read() as reading:
        reading.confine(place.id)
        owned = [table for table in tables.metadata.sorted_tables if "clinic_id" in table.c]
        return [
            sorted(map(repr, reading.connection.execute(select(table).where(table.c.clinic_id == place.id))))
            for table in owned
        ]


@pytest.mark.parametrize("name", REFUSED)
def test_another_clinics_record_is_not_found_and_stays(
    database: Database, place: Place, other: Place, session: Session, name: str
) -> None:
    before = contents(database, other)
    with pytest.raises(Problem) as caught, database.write() as writing:
        REFUSED[name](writing, place.id, other, session)
    assert caught.value.kind == "not_found"
    assert contents(database, other) == before


@pytest.mark.parametrize("name", EMPTY)
def test_lists_hold_nothing_of_another_clinic(
    database: Database, place: Place, other: Place, session: Session, name: str
) -> None:
    with database.write() as writing:
        writing.connection.exec_driver_sql("SELECT 1")
        found = EMPTY[name](writing, place.id, other, session)
        assert EMPTY[name](writing, other.id, other, session)
    assert [getattr(row, "clinic_id", place.id) for row in found] == [place.id] * len(found)
    assert name == "search" or found == []


def test_a_lead_cannot_be_borrowed_from_another_clinic(database: Database, place: Place, other: Place) -> None:
    make_session(database, place)
    with pytest.raises(Problem) as caught, database.write() as writing:
        sessions.plan(
            writing, place.id, patient_id=place.patient.id, lead_id=other.lead.id, experience="heights", seed=1, by="x"
        )
    assert caught.value.code == "practitioner_not_found"


def test_a_row_cannot_refer_to_another_clinics_patient(database: Database, place: Place, other: Place) -> None:
    row = consents.Consent("i", place.id, other.patient.id, "care", True, "1", "x", 0)
    with pytest.raises(Problem) as caught, database.write() as writing:
        writing.insert(tables.consent, place.id, row)
    assert caught.value.code == "record_conflict"
    with pytest.raises(ValueError, match="cannot be written"), database.write() as writing:
        writing.insert(tables.consent, other.id, row)


def test_audit_logs_stand_apart(database: Database, place: Place, other: Place) -> None:
    with database.write() as writing:
        audit.append(writing, other.id, "x", "read", "patient", other.patient.id)
    with database.read() as reading:
        mine, yours = audit.page(reading, place.id), audit.page(reading, other.id)
    assert {entry.clinic_id for entry in mine} == {place.id}
    assert yours[0].action == "read"
    assert [entry.number for entry in mine] == list(reversed(range(len(mine))))


def test_the_audit_log_is_read_page_by_page(database: Database, place: Place) -> None:
    with database.read() as reading:
        whole = audit.page(reading, place.id)
        first = audit.page(reading, place.id, limit=2)
        rest = audit.page(reading, place.id, before=first[-1].number)
    assert [*first, *rest] == whole


@pytest.mark.parametrize("kind", [pytest.param("postgresql", marks=pytest.mark.postgres)])
@pytest.mark.parametrize("table", tables.CONFINED, ids=lambda table: table.name)
def test_postgresql_shows_no_clinic_another_ones_rows(
    database: Database, place: Place, other: Place, session: Session, table: Any
) -> None:
    def clinics_seen(confined_to: str | None) -> set[str]:
        with database.read() as reading:
            if confined_to is not None:
                reading.confine(confined_to)
            return set(reading.connection.execute(select(table.c.clinic_id)).scalars())

    assert clinics_seen(other.id) == {other.id}
    assert clinics_seen(None) == set()
    assert clinics_seen(place.id) <= {place.id}


@pytest.mark.parametrize("kind", [pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_postgresql_takes_no_row_for_another_clinic(database: Database, place: Place, other: Place) -> None:
    row = patients.Patient("p", other.id, "A", "B", datetime.date(1990, 1, 1), None, {}, 0, 0)

    def smuggle() -> None:
        with database.write() as writing:
            writing.confine(place.id)
            writing.connection.execute(insert(tables.patient).values(msgspec.structs.asdict(row)))

    with pytest.raises(ProgrammingError, match="row-level security"):
        smuggle()
