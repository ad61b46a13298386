"""Clinics: each record belongs to exactly one."""

import msgspec

from abaton.core.clock import zone
from abaton.core.errors import not_found
from abaton.core.ids import new_id
from abaton.records import audit, tables
from abaton.records.transaction import Reading, Writing


class Clinic(msgspec.Struct, frozen=True):
    """A clinic. `time_zone` is an IANA name and says when its day begins."""

    id: str
    name: str
    time_zone: str
    created_us: int


def add(writing: Writing, name: str, *, time_zone: str = "UTC", by: str = "setup") -> Clinic:
    """Make a clinic and begin its audit log; raises Problem for an unknown time zone."""
    zone(time_zone)
    clinic = Clinic(id=new_id(), name=name, time_zone=time_zone, created_us=writing.clock.now_us())
    values = {**msgspec.structs.asdict(clinic), "audit_count": 0, "audit_digest": audit.GENESIS}
    writing.connection.execute(tables.clinic.insert().values(values))
    audit.append(writing, clinic.id, by, "create", "clinic", clinic.id)
    return clinic


def get(reading: Reading, clinic_id: str) -> Clinic:
    """The clinic with this id; raises Problem when there is none."""
    found = reading.find_anywhere(Clinic, tables.clinic, tables.clinic.c.id == clinic_id)
    if not found:
        raise not_found("clinic", clinic_id)
    return found[0]


def every(reading: Reading) -> list[Clinic]:
    """All clinics of this installation, oldest first."""
    return reading.find_anywhere(Clinic, tables.clinic, order=(tables.clinic.c.created_us, tables.clinic.c.id))
