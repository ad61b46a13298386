"""The audit log: who did what to which record, one chain of SHA-256 for each clinic.

It holds ids and the names of fields, never what a patient or about a patient was written.
"""

import hashlib
from collections.abc import Mapping

import msgspec
from sqlalchemy import select

from abaton.core.errors import not_found
from abaton.records import tables
from abaton.records.transaction import Reading, Writing

GENESIS = bytes(32)
"""What the first entry of a clinic is chained to."""

Detail = Mapping[str, str | int | bool]


class AuditEntry(msgspec.Struct, frozen=True):
    """One act. `actor` is a practitioner's id, `subject`, `room`, `setup` or `system`; `detail` is canonical JSON."""

    clinic_id: str
    number: int
    time_us: int
    actor: str
    action: str
    record: str
    record_id: str
    detail: bytes
    previous: bytes
    digest: bytes


def append(
    writing: Writing, clinic_id: str, actor: str, action: str, record: str, record_id: str, detail: Detail | None = None
) -> AuditEntry:
    """Add an act to the clinic's chain, in the transaction of the act itself.

    Args:
        writing: The transaction in which the act happens.
        clinic_id: The clinic whose chain it joins.
        actor: Who did it.
        action: A verb: create, change, read, export, sign_in, ...
        record: The kind of record: patient, consent, session, ...
        record_id: Which one.
        detail: Ids, numbers and names of fields; no free text.
    """
    clinic = tables.clinic.c
    head = select(clinic.audit_count, clinic.audit_digest).where(clinic.id == clinic_id).with_for_update()
    found = writing.connection.execute(head).one_or_none()
    if found is None:
        raise not_found("clinic", clinic_id)
    content = msgspec.json.encode(detail or {}, order="deterministic")
    entry = _sealed(
        clinic_id,
        found.audit_count,
        writing.clock.now_us(),
        actor,
        action,
        record,
        record_id,
        content,
        found.audit_digest,
    )
    writing.insert(tables.audit, clinic_id, entry)
    moved = tables.clinic.update().where(clinic.id == clinic_id)
    writing.connection.execute(moved.values(audit_count=entry.number + 1, audit_digest=entry.digest))
    return entry


def page(reading: Reading, clinic_id: str, *, before: int | None = None, limit: int = 100) -> list[AuditEntry]:
    """The newest entries first, those with a number below `before` if it is given."""
    number = tables.audit.c.number
    where = () if before is None else (number < before,)
    return reading.find(AuditEntry, tables.audit, clinic_id, *where, order=(number.desc(),), limit=limit)


def read_detail(entry: AuditEntry) -> dict[str, str | int | bool]:
    """The entry's detail; empty when it was damaged."""
    try:
        return msgspec.json.decode(entry.detail, type=dict[str, str | int | bool])
    except msgspec.MsgspecError:
        return {}


def fingerprint(record: msgspec.Struct) -> str:
    """SHA-256 (hexadecimal) of a record that is only ever added, by which the audit log vouches for it."""
    return hashlib.sha256(msgspec.json.encode(record, order="deterministic")).hexdigest()


def digest(entry: AuditEntry) -> bytes:
    """SHA-256 over everything in the entry but the digest, each part prefixed by its length."""
    sha = hashlib.sha256()
    words = (
        entry.clinic_id,
        str(entry.number),
        str(entry.time_us),
        entry.actor,
        entry.action,
        entry.record,
        entry.record_id,
    )
    for part in (*(word.encode() for word in words), entry.detail, entry.previous):
        sha.update(len(part).to_bytes(8, "big"))
        sha.update(part)
    return sha.digest()


def _sealed(
    clinic_id: str,
    number: int,
    time_us: int,
    actor: str,
    action: str,
    record: str,
    record_id: str,
    detail: bytes,
    previous: bytes,
) -> AuditEntry:
    entry = AuditEntry(clinic_id, number, time_us, actor, action, record, record_id, detail, previous, b"")
    return msgspec.structs.replace(entry, digest=digest(entry))
