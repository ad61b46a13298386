"""The experiences that this server can run."""

from fastapi import APIRouter, HTTPException

from abaton.server.access import AnyCaller
from abaton.server.models.experience import Experience

router = APIRouter(prefix="/api/experiences", tags=["experiences"])


@router.get("", operation_id="list_experiences")
async def list_experiences(caller: AnyCaller) -> list[Experience]:
    """All installed experiences, by title."""
    raise HTTPException(501)
