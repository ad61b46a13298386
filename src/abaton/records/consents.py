"""Consent, asked apart for care, recording and research. A row is only ever added; the latest one holds."""

from typing import Literal

import msgspec

from abaton.core.ids import new_id
from abaton.records import audit, patients, tables
from abaton.records.audit import fingerprint
from abaton.records.transaction import Reading, Writing

Purpose = Literal["care", "recording", "research"]
PURPOSES: tuple[Purpose, ...] = ("care", "recording", "research")

_TABLE = tables.consent


class Consent(msgspec.Struct, frozen=True):
    """One decision of a patient. `version` names the text that was agreed to; `by` is who recorded it."""

    id: str
    clinic_id: str
    patient_id: str
    purpose: Purpose
    given: bool
    version: str
    by: str
    at_us: int


def record(
    writing: Writing, clinic_id: str, patient_id: str, *, purpose: Purpose, given: bool, version: str, by: str
) -> Consent:
    """Add a decision: given, refused or withdrawn."""
    patients.get(writing, clinic_id, patient_id)
    consent = Consent(
        id=new_id(),
        clinic_id=clinic_id,
        patient_id=patient_id,
        purpose=purpose,
        given=given,
        version=version,
        by=by,
        at_us=writing.clock.now_us(),
    )
    writing.insert(_TABLE, clinic_id, consent)
    detail = {"purpose": purpose, "given": given, "sha256": fingerprint(consent)}
    audit.append(writing, clinic_id, by, "create", "consent", consent.id, detail)
    return consent


def latest(reading: Reading, clinic_id: str, patient_id: str) -> dict[Purpose, Consent]:
    """The decision that holds for each purpose that was asked about."""
    return {consent.purpose: consent for consent in reversed(history(reading, clinic_id, patient_id))}


def history(reading: Reading, clinic_id: str, patient_id: str) -> list[Consent]:
    """All decisions, newest first."""
    # By number and not by time: a clock that was set back must not bring an older decision to the front.
    of_patient = _TABLE.c.patient_id == patient_id
    return reading.find(Consent, _TABLE, clinic_id, of_patient, order=(_TABLE.c.number.desc(),))
