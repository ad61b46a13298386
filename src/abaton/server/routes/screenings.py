"""The screening questions before a session."""

from typing import Annotated

from fastapi import APIRouter, Path

from abaton.records import clinics, patients, screenings
from abaton.records.transaction import Writing
from abaton.server import views
from abaton.server.access import ClinicalCaller, LeadCaller
from abaton.server.models.common import Identifier
from abaton.server.models.patient import Screening, ScreeningNew
from abaton.server.services import WithServices

router = APIRouter(prefix="/api/patients/{patient_id}/screenings", tags=["screenings"])
PatientId = Annotated[Identifier, Path()]


@router.get("", operation_id="list_screenings")
async def list_screenings(patient_id: PatientId, caller: ClinicalCaller, services: WithServices) -> list[Screening]:
    """The patient's screenings, latest first."""

    def history(writing: Writing) -> list[Screening]:
        patients.get(writing, caller.clinic_id, patient_id)
        zone = clinics.get(writing, caller.clinic_id).time_zone
        found = screenings.history(writing, caller.clinic_id, patient_id)
        views.note_read(writing, caller, "patient", patient_id, "read_screenings")
        return [views.screening(screening, zone) for screening in found]

    return await services.write(history)


@router.post("", operation_id="record_screening", status_code=201)
async def record_screening(
    patient_id: PatientId, body: ScreeningNew, caller: LeadCaller, services: WithServices
) -> Screening:
    """Record today's answers and say what they mean for a session."""
    answers = body.answers

    def record(writing: Writing) -> Screening:
        recorded = screenings.record(
            writing,
            caller.clinic_id,
            patient_id,
            answers={
                "seizures": answers.seizures,
                "vestibular_disease": answers.vestibular_disease,
                "psychosis": answers.psychosis,
                "intoxication": answers.intoxication,
            },
            acknowledged=body.acknowledged,
            note=body.note or "",
            by=caller.practitioner_id,
        )
        return views.screening(recorded, clinics.get(writing, caller.clinic_id).time_zone)

    return await services.write(record)
