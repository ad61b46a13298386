"""Who took part, and with what: Organization, Patient, Practitioner, Device."""

from abaton.live.log import Opened
from abaton.records.clinics import Clinic
from abaton.records.fhir.dossier import Dossier
from abaton.records.fhir.values import Resource, coding, concept, refer, without_empty
from abaton.records.patients import Patient
from abaton.records.practitioners import Practitioner

_IDENTIFIER_TYPE = "http://terminology.hl7.org/CodeSystem/v2-0203"


def organization(clinic: Clinic) -> Resource:
    """The clinic."""
    return {"resourceType": "Organization", "id": clinic.id, "active": True, "name": clinic.name}


def patient(record: Patient, clinic: Resource) -> Resource:
    """The patient, with the clinic's record number if there is one."""
    number = {
        "use": "usual",
        "type": concept("Medical record number", coding(_IDENTIFIER_TYPE, "MR", "Medical record number")),
        "value": record.mrn,
        "assigner": refer(clinic),
    }
    return without_empty(
        {
            "resourceType": "Patient",
            "id": record.id,
            "identifier": [number] if record.mrn else [],
            "name": [without_empty({"family": record.family_name, "given": record.given_name.split()})],
            "birthDate": record.birth_date.isoformat(),
            "managingOrganization": refer(clinic),
        }
    )


def practitioner(record: Practitioner) -> Resource:
    """The lead."""
    name = {"text": record.name}
    return {"resourceType": "Practitioner", "id": record.id, "active": record.active, "name": [name]}


def device(dossier: Dossier, clinic: Resource) -> Resource:
    """What the session was led with: this platform and the experience in its version."""
    opened = [entry.fact for entry in dossier.entries if isinstance(entry.fact, Opened)]
    return without_empty(
        {
            "resourceType": "Device",
            "id": f"{dossier.session.id}-device",
            "status": "active",
            "deviceName": [
                {"name": f"Abaton: {dossier.session.experience}", "type": "user-friendly-name"},
            ],
            "type": concept("Virtual reality software with a head-mounted display"),
            "version": [{"value": opened[0].version}] if opened and opened[0].version else [],
            "owner": refer(clinic),
        }
    )
