"""Patients, and the ceilings that hold for them in each experience."""

import datetime
from collections.abc import Mapping

import msgspec

from abaton.records.transaction import Reading, Writing

Ceilings = Mapping[str, float | str]
"""Limits by field of an experience's state, as in `{"height_m": 30.0, "railing": "low"}`."""


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
    raise NotImplementedError


def get(reading: Reading, clinic_id: str, patient_id: str) -> Patient:
    """The patient with this id; raises Problem when the clinic has none such."""
    raise NotImplementedError


def search(reading: Reading, clinic_id: str, query: str = "", *, limit: int = 200) -> list[Patient]:
    """Patients whose names or number hold every word of the query, by family name."""
    raise NotImplementedError


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
    """Change what is given and leave the rest."""
    raise NotImplementedError


def set_ceilings(
    writing: Writing, clinic_id: str, patient_id: str, experience: str, ceilings: Ceilings, *, by: str
) -> Patient:
    """Replace the patient's limits in one experience."""
    raise NotImplementedError
