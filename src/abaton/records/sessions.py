"""Sessions: the record of one room from planning to close. A session is an Encounter in FHIR."""

from typing import Literal

import msgspec

from abaton.core.clock import day_start_us
from abaton.core.errors import Problem, not_found
from abaton.core.ids import new_id
from abaton.live.log import GENESIS
from abaton.records import audit, clinics, practitioners, tables
from abaton.records.permission import may_start
from abaton.records.report import Summary
from abaton.records.transaction import Reading, Writing

State = Literal["planned", "open", "closed"]

_TABLE = tables.session
# From midnight this leads into the next day, also on the days when the clocks change.
_DAY_AND_A_HALF_US = 36 * 3_600_000_000


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
    permission = may_start(writing, clinic_id, patient_id)
    if not permission.allowed:
        raise Problem(
            "may_not_start",
            got=" ".join(reason.text for reason in permission.reasons),
            expected="consent to care, and today's screening without a block",
            next_step="Record what is missing on the patient's page.",
            kind="refused",
        )
    practitioners.get(writing, clinic_id, lead_id)
    session = Session(
        id=new_id(),
        clinic_id=clinic_id,
        patient_id=patient_id,
        lead_id=lead_id,
        experience=experience,
        state="planned",
        seed=seed,
        planned_us=writing.clock.now_us(),
        opened_us=None,
        closed_us=None,
        summary=None,
    )
    writing.insert(_TABLE, clinic_id, session, entry_count=0, entry_digest=GENESIS)
    audit.append(writing, clinic_id, by, "create", "session", session.id, {"experience": experience})
    return session


def get(reading: Reading, clinic_id: str, session_id: str) -> Session:
    """The session with this id; raises Problem when the clinic has none such."""
    found = reading.find(Session, _TABLE, clinic_id, _TABLE.c.id == session_id)
    if not found:
        raise not_found("session", session_id)
    return found[0]


def between(reading: Reading, clinic_id: str, from_us: int, until_us: int) -> list[Session]:
    """Sessions planned in a span of time, oldest first."""
    span = (_TABLE.c.planned_us >= from_us, _TABLE.c.planned_us < until_us)
    return reading.find(Session, _TABLE, clinic_id, *span, order=(_TABLE.c.planned_us, _TABLE.c.id))


def today(reading: Reading, clinic_id: str) -> list[Session]:
    """Sessions of the clinic's day, oldest first."""
    zone, now_us = clinics.get(reading, clinic_id).time_zone, reading.clock.now_us()
    dawn_us = day_start_us(now_us, zone)
    return between(reading, clinic_id, dawn_us, day_start_us(dawn_us + _DAY_AND_A_HALF_US, zone))


def of_patient(reading: Reading, clinic_id: str, patient_id: str) -> list[Session]:
    """All sessions of a patient, newest first."""
    order = (_TABLE.c.planned_us.desc(), _TABLE.c.id)
    return reading.find(Session, _TABLE, clinic_id, _TABLE.c.patient_id == patient_id, order=order)


def unfinished(reading: Reading) -> list[Session]:
    """Sessions of every clinic that are open: the rooms that a restarted server makes again."""
    found: list[Session] = []
    for clinic in clinics.every(reading):
        found += reading.find(Session, _TABLE, clinic.id, _TABLE.c.state == "open", order=(_TABLE.c.id,))
    return found


def open_now(writing: Writing, clinic_id: str, session_id: str, *, by: str) -> Session:
    """Mark a planned session as open before its log begins; an open one stays as it is."""
    planned = (_TABLE.c.id == session_id, _TABLE.c.state == "planned")
    values = {"state": "open", "opened_us": writing.clock.now_us()}
    if writing.change(_TABLE, clinic_id, *planned, values=values):
        audit.append(writing, clinic_id, by, "open", "session", session_id)
    session = get(writing, clinic_id, session_id)
    if session.state == "closed":
        raise Problem(
            "session_closed",
            got="a session that is closed",
            expected="one that is planned or open",
            next_step="Start a new session for the patient.",
            kind="conflict",
        )
    return session


def abandon(writing: Writing, clinic_id: str, session_id: str, *, by: str) -> Session:
    """Close a session whose log never began or whose room cannot be made again."""
    unfinished = (_TABLE.c.id == session_id, _TABLE.c.state != "closed")
    values = {"state": "closed", "closed_us": writing.clock.now_us()}
    if writing.change(_TABLE, clinic_id, *unfinished, values=values):
        audit.append(writing, clinic_id, by, "abandon", "session", session_id)
    return get(writing, clinic_id, session_id)


def set_summary(writing: Writing, clinic_id: str, session_id: str, summary: Summary) -> None:
    """Keep the summary of a closed session, for trends."""
    values = {"summary": msgspec.to_builtins(summary)}
    if not writing.change(_TABLE, clinic_id, _TABLE.c.id == session_id, values=values):
        raise not_found("session", session_id)
