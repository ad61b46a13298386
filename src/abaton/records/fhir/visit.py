"""What was done: Encounter, Procedure, and where each statement comes from: Provenance."""

from collections.abc import Sequence

from abaton.core.clock import iso
from abaton.live.log import Entry, Noted
from abaton.records.fhir.dossier import Dossier
from abaton.records.fhir.values import Resource, coding, concept, period, refer, without_empty
from abaton.records.report import standing
from abaton.records.sessions import Session

_CLASS = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
_AGENT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
_ENCOUNTER_STATUS = {"planned": "planned", "open": "in-progress", "closed": "finished"}
_PROCEDURE_STATUS = {"planned": "preparation", "open": "in-progress", "closed": "completed"}


def encounter(session: Session, patient: Resource, lead: Resource, clinic: Resource) -> Resource:
    """The visit."""
    performer = concept("Lead", coding(_PARTICIPATION, "PPRF", "primary performer"))
    return without_empty(
        {
            "resourceType": "Encounter",
            "id": session.id,
            "status": _ENCOUNTER_STATUS[session.state]
            if session.opened_us or session.state != "closed"
            else "cancelled",
            "class": coding(_CLASS, "AMB", "ambulatory"),
            "subject": refer(patient),
            "participant": [{"type": [performer], "individual": refer(lead)}],
            "period": period(session.opened_us, session.closed_us),
            "serviceProvider": refer(clinic),
        }
    )


def procedure(dossier: Dossier, patient: Resource, visit: Resource, lead: Resource, device: Resource) -> Resource:
    """The experience that was led, with the lead's notes."""
    session = dossier.session
    done = session.opened_us or session.state != "closed"
    return without_empty(
        {
            "resourceType": "Procedure",
            "id": f"{session.id}-procedure",
            "status": _PROCEDURE_STATUS[session.state] if done else "not-done",
            "category": concept("Led session in virtual reality"),
            "code": concept(f"Virtual reality experience: {session.experience}"),
            "subject": refer(patient),
            "encounter": refer(visit),
            "performedPeriod": period(session.opened_us, session.closed_us),
            "performer": [{"actor": refer(lead)}],
            "note": _notes(dossier.entries, lead),
            "usedReference": [refer(device)],
        }
    )


def provenance(dossier: Dossier, stated: Sequence[Resource], lead: Resource, device: Resource) -> Resource:
    """That all this comes from the session's log, whose last digest fixes every entry of it."""
    last = dossier.entries[-1]
    log = {"system": "urn:ietf:rfc:3986", "value": f"urn:sha256:{last.digest.hex()}"}
    return {
        "resourceType": "Provenance",
        "id": f"{dossier.session.id}-provenance",
        "target": [refer(resource) for resource in stated],
        "recorded": iso(last.time_us),
        "agent": [
            {"type": concept("Author", coding(_AGENT, "author", "Author")), "who": refer(lead)},
            {"type": concept("Assembler", coding(_AGENT, "assembler", "Assembler")), "who": refer(device)},
        ],
        "entity": [{"role": "source", "what": {"identifier": log, "display": "Session log, hash-chained"}}],
    }


def _notes(entries: Sequence[Entry], lead: Resource) -> list[dict[str, object]]:
    return [
        {"authorReference": refer(lead), "time": iso(entry.time_us), "text": entry.fact.text}
        for entry in standing(entries)
        if isinstance(entry.fact, Noted) and entry.fact.text.strip()
    ]
