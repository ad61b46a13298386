"""Whether the records are still what was written, and if not, which one was changed."""

import msgspec

from abaton.records.database import Database


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
    """Check one session's log and what was projected from it."""
    raise NotImplementedError


def verify_audit(database: Database, clinic_id: str) -> Verification:
    """Check one clinic's audit log, and the consents and screenings that it vouches for."""
    raise NotImplementedError


def verify_all(database: Database) -> Verification:
    """Check every clinic and session, and the database file itself."""
    raise NotImplementedError
