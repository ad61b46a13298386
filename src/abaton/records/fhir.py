"""A session as FHIR R4."""

from collections.abc import Sequence
from typing import Any

import msgspec

from abaton.live.log import Entry
from abaton.records.clinics import Clinic
from abaton.records.consents import Consent
from abaton.records.patients import Patient
from abaton.records.practitioners import Practitioner
from abaton.records.report import Series
from abaton.records.screenings import Screening
from abaton.records.sessions import Session
from abaton.records.transaction import Reading


class Dossier(msgspec.Struct, frozen=True):
    """Everything that an export of one session needs."""

    clinic: Clinic
    session: Session
    patient: Patient
    lead: Practitioner
    consents: tuple[Consent, ...]
    screening: Screening | None
    entries: tuple[Entry, ...]


def dossier(reading: Reading, clinic_id: str, session_id: str) -> Dossier:
    """Gather a session's records; raises Problem when the clinic has no such session."""
    raise NotImplementedError


def bundle(dossier: Dossier, series: Sequence[Series] = ()) -> dict[str, Any]:
    """A FHIR R4 Bundle (collection) of the session as plain JSON values; the same input gives the same bundle."""
    raise NotImplementedError
