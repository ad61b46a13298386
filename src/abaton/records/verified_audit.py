"""Checks one clinic's audit log, and the consents and screenings that it vouches for."""

from collections.abc import Iterator, Sequence

import msgspec
from sqlalchemy import select

from abaton.records import audit, tables
from abaton.records.audit import GENESIS, AuditEntry
from abaton.records.consents import Consent
from abaton.records.damage import as_stored
from abaton.records.screenings import Screening
from abaton.records.transaction import Reading

Found = tuple[str, str]
_KINDS = (str, int, int, str, str, str, str, bytes, bytes, bytes)


def check_audit(reading: Reading, clinic_id: str) -> Iterator[Found | int]:
    """Yield what does not fit, as record and reason, and the number of entries."""
    entries = _stored(reading, clinic_id)
    yield from check_chain(entries)
    head = select(tables.clinic.c.audit_count, tables.clinic.c.audit_digest).where(tables.clinic.c.id == clinic_id)
    count, last = reading.connection.execute(head).one()
    if count != len(entries):
        yield f"audit log of clinic {clinic_id}", f"{count} entries were written, {len(entries)} are there"
    elif last != (entries[-1].digest if entries else GENESIS):
        yield f"audit log of clinic {clinic_id}", "its last entry is not the one that was written last"
    yield from _check_vouched(reading, clinic_id, entries)
    yield len(entries)


def check_chain(entries: Sequence[AuditEntry]) -> Iterator[Found]:
    """Yield each entry that is not what was written at its place."""
    expected, previous, doubted = 0, GENESIS, False
    for entry in entries:
        record = f"audit entry {entry.number}"
        if entry.number != expected:
            yield f"audit entry {expected}", f"it is missing; entry {entry.number} stands in its place"
            expected, doubted = entry.number, True
        changed = _changed(entry)
        if changed:
            yield record, "its content does not match its digest"
        elif entry.previous != previous and not doubted:
            yield record, "it does not follow from the entry before it"
        expected, previous, doubted = expected + 1, entry.digest, changed


def _changed(entry: AuditEntry) -> bool:
    try:
        return audit.digest(entry) != entry.digest
    except UnicodeError:
        return True


def _stored(reading: Reading, clinic_id: str) -> list[AuditEntry]:
    reading.confine(clinic_id)
    table = tables.audit
    columns = [table.c[name] for name in AuditEntry.__struct_fields__]
    statement = select(*columns).where(table.c.clinic_id == clinic_id).order_by(table.c.number)
    return [AuditEntry(*as_stored(row, _KINDS)) for row in reading.connection.execute(statement)]


def _check_vouched(reading: Reading, clinic_id: str, entries: Sequence[AuditEntry]) -> Iterator[Found]:
    for name, shape, table in (("consent", Consent, tables.consent), ("screening", Screening, tables.screening)):
        vouched = {
            entry.record_id: audit.read_detail(entry).get("sha256")
            for entry in entries
            if (entry.record, entry.action) == (name, "create")
        }
        found = {row.id: row for row in reading.find(shape, table, clinic_id, order=(table.c.number,))}
        for identifier in sorted(vouched.keys() - found.keys()):
            yield f"{name} {identifier}", "the audit log says that it was written, and it is missing"
        for identifier, row in found.items():
            if vouched.get(identifier) != _fingerprint(row):
                yield f"{name} {identifier}", "it is not what the audit log says was written"


def _fingerprint(row: msgspec.Struct) -> str | None:
    try:
        return audit.fingerprint(row)
    except UnicodeError:
        return None
