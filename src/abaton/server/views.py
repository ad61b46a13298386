"""Records as the models that go out, and the audit entry that goes with reading them."""

import datetime

import msgspec

from abaton.core.clock import day_start_us
from abaton.live.wire import ExperienceShape as WireShape
from abaton.records import audit, consents, patients, practitioners, screenings
from abaton.records.transaction import Writing
from abaton.server.access import Caller
from abaton.server.models.account import AccountRole, Practitioner
from abaton.server.models.audit import AuditEntry
from abaton.server.models.experience import ExperienceShape
from abaton.server.models.patient import (
    Consent,
    Outcome,
    Patient,
    PatientSummary,
    Purpose,
    Screening,
    ScreeningAnswers,
)

_DAY_AND_A_HALF_US = 36 * 3600 * 1_000_000
"""From any midnight into the next day, also where clocks change in between."""


def at(time_us: int) -> datetime.datetime:
    """A time of the records as an aware datetime, UTC."""
    return datetime.datetime.fromtimestamp(time_us // 1_000_000, datetime.UTC).replace(microsecond=time_us % 1_000_000)


def note_read(writing: Writing, caller: Caller, record: str, record_id: str, action: str = "read") -> None:
    """Write into the audit log that the caller saw a record."""
    audit.append(writing, caller.clinic_id, caller.practitioner_id, action, record, record_id)


def note_listed(writing: Writing, caller: Caller, record: str, count: int) -> None:
    """Write into the audit log that the caller saw a list of records."""
    detail = {"count": count}
    audit.append(writing, caller.clinic_id, caller.practitioner_id, "list", record, caller.clinic_id, detail)


def practitioner(record: practitioners.Practitioner) -> Practitioner:
    """An account as it goes out."""
    return Practitioner(
        id=record.id,
        name=record.name,
        email=record.email,
        role=AccountRole(record.role),
        active=record.active,
        created_at=at(record.created_us),
    )


def patient_summary(record: patients.Patient) -> PatientSummary:
    """A patient in a list."""
    return PatientSummary(
        id=record.id,
        given_name=record.given_name,
        family_name=record.family_name,
        birth_date=record.birth_date,
        mrn=record.mrn,
    )


def patient(record: patients.Patient) -> Patient:
    """A patient with limits."""
    return Patient(**patient_summary(record).model_dump(), ceilings=record.ceilings, created_at=at(record.created_us))


def consent(record: consents.Consent) -> Consent:
    """One decision of a patient."""
    return Consent(
        id=record.id,
        purpose=Purpose(record.purpose),
        given=record.given,
        version=record.version,
        recorded_at=at(record.at_us),
        recorded_by=record.by,
    )


def screening(record: screenings.Screening, time_zone: str) -> Screening:
    """A screening with what it says; it holds until the day ends where the clinic is."""
    found = record.outcomes
    return Screening(
        id=record.id,
        answers=ScreeningAnswers.model_validate(record.answers),
        outcome=Outcome(record.outcome),
        blocking=[question for question, outcome in found.items() if outcome == "block"],
        cautions=[question for question, outcome in found.items() if outcome == "caution"],
        acknowledged=record.acknowledged,
        note=record.note or None,
        recorded_at=at(record.at_us),
        recorded_by=record.by,
        valid_until=day_end(record.at_us, time_zone),
    )


def day_end(time_us: int, time_zone: str) -> datetime.datetime:
    """The midnight after a time, where the clinic is, in UTC."""
    midnight_us = day_start_us(time_us, time_zone)
    return at(day_start_us(midnight_us + _DAY_AND_A_HALF_US, time_zone))


def audit_entry(record: audit.AuditEntry, names: dict[str, str]) -> AuditEntry:
    """An entry of the audit log, with the names of the clinic's practitioners by id."""
    return AuditEntry(
        number=record.number,
        at=at(record.time_us),
        actor=record.actor,
        actor_name=names.get(record.actor),
        action=record.action,
        record=record.record,
        record_id=record.record_id,
        detail=msgspec.json.decode(record.detail),
    )


def shape(wire: WireShape) -> ExperienceShape:
    """An experience's shape, the same on the REST interface as on the wire."""
    return ExperienceShape.model_validate(msgspec.to_builtins(wire))
