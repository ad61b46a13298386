"""Pairing the subject's device with a session by a short code."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path

from abaton.server.access import Anyone, LeadCaller
from abaton.server.models.common import Identifier
from abaton.server.models.session import Paired, Pairing, PairingCode

router = APIRouter(prefix="/api", tags=["pairing"])


@router.post("/sessions/{session_id}/pairing", operation_id="create_pairing", status_code=201)
async def create_pairing(session_id: Annotated[Identifier, Path()], caller: LeadCaller) -> Pairing:
    """Make a code for the subject's device, as the session's lead. The code before it ends."""
    raise HTTPException(501)


@router.post("/pair", operation_id="pair", dependencies=[Anyone])
async def pair(body: PairingCode) -> Paired:
    """Give the device that knows the code a token for the session's lobby."""
    raise HTTPException(501)
