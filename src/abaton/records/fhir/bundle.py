"""The bundle that holds a session's resources."""

from collections.abc import Sequence
from typing import Any

from abaton.core.clock import iso
from abaton.records.fhir import agreement, measures, people, visit
from abaton.records.fhir.dossier import Dossier
from abaton.records.fhir.values import Resource, address
from abaton.records.report import Series


def bundle(dossier: Dossier, series: Sequence[Series] = ()) -> dict[str, Any]:
    """A FHIR R4 Bundle (collection) of the session as plain JSON values; the same input gives the same bundle.

    Args:
        dossier: The session's records.
        series: Replayed state and recorded signals, of which the bundle gives summaries.
    """
    resources = _resources(dossier, series)
    session = dossier.session
    last_us = dossier.entries[-1].time_us if dossier.entries else session.planned_us
    return {
        "resourceType": "Bundle",
        "id": session.id,
        "type": "collection",
        "timestamp": iso(last_us),
        "entry": [{"fullUrl": address(resource), "resource": resource} for resource in resources],
    }


def _resources(dossier: Dossier, series: Sequence[Series]) -> list[Resource]:
    session, entries = dossier.session, dossier.entries
    clinic = people.organization(dossier.clinic)
    patient = people.patient(dossier.patient, clinic)
    lead = people.practitioner(dossier.lead)
    device = people.device(dossier, clinic)
    encounter = visit.encounter(session, patient, lead, clinic)
    procedure = visit.procedure(dossier, patient, encounter, lead, device)
    before = [agreement.consent(record, patient, clinic) for record in dossier.consents]
    if dossier.screening is not None:
        questions = agreement.questionnaire()
        author = lead if dossier.screening.by == dossier.lead.id else None
        asked = agreement.screening(dossier.screening, questions, patient, encounter, author)
        before += [questions, asked]
    measured: list[Resource] = []
    stated: list[Resource] = []
    if entries:
        measured += measures.ratings(session, entries, patient, encounter)
        measured += measures.summaries(session, entries, series, patient, encounter)
        measured += measures.recordings(session, entries, patient, encounter)
        stated.append(visit.provenance(dossier, [encounter, procedure, *measured], lead, device))
    return [clinic, patient, lead, device, encounter, procedure, *before, *measured, *stated]
