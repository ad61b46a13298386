"""Everything that an export of one session needs."""

import msgspec

from abaton.live.log import Entry
from abaton.records import clinics, consents, patients, practitioners, screenings, sessions
from abaton.records.clinics import Clinic
from abaton.records.consents import Consent
from abaton.records.patients import Patient
from abaton.records.practitioners import Practitioner
from abaton.records.screenings import Screening
from abaton.records.session_log import read_entries
from abaton.records.sessions import Session
from abaton.records.transaction import Reading


class Dossier(msgspec.Struct, frozen=True):
    """A session with the records around it. `screening` is the one that let it start."""

    clinic: Clinic
    session: Session
    patient: Patient
    lead: Practitioner
    consents: tuple[Consent, ...]
    screening: Screening | None
    entries: tuple[Entry, ...]


def dossier(reading: Reading, clinic_id: str, session_id: str) -> Dossier:
    """Gather a session's records; raises Problem when the clinic has no such session."""
    session = sessions.get(reading, clinic_id, session_id)
    latest = consents.latest(reading, clinic_id, session.patient_id)
    asked = screenings.history(reading, clinic_id, session.patient_id)
    before = [screening for screening in asked if screening.at_us <= session.planned_us]
    return Dossier(
        clinic=clinics.get(reading, clinic_id),
        session=session,
        patient=patients.get(reading, clinic_id, session.patient_id),
        lead=practitioners.get(reading, clinic_id, session.lead_id),
        consents=tuple(latest[purpose] for purpose in consents.PURPOSES if purpose in latest),
        screening=before[0] if before else None,
        entries=tuple(read_entries(reading, clinic_id, session_id)),
    )
