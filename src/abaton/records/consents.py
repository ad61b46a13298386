"""Consent, asked apart for care, recording and research. A row is only ever added; the latest one holds."""

from typing import Literal

import msgspec

from abaton.records.transaction import Reading, Writing

Purpose = Literal["care", "recording", "research"]
PURPOSES: tuple[Purpose, ...] = ("care", "recording", "research")


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
    raise NotImplementedError


def latest(reading: Reading, clinic_id: str, patient_id: str) -> dict[Purpose, Consent]:
    """The decision that holds for each purpose that was asked about."""
    raise NotImplementedError


def history(reading: Reading, clinic_id: str, patient_id: str) -> list[Consent]:
    """All decisions, newest first."""
    raise NotImplementedError
