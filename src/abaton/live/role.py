"""Who a participant is in a room, and what phase the room is in."""

from enum import StrEnum


class Role(StrEnum):
    """A participant's part in a room."""

    LEAD = "lead"
    SUBJECT = "subject"
    PEER = "peer"
    OBSERVER = "observer"


class Phase(StrEnum):
    """What the room is doing.

    `lobby`: waiting, nothing has begun. `running`: the experience ticks. `frozen`: the experience holds still
    because a heartbeat is missing or the lead paused it. `calm`: stopped; the subject is in the calm place until
    subject and lead agree to go on. `closed`: over.
    """

    LOBBY = "lobby"
    RUNNING = "running"
    FROZEN = "frozen"
    CALM = "calm"
    CLOSED = "closed"
