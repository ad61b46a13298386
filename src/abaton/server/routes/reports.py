"""What a session left behind: its report, and its replay in the browser."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path

from abaton.server.access import ClinicalCaller
from abaton.server.models.common import Identifier
from abaton.server.models.report import Replay, Report

router = APIRouter(prefix="/api/sessions/{session_id}", tags=["reports"])
SessionId = Annotated[Identifier, Path()]


@router.get("/report", operation_id="get_report")
async def get_report(session_id: SessionId, caller: ClinicalCaller) -> Report:
    """The summary and timeline of a session, also while it runs."""
    raise HTTPException(501)


@router.get("/replay", operation_id="get_replay")
async def get_replay(session_id: SessionId, caller: ClinicalCaller) -> Replay:
    """The states of a session, computed again from its log, for the browser to draw."""
    raise HTTPException(501)
