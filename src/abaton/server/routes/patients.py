"""Patients, their limits and their trends. Administrators see none of it."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query

from abaton.server.access import ClinicalCaller, LeadCaller
from abaton.server.models.common import Identifier, Name
from abaton.server.models.patient import (
    CeilingsNew,
    Patient,
    PatientChange,
    PatientNew,
    PatientQuery,
    PatientSummary,
    Trend,
)

router = APIRouter(prefix="/api/patients", tags=["patients"])
PatientId = Annotated[Identifier, Path()]


@router.get("", operation_id="list_patients")
async def list_patients(caller: ClinicalCaller, query: Annotated[PatientQuery, Query()] = "") -> list[PatientSummary]:
    """The clinic's patients whose name or number contains `query`, by family name."""
    raise HTTPException(501)


@router.post("", operation_id="create_patient", status_code=201)
async def create_patient(body: PatientNew, caller: LeadCaller) -> Patient:
    """Make a patient."""
    raise HTTPException(501)


@router.get("/{patient_id}", operation_id="get_patient")
async def get_patient(patient_id: PatientId, caller: ClinicalCaller) -> Patient:
    """A patient with their limits."""
    raise HTTPException(501)


@router.patch("/{patient_id}", operation_id="change_patient")
async def change_patient(patient_id: PatientId, body: PatientChange, caller: LeadCaller) -> Patient:
    """Change a patient."""
    raise HTTPException(501)


@router.put("/{patient_id}/ceilings/{experience}", operation_id="set_ceilings")
async def set_ceilings(
    patient_id: PatientId, experience: Annotated[Name, Path()], body: CeilingsNew, caller: LeadCaller
) -> Patient:
    """Set the most that this patient may be given in an experience. Counts from the next session on."""
    raise HTTPException(501)


@router.get("/{patient_id}/trends", operation_id="get_trends")
async def get_trends(patient_id: PatientId, caller: ClinicalCaller) -> list[Trend]:
    """The patient's closed sessions, oldest first."""
    raise HTTPException(501)
