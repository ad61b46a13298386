"""A session as files that other software reads."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from abaton.records import fhir, parquet
from abaton.records.transaction import Writing
from abaton.server import views
from abaton.server.access import Caller, LeadCaller
from abaton.server.models.common import Identifier
from abaton.server.services import Services, WithServices
from abaton.server.session_material import gather
from abaton.server.session_report import Material, make_export_series

router = APIRouter(prefix="/api/sessions/{session_id}/export", tags=["exports"])
SessionId = Annotated[Identifier, Path()]

FHIR = "application/fhir+json"
ZIP = "application/zip"


def _file(media_type: str) -> dict[int | str, dict[str, Any]]:
    schema = {"type": "string", "format": "binary"}
    return {200: {"content": {media_type: {"schema": schema}}, "description": "A file."}}


@router.get("/fhir", operation_id="export_fhir", response_class=Response, responses=_file(FHIR))
async def export_fhir(session_id: SessionId, caller: LeadCaller, services: WithServices) -> Response:
    """The session as a FHIR R4 bundle."""
    dossier, material = await _gather(services, caller, session_id, "export_fhir")
    content = await services.compute(_fhir, dossier, material)
    return _download(content, FHIR, f"abaton-session-{session_id}.fhir.json")


@router.get("/parquet", operation_id="export_parquet", response_class=Response, responses=_file(ZIP))
async def export_parquet(session_id: SessionId, caller: LeadCaller, services: WithServices) -> Response:
    """The session's events and series as Parquet files in one ZIP."""
    _, material = await _gather(services, caller, session_id, "export_parquet")
    content = await services.compute(_parquet, material)
    return _download(content, ZIP, f"abaton-session-{session_id}.zip")


async def _gather(services: Services, caller: Caller, session_id: str, action: str) -> tuple[fhir.Dossier, Material]:
    def read(writing: Writing) -> fhir.Dossier:
        found = fhir.dossier(writing, caller.clinic_id, session_id)
        views.note_read(writing, caller, "session", session_id, action)
        return found

    dossier = await services.write(read)
    return dossier, await gather(services, dossier.session, dossier.entries)


def _fhir(dossier: fhir.Dossier, material: Material) -> bytes:
    return json.dumps(fhir.bundle(dossier, make_export_series(material)), ensure_ascii=False).encode()


def _parquet(material: Material) -> bytes:
    return parquet.archive(material.entries, make_export_series(material))


def _download(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)
