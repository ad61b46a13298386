"""Whether the server is alive, and whether it can do its work."""

from fastapi import APIRouter, Response, status

from abaton.core.errors import Problem
from abaton.records.database import Database
from abaton.records.database import Health as DatabaseHealth
from abaton.server.access import Anyone
from abaton.server.models.health import Check, Health, Readiness
from abaton.server.services import WithServices

router = APIRouter(prefix="/api", tags=["health"], dependencies=[Anyone])

LEAST_FREE_BYTES = 256 * 1024**2
"""With less disk left, no new session should begin: one of an hour records about 50 MiB."""


@router.get("/health", operation_id="get_health")
async def get_health() -> Health:
    """Answer as long as the process runs."""
    return Health(status="ok")


@router.get("/ready", operation_id="get_readiness", responses={503: {"model": Readiness}})
async def get_readiness(response: Response, services: WithServices) -> Readiness:
    """Say whether database and disk can take a session; 503 where they cannot."""
    health = await services.in_thread(lambda: _health(services.database))
    checks = [_database(health), _disk(health)]
    ready = all(check.ok for check in checks)
    if not ready:
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    return Readiness(ready=ready, checks=checks)


def _health(database: Database) -> DatabaseHealth | None:
    try:
        return database.health()
    except Problem:
        return None


# What is wrong in detail is for `abaton doctor`: this answer goes to anyone.
def _database(health: DatabaseHealth | None) -> Check:
    ok = health is not None and health.ready
    return Check(name="database", ok=ok, detail="ready" if ok else "not ready; run `abaton doctor` on the server")


def _disk(health: DatabaseHealth | None) -> Check:
    free = None if health is None else health.free_bytes
    ok = free is None or free >= LEAST_FREE_BYTES
    return Check(name="disk", ok=ok, detail="enough" if ok else "almost full; free some space")
