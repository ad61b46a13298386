"""Finds what is kept of one session."""

import contextlib
from collections.abc import Generator, Mapping

from abaton.core.clock import SystemClock
from abaton.core.errors import Problem, not_found
from abaton.core.settings import Settings
from abaton.live.experience import Experience
from abaton.records import clinics, sessions
from abaton.records.database import Database
from abaton.records.sessions import Session
from abaton.records.transaction import Reading


@contextlib.contextmanager
def open_to_look(settings: Settings) -> Generator[Database]:
    """The records, to be read only: a running server may go on writing them."""
    database = Database.open(settings.resolved_database_url, SystemClock(), read_only=True)
    try:
        yield database
    finally:
        database.close()


def find_session(reading: Reading, session_id: str) -> Session:
    """The session with this id, of whichever clinic: who reads the database's file may read all of it.

    Raises:
        Problem: There is none.
    """
    for clinic in clinics.every(reading):
        with contextlib.suppress(Problem):
            return sessions.get(reading, clinic.id, session_id)
    raise not_found("session", session_id)


def experience_of(session: Session, installed: Mapping[str, type[Experience]]) -> type[Experience]:
    """The class that the session ran.

    Raises:
        Problem: It is not installed here.
    """
    if session.experience in installed:
        return installed[session.experience]
    raise Problem(
        "experience_missing",
        got=f"a session of the experience {session.experience!r}, which is not installed",
        expected=f"one of {', '.join(installed) or 'none at all'}",
        next_step="Install the package that has it, in the version that recorded the session.",
        kind="not_found",
    )
