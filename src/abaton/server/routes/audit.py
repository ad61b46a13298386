"""The audit log, for the clinic's administrators."""

from typing import Annotated

from fastapi import APIRouter, Query

from abaton.records import audit, practitioners
from abaton.records.transaction import Writing
from abaton.records.verification import verify_audit as verify
from abaton.server import views
from abaton.server.access import AdminCaller
from abaton.server.models.audit import AuditFinding, AuditPage, AuditVerification
from abaton.server.services import WithServices

router = APIRouter(prefix="/api/audit", tags=["audit"])


@router.get("", operation_id="list_audit")
async def list_audit(
    caller: AdminCaller,
    services: WithServices,
    before: Annotated[int | None, Query(ge=0, le=2**53)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> AuditPage:
    """A page of the clinic's audit log, latest first."""

    def page(writing: Writing) -> AuditPage:
        found = audit.page(writing, caller.clinic_id, before=before, limit=limit)
        staff = practitioners.of_clinic(writing, caller.clinic_id)
        names = {practitioner.id: practitioner.name for practitioner in staff}
        views.note_listed(writing, caller, "audit", len(found))
        more = len(found) == limit and found[-1].number > 0
        entries = [views.audit_entry(entry, names) for entry in found]
        return AuditPage(entries=entries, next_before=found[-1].number if more else None)

    return await services.write(page)


@router.get("/verify", operation_id="verify_audit")
async def verify_audit(caller: AdminCaller, services: WithServices) -> AuditVerification:
    """Check the hash chain of the clinic's whole audit log."""
    await services.write(lambda writing: views.note_read(writing, caller, "audit", caller.clinic_id, "verify"))
    found = await services.in_thread(lambda: verify(services.database, caller.clinic_id))
    findings = [AuditFinding(record=finding.record, reason=finding.reason) for finding in found.findings]
    return AuditVerification(intact=found.intact, entries=found.audit_entries, findings=findings)
