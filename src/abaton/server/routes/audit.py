"""The audit log, for the clinic's administrators."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query

from abaton.server.access import AdminCaller
from abaton.server.models.audit import AuditPage, AuditVerification

router = APIRouter(prefix="/api/audit", tags=["audit"])


@router.get("", operation_id="list_audit")
async def list_audit(
    caller: AdminCaller,
    before: Annotated[int | None, Query(ge=0, le=2**53)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> AuditPage:
    """A page of the clinic's audit log, latest first."""
    raise HTTPException(501)


@router.get("/verify", operation_id="verify_audit")
async def verify_audit(caller: AdminCaller) -> AuditVerification:
    """Check the hash chain of the whole audit log."""
    raise HTTPException(501)
