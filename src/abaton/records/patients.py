"""Patients, and the ceilings that hold for them in each experience."""

import datetime
from collections.abc import Mapping

import msgspec
from sqlalchemy import or_

from abaton.core.errors import Problem, not_found
from abaton.core.ids import new_id
from abaton.records import audit, tables
from abaton.records.transaction import Reading, Writing

Ceilings = Mapping[str, float | str]
"""Limits by field of an experience's state, as in `{"height_m": 30.0, "railing": "low"}`."""

_TABLE = tables.patient


class Patient(msgspec.Struct, frozen=True):
    """A patient. `mrn` is the clinic's own record number; `ceilings` are by name of experience."""

    id: str
    clinic_id: str
    given_name: str
    family_name: str
    birth_date: datetime.date
    mrn: str | None
    ceilings: dict[str, dict[str, float | str]]
    created_us: int
    changed_us: int


def add(
    writing: Writing,
    clinic_id: str,
    *,
    given_name: str,
    family_name: str,
    birth_date: datetime.date,
    mrn: str | None = None,
    by: str,
) -> Patient:
    """Make a patient; raises Problem `mrn_taken` when the clinic has the number already."""
    now_us = writing.clock.now_us()
    patient = Patient(
        id=new_id(),
        clinic_id=clinic_id,
        given_name=given_name,
        family_name=family_name,
        birth_date=birth_date,
        mrn=mrn or None,
        ceilings={},
        created_us=now_us,
        changed_us=now_us,
    )
    _refuse_taken(writing, clinic_id, patient.mrn, patient.id)
    writing.insert(_TABLE, clinic_id, patient)
    audit.append(writing, clinic_id, by, "create", "patient", patient.id)
    return patient


def get(reading: Reading, clinic_id: str, patient_id: str) -> Patient:
    """The patient with this id; raises Problem when the clinic has none such."""
    found = reading.find(Patient, _TABLE, clinic_id, _TABLE.c.id == patient_id)
    if not found:
        raise not_found("patient", patient_id)
    return found[0]


def search(reading: Reading, clinic_id: str, query: str = "", *, limit: int = 200) -> list[Patient]:
    """Patients whose names or number hold every word of the query, by family name."""
    where = [
        or_(
            *(
                column.icontains(word, autoescape=True)
                for column in (_TABLE.c.given_name, _TABLE.c.family_name, _TABLE.c.mrn)
            )
        )
        for word in query.split()
    ]
    order = (_TABLE.c.family_name, _TABLE.c.given_name, _TABLE.c.id)
    return reading.find(Patient, _TABLE, clinic_id, *where, order=order, limit=limit)


def change(
    writing: Writing,
    clinic_id: str,
    patient_id: str,
    *,
    by: str,
    given_name: str | None = None,
    family_name: str | None = None,
    birth_date: datetime.date | None = None,
    mrn: str | None = None,
) -> Patient:
    """Change what is given and leave the rest; an empty `mrn` takes the number away."""
    before = get(writing, clinic_id, patient_id)
    given: dict[str, object] = {
        "given_name": given_name,
        "family_name": family_name,
        "birth_date": birth_date,
        "mrn": mrn,
    }
    values = {field: value for field, value in given.items() if value is not None}
    if not values:
        return before
    if mrn is not None:
        values["mrn"] = mrn or None
        _refuse_taken(writing, clinic_id, mrn, patient_id)
    values["changed_us"] = writing.clock.now_us()
    writing.change(_TABLE, clinic_id, _TABLE.c.id == patient_id, values=values)
    audit.append(writing, clinic_id, by, "change", "patient", patient_id, {"fields": ",".join(values)})
    return get(writing, clinic_id, patient_id)


def set_ceilings(
    writing: Writing, clinic_id: str, patient_id: str, experience: str, ceilings: Ceilings, *, by: str
) -> Patient:
    """Replace the patient's limits in one experience."""
    before = get(writing, clinic_id, patient_id)
    changed = {**before.ceilings, experience: dict(ceilings)}
    values = {"ceilings": changed, "changed_us": writing.clock.now_us()}
    writing.change(_TABLE, clinic_id, _TABLE.c.id == patient_id, values=values)
    detail = {"experience": experience, "ceilings": msgspec.json.encode(ceilings, order="deterministic").decode()}
    audit.append(writing, clinic_id, by, "change", "patient", patient_id, detail)
    return get(writing, clinic_id, patient_id)


def _refuse_taken(writing: Writing, clinic_id: str, mrn: str | None, patient_id: str) -> None:
    if not mrn:
        return
    if writing.find(Patient, _TABLE, clinic_id, _TABLE.c.mrn == mrn, _TABLE.c.id != patient_id):
        raise Problem(
            "mrn_taken",
            got="a record number that another patient of this clinic has",
            expected="a number of the patient's own",
            next_step="Search for the number; the patient may be there already.",
            kind="conflict",
        )
