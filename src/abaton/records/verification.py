"""Whether the records are still what was written, and if not, which one was changed.

Rows are checked as they lie in the database: the digests cover the stored bytes, so that a change is found even
where it would read the same. What no chain can show by itself, entries missing at its end, is seen against the
length and digest that the session, the clinic and the audit log keep of it.
"""

from collections.abc import Callable, Iterator

import msgspec
from sqlalchemy.exc import DBAPIError

from abaton.records import clinics, tables
from abaton.records.database import Database
from abaton.records.sqlite import any_text
from abaton.records.transaction import Reading
from abaton.records.verified_audit import check_audit
from abaton.records.verified_session import check_session


class Finding(msgspec.Struct, frozen=True):
    """A record that does not fit, as in `session abc… entry 17`, and why."""

    record: str
    reason: str


class Verification(msgspec.Struct, frozen=True):
    """How much was checked, and what was found; all is well when nothing was."""

    sessions: int
    entries: int
    audit_entries: int
    findings: tuple[Finding, ...]

    @property
    def intact(self) -> bool:
        """Whether every record is as it was written."""
        return not self.findings


def verify_session(database: Database, clinic_id: str, session_id: str) -> Verification:
    """Check one session's log, what was projected from it, and its close in the audit log."""
    return _verified(database, lambda course: course.session(clinic_id, session_id))


def verify_audit(database: Database, clinic_id: str) -> Verification:
    """Check one clinic's audit log, and the consents and screenings that it vouches for."""
    return _verified(database, lambda course: course.audit(clinic_id))


def verify_all(database: Database) -> Verification:
    """Check every clinic and session, and on SQLite the database file itself."""
    return _verified(database, lambda course: course.everything())


class _SessionId(msgspec.Struct, frozen=True):
    id: str


class _Course:
    """One run through the records, which goes on past what it finds."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.sessions = self.entries = self.audit_entries = 0
        self.findings: list[Finding] = []

    def session(self, clinic_id: str, session_id: str) -> None:
        self.sessions += 1
        count = self._run(f"session {session_id}", check_session, clinic_id, session_id)
        self.entries += count

    def audit(self, clinic_id: str) -> None:
        self.audit_entries += self._run(f"audit log of clinic {clinic_id}", check_audit, clinic_id)

    def everything(self) -> None:
        if self.reading.connection.dialect.name == "sqlite":
            self._run("database file", _check_file)
        for clinic in clinics.every(self.reading):
            self.audit(clinic.id)
            table = tables.session
            for session in self.reading.find(_SessionId, table, clinic.id, order=(table.c.planned_us, table.c.id)):
                self.session(clinic.id, session.id)

    def _run(self, record: str, check: Callable[..., Iterator[tuple[str, str] | int]], *where: str) -> int:
        """Run a check, which yields what it finds and how many entries it saw."""
        count = 0
        try:
            for found in check(self.reading, *where):
                if isinstance(found, int):
                    count += found
                else:
                    self.findings.append(Finding(*found))
        except (DBAPIError, msgspec.ValidationError, ValueError) as problem:
            reason = str(problem.orig) if isinstance(problem, DBAPIError) else type(problem).__name__
            self.findings.append(Finding(record, f"it cannot be read ({reason})"))
        return count


def _verified(database: Database, run: Callable[[_Course], None]) -> Verification:
    with database.read() as reading, any_text(reading.connection):
        course = _Course(reading)
        try:
            run(course)
        except (DBAPIError, msgspec.ValidationError) as problem:
            reason = str(problem.orig) if isinstance(problem, DBAPIError) else "a row is not what it should be"
            course.findings.append(Finding("database", f"it cannot be read ({reason})"))
        return Verification(course.sessions, course.entries, course.audit_entries, tuple(course.findings))


def _check_file(reading: Reading) -> Iterator[tuple[str, str]]:
    for row in reading.connection.exec_driver_sql("PRAGMA integrity_check"):
        if row[0] != "ok":
            yield "database file", str(row[0]).replace("\n", "; ")
    for row in reading.connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"table {row[0]}", f"a row belongs to a {row[2]} that is not there"
