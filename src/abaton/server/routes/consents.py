"""What a patient consents to. Care, recording and research are given and withdrawn apart."""

from typing import Annotated

from fastapi import APIRouter, Path

from abaton.records import consents, patients
from abaton.records.transaction import Writing
from abaton.server import views
from abaton.server.access import Caller, ClinicalCaller, LeadCaller
from abaton.server.models.common import Identifier
from abaton.server.models.patient import Consent, ConsentNew, ConsentState, Purpose
from abaton.server.services import Services, WithServices

router = APIRouter(prefix="/api/patients/{patient_id}/consents", tags=["consents"])
PatientId = Annotated[Identifier, Path()]


@router.get("", operation_id="get_consents")
async def get_consents(patient_id: PatientId, caller: ClinicalCaller, services: WithServices) -> ConsentState:
    """What the patient consents to now, and the history."""

    def get(writing: Writing) -> ConsentState:
        patients.get(writing, caller.clinic_id, patient_id)
        latest = consents.latest(writing, caller.clinic_id, patient_id)
        history = consents.history(writing, caller.clinic_id, patient_id)
        views.note_read(writing, caller, "patient", patient_id, "read_consents")
        given = {purpose: purpose in latest and latest[purpose].given for purpose in consents.PURPOSES}
        return ConsentState(**given, history=[views.consent(consent) for consent in history])

    return await services.write(get)


@router.post("", operation_id="record_consent", status_code=201)
async def record_consent(
    patient_id: PatientId, body: ConsentNew, caller: LeadCaller, services: WithServices
) -> Consent:
    """Record a consent or its withdrawal. A live room obeys at once."""
    await services.read(lambda reading: patients.get(reading, caller.clinic_id, patient_id))
    # A withdrawal holds even if it cannot be written now; a consent holds only once it is.
    if not body.given:
        await _tell_rooms(services, caller, patient_id, body)

    def record(writing: Writing) -> consents.Consent:
        return consents.record(
            writing,
            caller.clinic_id,
            patient_id,
            purpose=body.purpose.value,
            given=body.given,
            version=body.version,
            by=caller.practitioner_id,
        )

    recorded = await services.write(record)
    if body.given:
        await _tell_rooms(services, caller, patient_id, body)
    return views.consent(recorded)


async def _tell_rooms(services: Services, caller: Caller, patient_id: str, body: ConsentNew) -> None:
    if body.purpose is Purpose.RECORDING:
        await services.rooms.consent_changed(caller.clinic_id, patient_id, body.given)
    if body.purpose is Purpose.CARE and not body.given:
        await services.rooms.care_withdrawn(caller.clinic_id, patient_id)
