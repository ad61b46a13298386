"""Sessions: starting one, listing them, closing one."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query

from abaton.server.access import ClinicalCaller, LeadCaller
from abaton.server.models.common import Identifier
from abaton.server.models.session import Day, Session, SessionNew

router = APIRouter(prefix="/api/sessions", tags=["sessions"])
SessionId = Annotated[Identifier, Path()]


@router.get("", operation_id="list_sessions")
async def list_sessions(
    caller: ClinicalCaller,
    day: Annotated[Day | None, Query()] = None,
    patient_id: Annotated[Identifier | None, Query()] = None,
) -> list[Session]:
    """The clinic's sessions, latest first: of today, of a patient, or both; today's where neither is said."""
    raise HTTPException(501)


@router.post("", operation_id="start_session", status_code=201)
async def start_session(body: SessionNew, caller: LeadCaller) -> Session:
    """Open a room for a patient who has consented to care and was screened today."""
    raise HTTPException(501)


@router.get("/{session_id}", operation_id="get_session")
async def get_session(session_id: SessionId, caller: ClinicalCaller) -> Session:
    """A session and the state of its room."""
    raise HTTPException(501)


@router.post("/{session_id}/close", operation_id="close_session")
async def close_session(session_id: SessionId, caller: LeadCaller) -> Session:
    """Close the session and its room, as its lead."""
    raise HTTPException(501)
