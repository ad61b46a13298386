"""A session as it goes out, with the names that belong to its ids and the state of its room."""

from abaton.core.errors import Problem
from abaton.records import patients, practitioners
from abaton.records.sessions import Session as SessionRecord
from abaton.records.transaction import Reading
from abaton.server.access import Caller
from abaton.server.models.session import RoomStatus, Session, SessionState
from abaton.server.services import Services
from abaton.server.views import at


def view_session(reading: Reading, services: Services, record: SessionRecord) -> Session:
    """A session of the records with everything that a page shows of it."""
    patient = patients.get(reading, record.clinic_id, record.patient_id)
    lead = practitioners.get(reading, record.clinic_id, record.lead_id)
    experience = services.experiences.get(record.experience)
    return Session(
        id=record.id,
        patient_id=record.patient_id,
        patient_name=f"{patient.given_name} {patient.family_name}",
        lead_id=record.lead_id,
        lead_name=lead.name,
        experience=record.experience,
        experience_title=record.experience if experience is None else experience.title,
        state=SessionState(record.state),
        created_at=at(record.planned_us),
        opened_at=None if record.opened_us is None else at(record.opened_us),
        closed_at=None if record.closed_us is None else at(record.closed_us),
        room=_room(services, record.id),
    )


def require_lead(record: SessionRecord, caller: Caller) -> None:
    """Raise Problem unless the caller leads this session."""
    if record.lead_id != caller.practitioner_id:
        raise Problem(
            "not_your_session",
            "a session that another practitioner leads",
            "a session that you lead",
            "Ask its lead, or start one of your own.",
            "refused",
        )


def require_unclosed(record: SessionRecord) -> None:
    """Raise Problem where the session is over."""
    if record.state == "closed":
        raise Problem(
            "session_closed", "a session that is closed", "one that is open", "Start a new session.", "conflict"
        )


def _room(services: Services, session_id: str) -> RoomStatus | None:
    now = services.rooms.status(session_id)
    if now is None:
        return None
    return RoomStatus(phase=now.phase, subject_connected=now.subject_connected, recording=now.recording)
