"""What was measured and recorded: Observation and DocumentReference."""

import base64
from collections.abc import Iterator, Sequence

from abaton.core.clock import iso
from abaton.live.log import Answered, Entry, Sealed
from abaton.records.fhir.values import LOINC, Resource, coding, concept, period, quantity, refer
from abaton.records.report import HEART_RATE, SUDS, Series, standing, summarise
from abaton.records.sessions import Session

_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
_MEASURES = {SUDS: "Subjective units of distress (SUDS), 0 to 100"}


def ratings(session: Session, entries: Sequence[Entry], patient: Resource, visit: Resource) -> Iterator[Resource]:
    """Each answer that the subject gave."""
    for entry in standing(entries):
        if isinstance(entry.fact, Answered):
            text = _MEASURES.get(entry.fact.measure, entry.fact.measure)
            yield {
                "resourceType": "Observation",
                "id": f"{session.id}-{entry.number}",
                "status": "final",
                "category": [_category("survey", "Survey")],
                "code": concept(text),
                "subject": refer(patient),
                "encounter": refer(visit),
                "effectiveDateTime": iso(entry.time_us),
                "valueQuantity": quantity(entry.fact.value, "{score}"),
                "method": concept(f"Asked in the experience, answered by {entry.fact.how}"),
            }


def summaries(
    session: Session, entries: Sequence[Entry], series: Sequence[Series], patient: Resource, visit: Resource
) -> Iterator[Resource]:
    """The session in figures: mean heart rate, and the greatest value of each graded quantity."""
    summary = summarise(entries, series)
    span = period(entries[0].time_us, entries[-1].time_us)
    shared: Resource = {
        "status": "final",
        "subject": refer(patient),
        "encounter": refer(visit),
        "effectivePeriod": span,
    }
    if summary.heart_rate_mean_bpm is not None:
        code = concept("Heart rate, mean over the session", coding(LOINC, "8867-4", "Heart rate"))
        value = {**quantity(summary.heart_rate_mean_bpm, "/min"), "unit": "beats/minute"}
        yield {
            "resourceType": "Observation",
            "id": f"{session.id}-heart-rate",
            **shared,
            "category": [_category("vital-signs", "Vital Signs")],
            "code": code,
            "valueQuantity": value,
        }
    units = {one.name: one.unit for one in series if one.name != HEART_RATE}
    for name, peak in sorted(summary.peaks.items()):
        yield {
            "resourceType": "Observation",
            "id": f"{session.id}-peak-{name.replace('_', '-')}",
            **shared,
            "category": [_category("procedure", "Procedure")],
            "code": concept(f"Greatest {name} of the experience"),
            "valueQuantity": quantity(peak, units[name] or "1"),
        }


def recordings(session: Session, entries: Sequence[Entry], patient: Resource, visit: Resource) -> Iterator[Resource]:
    """The recorded streams, each by its name and content's digest; the files themselves stay where they are."""
    for entry in standing(entries):
        if isinstance(entry.fact, Sealed):
            # The attachment's own hash is SHA-1 by definition, so SHA-256 is given as a name of the content (RFC 6920).
            digest = base64.urlsafe_b64encode(bytes.fromhex(entry.fact.sha256)).decode().rstrip("=")
            attachment = {
                "contentType": "application/octet-stream",
                "size": entry.fact.size_bytes,
                "title": entry.fact.segment,
                "creation": iso(entry.time_us),
            }
            yield {
                "resourceType": "DocumentReference",
                "id": f"{session.id}-{entry.number}",
                "masterIdentifier": {"system": "urn:ietf:rfc:3986", "value": f"ni:///sha-256;{digest}"},
                "status": "current",
                "docStatus": "final",
                "type": concept("Recorded movement and signals (MCAP)"),
                "subject": refer(patient),
                "date": iso(entry.time_us),
                "content": [{"attachment": attachment}],
                "context": {"encounter": [refer(visit)]},
            }


def _category(code: str, display: str) -> Resource:
    return concept(display, coding(_CATEGORY, code, display))
