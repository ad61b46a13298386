"""The data types of FHIR that several resources share, as plain JSON values."""

import uuid
from typing import Any

from abaton.core.clock import iso

Resource = dict[str, Any]

UCUM = "http://unitsofmeasure.org"
LOINC = "http://loinc.org"

# Made once; it keeps the addresses of our resources apart from everyone else's.
_NAMESPACE = uuid.UUID("6f0f2d0e-6f3b-5d0c-9c55-3c1b8e0f8a11")


def address(resource: Resource) -> str:
    """The resource's address inside the bundle: the same each time it is exported."""
    return f"urn:uuid:{uuid.uuid5(_NAMESPACE, resource['resourceType'] + '/' + resource['id'])}"


def refer(resource: Resource, display: str | None = None) -> dict[str, str]:
    """A Reference to a resource of the same bundle."""
    return {"reference": address(resource)} | ({} if display is None else {"display": display})


def coding(system: str, code: str, display: str) -> dict[str, str]:
    """A Coding."""
    return {"system": system, "code": code, "display": display}


def concept(text: str, *codings: dict[str, str]) -> dict[str, Any]:
    """A CodeableConcept; without codings where no standard code says what we mean."""
    return ({"coding": list(codings)} if codings else {}) | {"text": text}


def quantity(value: float, unit: str) -> dict[str, Any]:
    """A Quantity with a UCUM unit."""
    whole = int(value) if float(value).is_integer() else value
    return {"value": whole, "unit": unit, "system": UCUM, "code": unit}


def period(start_us: int | None, end_us: int | None) -> dict[str, str]:
    """A Period, open where a time is None; a clock that was set back must not end it before it began."""
    if start_us is not None and end_us is not None:
        end_us = max(start_us, end_us)
    times = {"start": start_us, "end": end_us}
    return {name: iso(time_us) for name, time_us in times.items() if time_us is not None}


def without_empty(resource: Resource) -> Resource:
    """The resource without members that say nothing, which FHIR does not allow."""
    return {name: value for name, value in resource.items() if value not in (None, "", [], {})}
