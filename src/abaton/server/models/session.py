"""Sessions and pairing."""

from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from abaton.live.role import Phase
from abaton.server.models.common import Identifier, Model, Name


class SessionState(StrEnum):
    """`planned`: made, its room not yet open; `open`: its room runs; `closed`: over."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


class Day(StrEnum):
    """Which sessions to list by day."""

    TODAY = "today"


class SessionNew(Model):
    """A session to start."""

    patient_id: Identifier
    experience: Name


class RoomStatus(Model):
    """The live room of an open session."""

    phase: Phase
    subject_connected: bool
    recording: bool


class Session(Model):
    """The record of one room from opening to close. `room` is null where none runs."""

    id: Identifier
    patient_id: Identifier
    patient_name: str
    lead_id: Identifier
    lead_name: str
    experience: str
    experience_title: str
    state: SessionState
    created_at: AwareDatetime
    opened_at: AwareDatetime | None
    closed_at: AwareDatetime | None
    room: RoomStatus | None


class Pairing(Model):
    """A code for one subject's device: valid until `expires_at` or until a new one is made."""

    code: str
    expires_at: AwareDatetime


class PairingCode(Model):
    """The code as typed: case, spaces and dashes do not matter."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=32)]


class Paired(Model):
    """What the subject's page needs to enter the room: the token goes into its first frame only."""

    session_id: Identifier
    token: str = Field(description="Shown once; kept hashed here.")
