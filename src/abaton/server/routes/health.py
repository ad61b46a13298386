"""Whether the server is alive, and whether it can do its work."""

from fastapi import APIRouter, HTTPException, Response

from abaton.server.access import Anyone
from abaton.server.models.health import Health, Readiness

router = APIRouter(prefix="/api", tags=["health"], dependencies=[Anyone])


@router.get("/health", operation_id="get_health")
async def get_health() -> Health:
    """Answer as long as the process runs."""
    return Health(status="ok")


@router.get("/ready", operation_id="get_readiness", responses={503: {"model": Readiness}})
async def get_readiness(response: Response) -> Readiness:
    """Say whether database and disk can take a session; 503 where they cannot."""
    raise HTTPException(501)
