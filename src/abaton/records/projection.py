"""What a session's log says, kept as rows beside it: observations, notes and recorded segments."""

import msgspec

from abaton.records.transaction import Reading


class Observation(msgspec.Struct, frozen=True):
    """A measured or rated value, such as SUDS (0 to 100)."""

    session_id: str
    entry: int
    time_us: int
    measure: str
    value: float
    how: str


class Note(msgspec.Struct, frozen=True):
    """What the lead wrote during the session."""

    session_id: str
    entry: int
    time_us: int
    author: str
    text: str


class Segment(msgspec.Struct, frozen=True):
    """A file of recorded streams (MCAP), fixed by its SHA-256 (hexadecimal)."""

    session_id: str
    entry: int
    time_us: int
    name: str
    sha256: str
    size_bytes: int


def observations(reading: Reading, clinic_id: str, session_id: str) -> list[Observation]:
    """The session's observations in order."""
    raise NotImplementedError


def notes(reading: Reading, clinic_id: str, session_id: str) -> list[Note]:
    """The session's notes in order."""
    raise NotImplementedError


def segments(reading: Reading, clinic_id: str, session_id: str) -> list[Segment]:
    """The session's recorded segments in order."""
    raise NotImplementedError
