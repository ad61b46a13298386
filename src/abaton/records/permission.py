"""Whether a patient's session may start now, and what may be recorded in it."""

import msgspec

from abaton.core.clock import day_start_us
from abaton.records import clinics, consents, patients, screenings
from abaton.records.screenings import Screening
from abaton.records.transaction import Reading


class Reason(msgspec.Struct, frozen=True):
    """Why a session may not start: a stable code, and a sentence that says what to do."""

    code: str
    text: str


class Permission(msgspec.Struct, frozen=True):
    """Whether a session may start (`allowed`, else `reasons`), and what the patient agreed to besides."""

    allowed: bool
    reasons: tuple[Reason, ...]
    recording: bool
    research: bool


def may_start(reading: Reading, clinic_id: str, patient_id: str) -> Permission:
    """Ask for consent to care, and for today's screening without a block and with any caution acknowledged."""
    patients.get(reading, clinic_id, patient_id)
    given = {purpose for purpose, consent in consents.latest(reading, clinic_id, patient_id).items() if consent.given}
    reasons: list[Reason] = []
    if "care" not in given:
        reasons.append(Reason("no_consent", "The patient has not consented to care: record the consent first."))
    clinic = clinics.get(reading, clinic_id)
    dawn_us = day_start_us(reading.clock.now_us(), clinic.time_zone)
    reasons += _against(screenings.latest(reading, clinic_id, patient_id), dawn_us)
    return Permission(not reasons, tuple(reasons), "recording" in given, "research" in given)


def _against(screening: Screening | None, dawn_us: int) -> list[Reason]:
    if screening is None or screening.at_us < dawn_us:
        return [Reason("no_screening", "The screening questions have not been asked today: ask them first.")]
    if screening.outcome == "block":
        grave = [question for question, outcome in screening.outcomes.items() if outcome == "block"]
        named = ", ".join(question.replace("_", " ") for question in grave)
        return [Reason("screening_blocks", f"Today's screening rules a session out ({named}).")]
    if screening.outcome == "caution" and not screening.acknowledged:
        return [Reason("caution", "Today's screening calls for caution: acknowledge it to go on.")]
    return []
