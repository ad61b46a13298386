"""Checks one session: the chain of its log, what was projected from it, and its close in the audit log."""

from collections.abc import Iterator, Sequence

import msgspec
from sqlalchemy import ColumnElement, select

from abaton.live.log import GENESIS, Entry, decode_fact, digest
from abaton.records import audit, projection, tables
from abaton.records.audit import AuditEntry
from abaton.records.damage import as_stored
from abaton.records.report import standing
from abaton.records.session_log import StoredEntry
from abaton.records.transaction import Reading

Found = tuple[str, str]
_ENTRY = tables.entry
_KINDS = (int, int, int, str, bytes, bytes, bytes)


def check_session(reading: Reading, clinic_id: str, session_id: str) -> Iterator[Found | int]:
    """Yield what does not fit, as record and reason, and the number of entries."""
    record = f"session {session_id}"
    stored = _stored(reading, clinic_id, session_id)
    broken = False
    for found in check_chain(session_id, stored):
        broken = True
        yield found
    yield from _check_head(reading, clinic_id, session_id, stored)
    yield from _check_close(reading, clinic_id, session_id, stored)
    if not broken:
        yield from _check_projection(reading, clinic_id, session_id, [_decoded(row) for row in stored])
    yield len(stored)
    if any(row.clinic_id != clinic_id for row in _owners(reading, session_id)):
        yield record, "an entry was moved to another clinic"


def check_chain(session_id: str, stored: Sequence[StoredEntry]) -> Iterator[Found]:
    """Yield each stored entry that is not what was written at its place."""
    expected, previous, doubted = 0, GENESIS, False
    for row in stored:
        record = f"session {session_id} entry {row.number}"
        if row.number != expected:
            yield f"session {session_id} entry {expected}", f"it is missing; entry {row.number} stands in its place"
            expected, doubted = row.number, True
        reason = _reason(session_id, row)
        if reason is not None:
            yield record, reason
        elif row.previous != previous and not doubted:
            yield record, "it does not follow from the entry before it"
        expected, previous, doubted = expected + 1, row.digest, reason is not None


def _reason(session_id: str, row: StoredEntry) -> str | None:
    """Why an entry's content does not match its digest, if it does not."""
    try:
        found = digest(session_id, row.previous, row.number, row.tick, row.time_us, row.actor, row.fact)
        if found != row.digest:
            return "its content does not match its digest"
        decode_fact(row.fact)
    except (UnicodeError, msgspec.MsgspecError):
        return "its content cannot be read"
    return None


class _Owner(msgspec.Struct, frozen=True):
    clinic_id: str


class _Head(msgspec.Struct, frozen=True):
    entry_count: int
    entry_digest: bytes


def _stored(reading: Reading, clinic_id: str, session_id: str) -> list[StoredEntry]:
    reading.confine(clinic_id)
    columns = [_ENTRY.c[name] for name in StoredEntry.__struct_fields__]
    statement = select(*columns).where(_ENTRY.c.session_id == session_id).order_by(_ENTRY.c.number)
    return [StoredEntry(*as_stored(row, _KINDS)) for row in reading.connection.execute(statement)]


def _owners(reading: Reading, session_id: str) -> list[_Owner]:
    return reading.find_anywhere(_Owner, _ENTRY, _ENTRY.c.session_id == session_id)


def _decoded(row: StoredEntry) -> Entry:
    return Entry(row.number, row.tick, row.time_us, row.actor, decode_fact(row.fact), row.previous, row.digest)


def _check_head(reading: Reading, clinic_id: str, session_id: str, stored: Sequence[StoredEntry]) -> Iterator[Found]:
    found = reading.find(_Head, tables.session, clinic_id, tables.session.c.id == session_id)
    if not found:
        yield f"session {session_id}", "the session itself is missing"
    elif found[0].entry_count != len(stored):
        yield f"session {session_id}", f"{found[0].entry_count} entries were written, {len(stored)} are there"
    elif found[0].entry_digest != (stored[-1].digest if stored else GENESIS):
        yield f"session {session_id}", "its last entry is not the one that was written last"


def _check_close(reading: Reading, clinic_id: str, session_id: str, stored: Sequence[StoredEntry]) -> Iterator[Found]:
    column = tables.audit.c
    closing: tuple[ColumnElement[bool], ...] = (
        column.record == "session",
        column.record_id == session_id,
        column.action == "close",
    )
    for entry in reading.find(AuditEntry, tables.audit, clinic_id, *closing, order=(column.number,)):
        detail = audit.read_detail(entry)
        count = detail.get("entries")
        at_close = [row.digest.hex() for row in stored if row.number + 1 == count]
        if at_close != [detail.get("sha256")]:
            yield f"session {session_id}", f"its log is not the one that audit entry {entry.number} saw at the close"


def _check_projection(reading: Reading, clinic_id: str, session_id: str, entries: Sequence[Entry]) -> Iterator[Found]:
    for kind in projection.TABLES:
        written = {
            row.entry: row
            for entry in standing(entries)
            if isinstance(row := projection.row_of(session_id, entry), kind)
        }
        found = {row.entry: row for row in projection.of_session(reading, kind, clinic_id, session_id)}
        for number in sorted(written.keys() | found.keys()):
            if found.get(number) != written.get(number):
                yield f"session {session_id} {kind.__name__.lower()} {number}", f"it is not what entry {number} says"
