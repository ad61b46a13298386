"""Patients, their limits and their trends. Administrators see none of it."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from abaton.records import patients
from abaton.records.transaction import Writing
from abaton.server import views
from abaton.server.access import ClinicalCaller, LeadCaller
from abaton.server.ceilings import check_ceilings
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
from abaton.server.services import WithServices
from abaton.server.trends import trends_of

router = APIRouter(prefix="/api/patients", tags=["patients"])
PatientId = Annotated[Identifier, Path()]


@router.get("", operation_id="list_patients")
async def list_patients(
    caller: ClinicalCaller, services: WithServices, query: Annotated[PatientQuery, Query()] = ""
) -> list[PatientSummary]:
    """The clinic's patients whose name or number contains every word of `query`, by family name; at most 200."""

    def search(writing: Writing) -> list[patients.Patient]:
        found = patients.search(writing, caller.clinic_id, query)
        views.note_listed(writing, caller, "patient", len(found))
        return found

    return [views.patient_summary(patient) for patient in await services.write(search)]


@router.post("", operation_id="create_patient", status_code=201)
async def create_patient(body: PatientNew, caller: LeadCaller, services: WithServices) -> Patient:
    """Make a patient."""
    made = await services.write(
        lambda writing: patients.add(
            writing,
            caller.clinic_id,
            given_name=body.given_name,
            family_name=body.family_name,
            birth_date=body.birth_date,
            mrn=body.mrn,
            by=caller.practitioner_id,
        )
    )
    return views.patient(made)


@router.get("/{patient_id}", operation_id="get_patient")
async def get_patient(patient_id: PatientId, caller: ClinicalCaller, services: WithServices) -> Patient:
    """A patient with their limits."""

    def get(writing: Writing) -> patients.Patient:
        found = patients.get(writing, caller.clinic_id, patient_id)
        views.note_read(writing, caller, "patient", patient_id)
        return found

    return views.patient(await services.write(get))


@router.patch("/{patient_id}", operation_id="change_patient")
async def change_patient(
    patient_id: PatientId, body: PatientChange, caller: LeadCaller, services: WithServices
) -> Patient:
    """Change a patient."""
    changed = await services.write(
        lambda writing: patients.change(
            writing,
            caller.clinic_id,
            patient_id,
            by=caller.practitioner_id,
            given_name=body.given_name,
            family_name=body.family_name,
            birth_date=body.birth_date,
            mrn=body.mrn,
        )
    )
    return views.patient(changed)


@router.put("/{patient_id}/ceilings/{experience}", operation_id="set_ceilings")
async def set_ceilings(
    patient_id: PatientId,
    experience: Annotated[Name, Path()],
    body: CeilingsNew,
    caller: LeadCaller,
    services: WithServices,
) -> Patient:
    """Set the most that this patient may be given in an experience. Counts from the next session on."""

    def change(writing: Writing) -> patients.Patient:
        patients.get(writing, caller.clinic_id, patient_id)
        check_ceilings(services.experiences, experience, body.values)
        by = caller.practitioner_id
        return patients.set_ceilings(writing, caller.clinic_id, patient_id, experience, body.values, by=by)

    return views.patient(await services.write(change))


@router.get("/{patient_id}/trends", operation_id="get_trends")
async def get_trends(patient_id: PatientId, caller: ClinicalCaller, services: WithServices) -> list[Trend]:
    """The patient's closed sessions, oldest first."""
    return await trends_of(services, caller, patient_id)
