"""A session as files that other software reads."""

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Response

from abaton.server.access import LeadCaller
from abaton.server.models.common import Identifier

router = APIRouter(prefix="/api/sessions/{session_id}/export", tags=["exports"])
SessionId = Annotated[Identifier, Path()]

FHIR = "application/fhir+json"
PARQUET = "application/vnd.apache.parquet"


def _file(media_type: str) -> dict[int | str, dict[str, Any]]:
    return {
        200: {
            "content": {media_type: {"schema": {"type": "string", "format": "binary"}}},
            "description": "A file.",
        }
    }


@router.get("/fhir", operation_id="export_fhir", response_class=Response, responses=_file(FHIR))
async def export_fhir(session_id: SessionId, caller: LeadCaller) -> Response:
    """The session as a FHIR R4 bundle."""
    raise HTTPException(501)


@router.get("/parquet", operation_id="export_parquet", response_class=Response, responses=_file(PARQUET))
async def export_parquet(session_id: SessionId, caller: LeadCaller) -> Response:
    """The session's timeline as one Parquet table."""
    raise HTTPException(501)
