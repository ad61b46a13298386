"""What was agreed to and asked beforehand: Consent, Questionnaire, QuestionnaireResponse."""

from abaton.core.clock import iso
from abaton.records.consents import Consent, Purpose
from abaton.records.fhir.values import LOINC, Resource, address, coding, concept, refer, without_empty
from abaton.records.screenings import WHEN_YES, Screening

_SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope"
_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"

_SCOPES: dict[Purpose, tuple[str, str]] = {
    "care": ("treatment", "Treatment"),
    "recording": ("patient-privacy", "Privacy Consent"),
    "research": ("research", "Research"),
}
_REASONS: dict[Purpose, tuple[str, str]] = {
    "care": ("TREAT", "treatment"),
    "research": ("HRESCH", "healthcare research"),
}
_TEXTS: dict[Purpose, str] = {
    "care": "Treatment with virtual reality",
    "recording": "Recording of movement and signals",
    "research": "Use for research",
}
_QUESTIONS = {
    "seizures": "Seizures or epilepsy?",
    "vestibular_disease": "A disease of balance?",
    "psychosis": "Psychosis now?",
    "intoxication": "Under the influence of alcohol or drugs now?",
}


def consent(record: Consent, patient: Resource, clinic: Resource) -> Resource:
    """A decision: active when it was given, inactive when it was refused or withdrawn."""
    scope, reason = _SCOPES[record.purpose], _REASONS.get(record.purpose)
    provision = {
        "type": "permit" if record.given else "deny",
        "purpose": [] if reason is None else [coding(_REASON, *reason)],
        "code": [concept(_TEXTS[record.purpose])],
    }
    return {
        "resourceType": "Consent",
        "id": record.id,
        "status": "active" if record.given else "inactive",
        "scope": concept(scope[1], coding(_SCOPE, *scope)),
        "category": [concept("Consent", coding(LOINC, "59284-0", "Consent Document"))],
        "patient": refer(patient),
        "dateTime": iso(record.at_us),
        "organization": [refer(clinic)],
        "policyRule": concept(f"{_TEXTS[record.purpose]}, consent text version {record.version}"),
        "provision": without_empty(provision),
    }


def questionnaire() -> Resource:
    """The screening's questions."""
    questions = [{"linkId": name, "text": _QUESTIONS[name], "type": "boolean", "required": True} for name in WHEN_YES]
    outcome = {"linkId": "outcome", "text": "Outcome: block, caution or clear", "type": "string"}
    made: Resource = {
        "resourceType": "Questionnaire",
        "id": "vr-screening",
        "status": "active",
        "name": "VirtualRealityScreening",
        "title": "Screening before virtual reality",
        "subjectType": ["Patient"],
        "item": [*questions, outcome],
    }
    return {**made, "url": address(made)}


def screening(
    record: Screening, questions: Resource, patient: Resource, encounter: Resource, author: Resource | None
) -> Resource:
    """The answers, and what they led to."""
    answers = [
        {"linkId": name, "text": _QUESTIONS[name], "answer": [{"valueBoolean": record.answers[name]}]}
        for name in WHEN_YES
        if name in record.answers
    ]
    outcome = {"linkId": "outcome", "answer": [{"valueString": record.outcome}]}
    return without_empty(
        {
            "resourceType": "QuestionnaireResponse",
            "id": record.id,
            "questionnaire": questions["url"],
            "status": "completed",
            "subject": refer(patient),
            "encounter": refer(encounter),
            "authored": iso(record.at_us),
            "author": None if author is None else refer(author),
            "item": [*answers, outcome],
        }
    )
