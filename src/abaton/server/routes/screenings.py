"""The screening questions before a session."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path

from abaton.server.access import ClinicalCaller, LeadCaller
from abaton.server.models.common import Identifier
from abaton.server.models.patient import Screening, ScreeningNew

router = APIRouter(prefix="/api/patients/{patient_id}/screenings", tags=["screenings"])
PatientId = Annotated[Identifier, Path()]


@router.get("", operation_id="list_screenings")
async def list_screenings(patient_id: PatientId, caller: ClinicalCaller) -> list[Screening]:
    """The patient's screenings, latest first."""
    raise HTTPException(501)


@router.post("", operation_id="record_screening", status_code=201)
async def record_screening(patient_id: PatientId, body: ScreeningNew, caller: LeadCaller) -> Screening:
    """Record today's answers and say what they mean for a session."""
    raise HTTPException(501)
