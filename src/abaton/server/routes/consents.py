"""What a patient consents to. Care, recording and research are given and withdrawn apart."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path

from abaton.server.access import ClinicalCaller, LeadCaller
from abaton.server.models.common import Identifier
from abaton.server.models.patient import Consent, ConsentNew, ConsentState

router = APIRouter(prefix="/api/patients/{patient_id}/consents", tags=["consents"])
PatientId = Annotated[Identifier, Path()]


@router.get("", operation_id="get_consents")
async def get_consents(patient_id: PatientId, caller: ClinicalCaller) -> ConsentState:
    """What the patient consents to now, and the history."""
    raise HTTPException(501)


@router.post("", operation_id="record_consent", status_code=201)
async def record_consent(patient_id: PatientId, body: ConsentNew, caller: LeadCaller) -> Consent:
    """Record a consent or its withdrawal. A live room obeys at once."""
    raise HTTPException(501)
