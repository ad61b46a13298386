"""Screening before a session: questions whose answers block it or call for caution."""

from typing import Literal

import msgspec

from abaton.core.errors import Problem
from abaton.core.ids import new_id
from abaton.records import audit, patients, tables
from abaton.records.audit import fingerprint
from abaton.records.transaction import Reading, Writing

Outcome = Literal["block", "caution", "clear"]
Question = Literal["seizures", "vestibular_disease", "psychosis", "intoxication"]

WHEN_YES: dict[Question, Outcome] = {
    "seizures": "block",
    "vestibular_disease": "caution",
    "psychosis": "block",
    "intoxication": "block",
}
"""What a yes to each question leads to."""

_TABLE = tables.screening


class Screening(msgspec.Struct, frozen=True):
    """The answers of one day. `acknowledged` says that the lead has seen a caution and goes on."""

    id: str
    clinic_id: str
    patient_id: str
    answers: dict[Question, bool]
    acknowledged: bool
    note: str
    by: str
    at_us: int

    @property
    def outcomes(self) -> dict[Question, Outcome]:
        """What each answer leads to."""
        return {question: WHEN_YES[question] if yes else "clear" for question, yes in self.answers.items()}

    @property
    def outcome(self) -> Outcome:
        """The gravest of the outcomes."""
        found = set(self.outcomes.values())
        return "block" if "block" in found else "caution" if "caution" in found else "clear"


def record(
    writing: Writing,
    clinic_id: str,
    patient_id: str,
    *,
    answers: dict[Question, bool],
    acknowledged: bool = False,
    note: str = "",
    by: str,
) -> Screening:
    """Add a screening; raises Problem `incomplete_screening` unless every question is answered."""
    patients.get(writing, clinic_id, patient_id)
    if set(answers) != set(WHEN_YES):
        raise Problem(
            "incomplete_screening",
            got=f"answers to {', '.join(sorted(answers)) or 'nothing'}",
            expected=f"answers to {', '.join(sorted(WHEN_YES))}",
            next_step="Answer every question with yes or no.",
        )
    screening = Screening(
        id=new_id(),
        clinic_id=clinic_id,
        patient_id=patient_id,
        answers=answers,
        acknowledged=acknowledged,
        note=note,
        by=by,
        at_us=writing.clock.now_us(),
    )
    writing.insert(_TABLE, clinic_id, screening)
    detail = {"outcome": screening.outcome, "sha256": fingerprint(screening)}
    audit.append(writing, clinic_id, by, "create", "screening", screening.id, detail)
    return screening


def latest(reading: Reading, clinic_id: str, patient_id: str) -> Screening | None:
    """The newest screening, of whatever day."""
    found = _of_patient(reading, clinic_id, patient_id, 1)
    return found[0] if found else None


def history(reading: Reading, clinic_id: str, patient_id: str) -> list[Screening]:
    """All screenings, newest first."""
    return _of_patient(reading, clinic_id, patient_id, None)


def _of_patient(reading: Reading, clinic_id: str, patient_id: str, limit: int | None) -> list[Screening]:
    of_patient, newest_first = _TABLE.c.patient_id == patient_id, (_TABLE.c.number.desc(),)
    return reading.find(Screening, _TABLE, clinic_id, of_patient, order=newest_first, limit=limit)
