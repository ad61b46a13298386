# ruff: noqa: S608 — these tests change rows behind the product's back.
import asyncio
import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from abaton.core.clock import ManualClock
from abaton.records import audit, consents
from abaton.records.database import Database
from abaton.records.session_log import SessionLog
from abaton.records.sessions import Session
from abaton.records.verification import Verification, verify_all, verify_audit, verify_session
from tests.records.conftest import STORY, Place, chain_of, make_place, make_session


@pytest.fixture
def session(database: Database, place: Place) -> Session:
    return written(database, place)


def written(database: Database, place: Place) -> Session:
    made = make_session(database, place)
    asyncio.run(SessionLog(database, place.id, made.id).append(chain_of(made.id, STORY)))
    return made


def tamper(database: Database, place: Place, statement: str) -> None:
    with database.write() as writing:
        writing.confine(place.id)
        assert writing.connection.exec_driver_sql(statement).rowcount > 0


def records(found: Verification) -> set[str]:
    return {finding.record for finding in found.findings}


def test_untouched_records_are_intact(database: Database, place: Place, session: Session) -> None:
    found = verify_all(database)
    with database.read() as reading:
        audited = len(audit.page(reading, place.id))
    assert found == Verification(1, len(STORY), audited, ())
    assert found.intact
    assert verify_session(database, place.id, session.id) == Verification(1, len(STORY), 0, ())
    assert verify_audit(database, place.id) == Verification(0, 0, audited, ())


@pytest.mark.parametrize(
    "change",
    ["tick = tick + 1", "time_us = time_us - 1", "actor = 'rooM'", "actor = ''", "previous = digest",
     "digest = previous", "fact = digest"],
)  # fmt: skip
def test_a_changed_entry_is_named(database: Database, place: Place, session: Session, change: str) -> None:
    tamper(database, place, f"UPDATE entry SET {change} WHERE number = 6")
    assert f"session {session.id} entry 6" in records(verify_session(database, place.id, session.id))
    assert f"session {session.id} entry 6" in records(verify_all(database))


def test_a_fact_that_reads_the_same_but_is_written_otherwise_is_found(
    database: Database, place: Place, session: Session
) -> None:
    with database.read() as reading:
        reading.confine(place.id)
        fact = bytes(reading.connection.exec_driver_sql("SELECT fact FROM entry WHERE number = 6").scalar_one())
    other = fact.replace(b"55.0", b"5.5e1").hex()
    literal = f"X'{other}'" if database.health().kind == "sqlite" else rf"'\x{other}'"
    tamper(database, place, f"UPDATE entry SET fact = {literal} WHERE number = 6")
    assert records(verify_all(database)) == {f"session {session.id} entry 6"}


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE observation SET value = value + 1 WHERE entry = 6", "observation 6"),
        ("UPDATE observation SET how = 'lead' WHERE entry = 13", "observation 13"),
        ("DELETE FROM observation WHERE entry = 13", "observation 13"),
        ("UPDATE note SET text = 'All is well.'", "note 7"),
        ("UPDATE note SET time_us = time_us + 1", "note 7"),
        ("UPDATE segment SET size_bytes = 1", "segment 8"),
        ("UPDATE session SET entry_count = entry_count - 1", ""),
        ("UPDATE session SET entry_digest = previous FROM entry WHERE entry.number = 3", ""),
    ],
)
def test_changed_rows_beside_the_log_are_named(
    database: Database, place: Place, session: Session, statement: str, named: str
) -> None:
    tamper(database, place, statement)
    assert records(verify_session(database, place.id, session.id)) == {f"session {session.id} {named}".rstrip()}


def test_missing_entries_are_found_in_the_middle_and_at_the_end(
    database: Database, place: Place, session: Session
) -> None:
    tamper(database, place, "DELETE FROM entry WHERE number = 3")
    found = verify_session(database, place.id, session.id)
    assert f"session {session.id} entry 3" in records(found)
    tamper(database, place, "DELETE FROM entry WHERE number >= 3 AND number NOT IN (6, 7, 8, 13)")
    assert not verify_session(database, place.id, session.id).intact


def test_a_log_cut_short_with_its_head_is_found_by_the_audit_log(
    database: Database, place: Place, session: Session
) -> None:
    entries = chain_of(session.id, STORY)
    tamper(database, place, "DELETE FROM entry WHERE number = 14")
    digest = entries[13].digest.hex()
    literal = f"X'{digest}'" if database.health().kind == "sqlite" else rf"'\x{digest}'"
    tamper(database, place, f"UPDATE session SET entry_count = 14, entry_digest = {literal}")
    found = verify_session(database, place.id, session.id)
    assert records(found) == {f"session {session.id}"}
    assert "audit entry" in found.findings[0].reason


@pytest.mark.parametrize(
    "change",
    ["time_us = time_us + 1", "actor = 'x'", "action = 'creatf'", "record = 'patienu'", "record_id = 'x'",
     "previous = digest", "digest = previous", "detail = previous", "number = 99"],
)  # fmt: skip
def test_a_changed_audit_entry_is_named(database: Database, place: Place, session: Session, change: str) -> None:
    tamper(database, place, f"UPDATE audit SET {change} WHERE number = 4")
    assert "audit entry 4" in records(verify_audit(database, place.id))
    assert "audit entry 4" in records(verify_all(database))


def test_a_shortened_audit_log_is_found(database: Database, place: Place, session: Session) -> None:
    tamper(database, place, "DELETE FROM audit WHERE number = (SELECT max(number) FROM audit)")
    assert records(verify_audit(database, place.id)) == {f"audit log of clinic {place.id}"}


@pytest.mark.parametrize(
    ("table", "change"),
    [("consent", "given = NOT given"), ("consent", "version = '9'"), ("consent", "at_us = at_us - 1"),
     ("screening", "acknowledged = NOT acknowledged"), ("screening", "note = 'x'")],
)  # fmt: skip
def test_a_changed_consent_or_screening_is_named(
    database: Database, place: Place, session: Session, table: str, change: str
) -> None:
    with database.read() as reading:
        held = consents.history(reading, place.id, place.patient.id)
        reading.confine(place.id)
        identifier = reading.connection.exec_driver_sql(f"SELECT id FROM {table}").scalar_one()
    assert held
    tamper(database, place, f"UPDATE {table} SET {change}")
    assert records(verify_audit(database, place.id)) == {f"{table} {identifier}"}
    tamper(database, place, f"DELETE FROM {table}")
    assert records(verify_audit(database, place.id)) == {f"{table} {identifier}"}


def test_verifying_one_clinic_is_not_disturbed_by_another(
    database: Database, place: Place, other: Place, session: Session
) -> None:
    elsewhere = written(database, other)
    tamper(database, other, f"UPDATE entry SET tick = tick + 1 WHERE session_id = '{elsewhere.id}' AND number = 1")
    assert verify_session(database, place.id, session.id).intact
    assert records(verify_all(database)) == {f"session {elsewhere.id} entry 1"}


@pytest.fixture(scope="module")
def closed_file(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, list[range]]:
    """A database file at rest, and where in it the rows of one session's log and of the audit log lie."""
    path = tmp_path_factory.mktemp("tamper") / "abaton.sqlite"
    database = Database.open(f"sqlite:///{path}", ManualClock())
    database.migrate()
    place = make_place(database, "Kos")
    session = written(database, place)
    with database.read() as reading:
        acts = audit.page(reading, place.id)
    database.close()
    tidy = sqlite3.connect(path)
    tidy.execute("VACUUM")  # leaves no old copies of rows about
    tidy.close()
    whole = path.read_bytes()
    rows = [_row(whole, session.id, entry.previous + entry.digest) for entry in chain_of(session.id, STORY)]
    rows += [_row(whole, place.id, act.previous + act.digest) for act in acts]
    return whole, rows


def _row(whole: bytes, first: str, last: bytes) -> range:
    """From the row's first text to its digests, which are its last columns."""
    assert whole.count(last) == 1
    end = whole.find(last)
    return range(whole.rfind(first.encode(), 0, end), end + len(last))


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(choice=st.data())
def test_any_changed_byte_of_a_row_in_the_file_is_found(
    closed_file: tuple[bytes, list[range]], tmp_path: Path, choice: st.DataObject
) -> None:
    whole, rows = closed_file
    row = choice.draw(st.sampled_from(rows))
    place = choice.draw(st.sampled_from(row))
    flip = choice.draw(st.integers(1, 255))
    path = tmp_path / "abaton.sqlite"
    path.write_bytes(whole[:place] + bytes([whole[place] ^ flip]) + whole[place + 1 :])
    database = Database.open(f"sqlite:///{path}", ManualClock(), read_only=True)
    found = verify_all(database)
    database.close()
    assert not found.intact


def test_the_file_as_it_was_is_intact(closed_file: tuple[bytes, list[range]], tmp_path: Path) -> None:
    whole, rows = closed_file
    assert all(64 < len(row) < 500 for row in rows)
    path = tmp_path / "abaton.sqlite"
    path.write_bytes(whole)
    database = Database.open(f"sqlite:///{path}", ManualClock(), read_only=True)
    assert verify_all(database).intact
    database.close()


def test_a_file_whose_pages_are_damaged_is_told_as_such(closed_file: tuple[bytes, list[range]], tmp_path: Path) -> None:
    whole, rows = closed_file
    page = rows[0].start // 4096 * 4096
    path = tmp_path / "abaton.sqlite"
    path.write_bytes(whole[:page] + b"\xff" * 4096 + whole[page + 4096 :])
    database = Database.open(f"sqlite:///{path}", ManualClock(), read_only=True)
    found = verify_all(database)
    database.close()
    assert not found.intact
    assert any("malformed" in finding.reason or "database file" in finding.record for finding in found.findings)
