"""Screening before a session: questions whose answers block it or call for caution."""

from typing import Literal

import msgspec

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
    raise NotImplementedError


def latest(reading: Reading, clinic_id: str, patient_id: str) -> Screening | None:
    """The newest screening, of whatever day."""
    raise NotImplementedError


def history(reading: Reading, clinic_id: str, patient_id: str) -> list[Screening]:
    """All screenings, newest first."""
    raise NotImplementedError
