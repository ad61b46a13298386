"""The session log in the database: durable before it is acknowledged, and projected as it is written."""

import asyncio
from collections.abc import Sequence

import msgspec
from sqlalchemy import delete, insert

from abaton.live.log import Entry, LogUnavailable, decode_fact, digest, encode_fact
from abaton.records import projection, sessions, tables
from abaton.records.database import Database, RecordsUnavailable
from abaton.records.transaction import Reading, Writing

_ENTRY = tables.entry
_SESSION = tables.session


class StoredEntry(msgspec.Struct, frozen=True):
    """An entry as it lies in the database, its fact still encoded: the bytes that its digest covers."""

    number: int
    tick: int
    time_us: int
    actor: str
    fact: bytes
    previous: bytes
    digest: bytes


class _Head(msgspec.Struct, frozen=True):
    entry_count: int
    entry_digest: bytes


class SessionLog:
    """The log of one session, as a `live.log.Log`. One room at a time writes it.

    Args:
        database: Where it is kept.
        clinic_id: The clinic of the session.
        session_id: The session, which has been planned.
    """

    def __init__(self, database: Database, clinic_id: str, session_id: str) -> None:
        self._database = database
        self._clinic_id = clinic_id
        self._session_id = session_id
        self._in_doubt_from: int | None = None

    async def append(self, entries: Sequence[Entry]) -> None:
        """Return once the entries and what they project are durable.

        An append that is cancelled while it is being written may still be written.

        Raises:
            LogUnavailable: None of them was written, or they do not follow what was written by another.
            ValueError: They are not a chain of this session.
        """
        if not entries:
            return
        written = tuple(entries)
        self._check(written)
        try:
            await asyncio.wrap_future(self._database.submit(lambda writing: self._write(writing, written)))
        except RecordsUnavailable as problem:
            # A connection that broke during COMMIT may have committed: what we called unwritten must not stay.
            self._in_doubt_from = written[0].number
            raise LogUnavailable(str(problem)) from problem
        self._in_doubt_from = None

    def read(self) -> list[Entry]:
        """All entries in order. Blocks; raises RecordsUnavailable."""
        with self._database.read() as reading:
            return read_entries(reading, self._clinic_id, self._session_id)

    def _check(self, entries: Sequence[Entry]) -> None:
        for place, entry in enumerate(entries):
            if place and (entry.number, entry.previous) != (entries[place - 1].number + 1, entries[place - 1].digest):
                raise ValueError(f"entry {entry.number} does not follow the entry before it")
            if entry.digest != _digest(self._session_id, entry):
                raise ValueError(f"entry {entry.number} was not chained for this session")

    def _write(self, writing: Writing, entries: Sequence[Entry]) -> None:
        first, last = entries[0], entries[-1]
        if self._in_doubt_from is not None:
            self._forget(writing, self._in_doubt_from, first.previous)
        head = self._head(writing)
        if (head.entry_count, head.entry_digest) != (first.number, first.previous):
            raise LogUnavailable(
                f"entry {first.number} does not follow entry {head.entry_count - 1}, the last of this session: "
                "another room writes it. Read the log again before going on."
            )
        rows = [_row(self._clinic_id, self._session_id, entry) for entry in entries]
        writing.connection.execute(insert(_ENTRY), rows)
        self._set_head(writing, last.number + 1, last.digest)
        projection.project(writing, self._clinic_id, self._session_id, entries)

    def _forget(self, writing: Writing, number: int, digest_before: bytes) -> None:
        """Take back entries that were reported as not written, should they have been written after all."""
        if self._head(writing).entry_count <= number:
            return
        self._withdraw(writing, number)
        self._set_head(writing, number, digest_before)

    def _withdraw(self, writing: Writing, number: int) -> None:
        last = self._head(writing).entry_count - 1
        projection.withdraw(writing, self._clinic_id, self._session_id, number, last)
        mine = (_ENTRY.c.clinic_id == self._clinic_id, _ENTRY.c.session_id == self._session_id)
        writing.connection.execute(delete(_ENTRY).where(*mine, _ENTRY.c.number >= number))

    def _head(self, writing: Writing) -> _Head:
        mine = _SESSION.c.id == self._session_id
        found = writing.find(_Head, _SESSION, self._clinic_id, mine, lock=True)
        if not found:
            raise LogUnavailable(f"there is no session {self._session_id} in this clinic")
        return found[0]

    def _set_head(self, writing: Writing, count: int, head: bytes) -> None:
        values = {"entry_count": count, "entry_digest": head}
        writing.change(_SESSION, self._clinic_id, _SESSION.c.id == self._session_id, values=values)


def read_entries(reading: Reading, clinic_id: str, session_id: str) -> list[Entry]:
    """All entries of a session of this clinic, in order; raises Problem when it is another's."""
    sessions.get(reading, clinic_id, session_id)
    of_session = _ENTRY.c.session_id == session_id
    stored = reading.find(StoredEntry, _ENTRY, clinic_id, of_session, order=(_ENTRY.c.number,))
    return [
        Entry(row.number, row.tick, row.time_us, row.actor, decode_fact(row.fact), row.previous, row.digest)
        for row in stored
    ]


def _row(clinic_id: str, session_id: str, entry: Entry) -> dict[str, object]:
    place = {"session_id": session_id, "clinic_id": clinic_id}
    return {**place, **msgspec.structs.asdict(entry), "fact": encode_fact(entry.fact)}


def _digest(session_id: str, entry: Entry) -> bytes:
    content = encode_fact(entry.fact)
    return digest(session_id, entry.previous, entry.number, entry.tick, entry.time_us, entry.actor, content)
