"""What a session's log says, kept as rows beside it: observations, notes, recorded segments, the session's state."""

from collections.abc import Iterable
from typing import TypeVar

import msgspec
from sqlalchemy import Table, delete

from abaton.live.log import Answered, Closed, Entry, Noted, Opened, Sealed, Voided
from abaton.records import audit, tables
from abaton.records.transaction import Reading, Writing


class Observation(msgspec.Struct, frozen=True):
    """A measured or rated value, such as SUDS (0 to 100)."""

    session_id: str
    entry: int
    time_us: int
    measure: str
    value: float
    how: str


class Note(msgspec.Struct, frozen=True):
    """What the lead wrote during the session."""

    session_id: str
    entry: int
    time_us: int
    author: str
    text: str


class Segment(msgspec.Struct, frozen=True):
    """A file of recorded streams (MCAP), fixed by its SHA-256 (hexadecimal)."""

    session_id: str
    entry: int
    time_us: int
    name: str
    sha256: str
    size_bytes: int


Row = Observation | Note | Segment
_Kind = TypeVar("_Kind", bound=Row)
TABLES: dict[type[Row], Table] = {
    Observation: tables.observation,
    Note: tables.note,
    Segment: tables.segment,
}


def observations(reading: Reading, clinic_id: str, session_id: str) -> list[Observation]:
    """The session's observations in order."""
    return of_session(reading, Observation, clinic_id, session_id)


def notes(reading: Reading, clinic_id: str, session_id: str) -> list[Note]:
    """The session's notes in order."""
    return of_session(reading, Note, clinic_id, session_id)


def segments(reading: Reading, clinic_id: str, session_id: str) -> list[Segment]:
    """The session's recorded segments in order."""
    return of_session(reading, Segment, clinic_id, session_id)


def of_session(reading: Reading, kind: type[_Kind], clinic_id: str, session_id: str) -> list[_Kind]:
    """A session's rows of one kind, in order."""
    table = TABLES[kind]
    return reading.find(kind, table, clinic_id, table.c.session_id == session_id, order=(table.c.entry,))


def row_of(session_id: str, entry: Entry) -> Row | None:
    """The row that an entry says, if it says one."""
    match entry.fact:
        case Answered() as fact:
            return Observation(session_id, entry.number, entry.time_us, fact.measure, fact.value, fact.how)
        case Noted() as fact:
            # PostgreSQL takes no NUL in a text; the log itself keeps what was written.
            text = fact.text.replace("\0", "")
            return Note(session_id, entry.number, entry.time_us, entry.actor, text)
        case Sealed() as fact:
            return Segment(session_id, entry.number, entry.time_us, fact.segment, fact.sha256, fact.size_bytes)
        case _:
            return None


def project(writing: Writing, clinic_id: str, session_id: str, entries: Iterable[Entry]) -> None:
    """Keep what these entries say, in the transaction that writes them."""
    for entry in entries:
        row = row_of(session_id, entry)
        if row is not None:
            writing.insert(TABLES[type(row)], clinic_id, row)
        elif isinstance(entry.fact, Voided):
            withdraw(writing, clinic_id, session_id, entry.fact.entry, entry.fact.entry)
        elif isinstance(entry.fact, Opened):
            _move(writing, clinic_id, session_id, "planned", {"state": "open", "opened_us": entry.time_us})
        elif isinstance(entry.fact, Closed):
            _move(writing, clinic_id, session_id, "open", {"state": "closed", "closed_us": entry.time_us})
            # The audit log holds the head of the session's chain, so that neither can be rewritten by itself.
            detail = {"entries": entry.number + 1, "sha256": entry.digest.hex()}
            audit.append(writing, clinic_id, entry.actor, "close", "session", session_id, detail)


def withdraw(writing: Writing, clinic_id: str, session_id: str, first: int, last: int) -> None:
    """Take back what the entries from `first` to `last` said."""
    writing.confine(clinic_id)
    for table in TABLES.values():
        mine = (table.c.clinic_id == clinic_id, table.c.session_id == session_id)
        writing.connection.execute(delete(table).where(*mine, table.c.entry.between(first, last)))


def _move(writing: Writing, clinic_id: str, session_id: str, state: str, values: dict[str, object]) -> None:
    table = tables.session
    writing.change(table, clinic_id, table.c.id == session_id, table.c.state == state, values=values)
