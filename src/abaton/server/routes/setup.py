"""The first administrator, by the one-time link that the server printed when it started."""

from fastapi import APIRouter, HTTPException, Response

from abaton.server.access import Anyone
from abaton.server.models.account import Me, Setup, SetupState

router = APIRouter(prefix="/api/setup", tags=["setup"], dependencies=[Anyone])


@router.get("", operation_id="get_setup")
async def get_setup() -> SetupState:
    """Say whether the first administrator is still to come."""
    raise HTTPException(501)


@router.post("", operation_id="set_up", status_code=201)
async def set_up(body: Setup, response: Response) -> Me:
    """Make the first clinic and its administrator, and sign them in."""
    raise HTTPException(501)
