"""Whether a patient's session may start now, and what may be recorded in it."""

import msgspec

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
    raise NotImplementedError
