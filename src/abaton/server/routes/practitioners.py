"""The clinic's accounts, kept by its administrators."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path

from abaton.server.access import AdminCaller
from abaton.server.models.account import Practitioner, PractitionerChange, PractitionerNew
from abaton.server.models.common import Identifier

router = APIRouter(prefix="/api/practitioners", tags=["practitioners"])


@router.get("", operation_id="list_practitioners")
async def list_practitioners(caller: AdminCaller) -> list[Practitioner]:
    """All accounts of the clinic, by name."""
    raise HTTPException(501)


@router.post("", operation_id="create_practitioner", status_code=201)
async def create_practitioner(body: PractitionerNew, caller: AdminCaller) -> Practitioner:
    """Make an account."""
    raise HTTPException(501)


@router.patch("/{practitioner_id}", operation_id="change_practitioner")
async def change_practitioner(
    practitioner_id: Annotated[Identifier, Path()], body: PractitionerChange, caller: AdminCaller
) -> Practitioner:
    """Change an account."""
    raise HTTPException(501)
