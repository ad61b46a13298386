"""Sessions: the record of one room from planning to close. A session is an Encounter in FHIR."""

from typing import Literal

import msgspec

from abaton.records.report import Summary
from abaton.records.transaction import Reading, Writing

State = Literal["planned", "open", "closed"]


class Session(msgspec.Struct, frozen=True):
    """A session. `state`, `opened_us` and `closed_us` follow the session's log, in the transaction that writes it."""

    id: str
    clinic_id: str
    patient_id: str
    lead_id: str
    experience: str
    state: State
    seed: int
    planned_us: int
    opened_us: int | None
    closed_us: int | None
    summary: Summary | None


def plan(
    writing: Writing, clinic_id: str, *, patient_id: str, lead_id: str, experience: str, seed: int, by: str
) -> Session:
    """Make a session; raises Problem `may_not_start` with the reasons when consent or screening is against it."""
    raise NotImplementedError


def get(reading: Reading, clinic_id: str, session_id: str) -> Session:
    """The session with this id; raises Problem when the clinic has none such."""
    raise NotImplementedError


def between(reading: Reading, clinic_id: str, from_us: int, until_us: int) -> list[Session]:
    """Sessions planned in a span of time, oldest first."""
    raise NotImplementedError


def today(reading: Reading, clinic_id: str) -> list[Session]:
    """Sessions of the clinic's day, oldest first."""
    raise NotImplementedError


def of_patient(reading: Reading, clinic_id: str, patient_id: str) -> list[Session]:
    """All sessions of a patient, newest first."""
    raise NotImplementedError


def unfinished(reading: Reading) -> list[Session]:
    """Sessions of every clinic that are open: the rooms that a restarted server makes again."""
    raise NotImplementedError


def open_now(writing: Writing, clinic_id: str, session_id: str, *, by: str) -> Session:
    """Mark a planned session as open before its log begins; an open one stays as it is."""
    raise NotImplementedError


def abandon(writing: Writing, clinic_id: str, session_id: str, *, by: str) -> Session:
    """Close a session whose log never began or whose room cannot be made again."""
    raise NotImplementedError


def set_summary(writing: Writing, clinic_id: str, session_id: str, summary: Summary) -> None:
    """Keep the summary of a closed session, for trends."""
    raise NotImplementedError
