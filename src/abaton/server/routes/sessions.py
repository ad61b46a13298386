"""Sessions: starting one, listing them, closing one."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from abaton.core.errors import Problem, not_found
from abaton.records import patients, permission, sessions
from abaton.records.transaction import Reading, Writing
from abaton.server import views
from abaton.server.access import Caller, ClinicalCaller, LeadCaller
from abaton.server.models.common import Identifier
from abaton.server.models.session import Day, Session, SessionNew
from abaton.server.rooms import RoomOrder
from abaton.server.services import Services, WithServices
from abaton.server.session_view import require_lead, require_unclosed, view_session

router = APIRouter(prefix="/api/sessions", tags=["sessions"])
SessionId = Annotated[Identifier, Path()]


@router.get("", operation_id="list_sessions")
async def list_sessions(
    caller: ClinicalCaller,
    services: WithServices,
    day: Annotated[Day | None, Query()] = None,
    patient_id: Annotated[Identifier | None, Query()] = None,
) -> list[Session]:
    """The clinic's sessions, latest first: of today, of a patient, or both; today's where neither is said."""

    def find(writing: Writing) -> list[Session]:
        found = _find(writing, caller.clinic_id, day, patient_id)
        views.note_listed(writing, caller, "session", len(found))
        return [view_session(writing, services, session) for session in found]

    return await services.write(find)


@router.post("", operation_id="start_session", status_code=201)
async def start_session(body: SessionNew, caller: LeadCaller, services: WithServices) -> Session:
    """Open a room for a patient who has consented to care and was screened today."""
    order = await services.write(lambda writing: _begin(writing, services, caller, body))
    try:
        await services.rooms.open(order)
    except Problem:
        await services.write(
            lambda writing: sessions.abandon(writing, caller.clinic_id, order.session_id, by=caller.practitioner_id)
        )
        raise
    return await services.read(lambda reading: _view(reading, services, caller, order.session_id))


@router.get("/{session_id}", operation_id="get_session")
async def get_session(session_id: SessionId, caller: ClinicalCaller, services: WithServices) -> Session:
    """A session and the state of its room."""

    def get(writing: Writing) -> Session:
        found = _view(writing, services, caller, session_id)
        views.note_read(writing, caller, "session", session_id)
        return found

    return await services.write(get)


@router.post("/{session_id}/close", operation_id="close_session")
async def close_session(session_id: SessionId, caller: LeadCaller, services: WithServices) -> Session:
    """Close the session and its room, as its lead."""
    session = await services.read(lambda reading: sessions.get(reading, caller.clinic_id, session_id))
    require_lead(session, caller)
    require_unclosed(session)
    by = caller.practitioner_id
    if not await services.rooms.close(session_id, by):
        await services.write(lambda writing: sessions.abandon(writing, caller.clinic_id, session_id, by=by))
    return await services.read(lambda reading: _view(reading, services, caller, session_id))


def _view(reading: Reading, services: Services, caller: Caller, session_id: str) -> Session:
    return view_session(reading, services, sessions.get(reading, caller.clinic_id, session_id))


def _find(reading: Reading, clinic_id: str, day: Day | None, patient_id: str | None) -> list[sessions.Session]:
    if patient_id is None:
        found = sessions.today(reading, clinic_id)
    else:
        patients.get(reading, clinic_id, patient_id)
        found = sessions.of_patient(reading, clinic_id, patient_id)
        if day is Day.TODAY:
            today = {session.id for session in sessions.today(reading, clinic_id)}
            found = [session for session in found if session.id in today]
    return sorted(found, key=lambda session: session.planned_us, reverse=True)


def _begin(writing: Writing, services: Services, caller: Caller, body: SessionNew) -> RoomOrder:
    patient = patients.get(writing, caller.clinic_id, body.patient_id)
    if body.experience not in services.experiences:
        raise not_found("experience", body.experience)
    if any(past.state == "open" for past in sessions.of_patient(writing, caller.clinic_id, patient.id)):
        raise Problem(
            "session_open",
            "a patient who already has an open session",
            "a patient without one",
            "Go on with that session, or close it first.",
            "conflict",
        )
    by = caller.practitioner_id
    planned = sessions.plan(
        writing,
        caller.clinic_id,
        patient_id=patient.id,
        lead_id=by,
        experience=body.experience,
        seed=services.new_seed(),
        by=by,
    )
    sessions.open_now(writing, caller.clinic_id, planned.id, by=by)
    return RoomOrder(
        session_id=planned.id,
        clinic_id=caller.clinic_id,
        patient_id=patient.id,
        lead_id=by,
        experience=body.experience,
        seed=planned.seed,
        ceilings=patient.ceilings.get(body.experience, {}),
        recording=permission.may_start(writing, caller.clinic_id, patient.id).recording,
    )
