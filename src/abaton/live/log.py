"""The session log: every fact that shaped a room, in order, each chained to the one before by SHA-256.

The log is the clinical record and the source of replay. A fact carries the tick at which the room applied it, so
feeding the facts of a log back to the experience at their ticks gives the same states.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import msgspec

from abaton.live.role import Role

GENESIS = bytes(32)
"""What the first entry of a session is chained to."""


class Fact(msgspec.Struct, frozen=True, tag_field="kind", forbid_unknown_fields=True):
    """Something that happened in a room."""


class Opened(Fact, frozen=True, tag="opened"):
    """The room was made. `ceilings` are this patient's limits by graded field of the state."""

    experience: str
    version: str
    seed: int
    rate_hz: int
    ceilings: dict[str, float | str]


class Reopened(Fact, frozen=True, tag="reopened"):
    """The server that held the room ended, and the room goes on from its log at this tick."""


class Joined(Fact, frozen=True, tag="joined"):
    """A participant came in or came back. Names nobody: `participant` is an opaque id."""

    participant: str
    role: Role


class Admitted(Fact, frozen=True, tag="admitted"):
    """The lead let a waiting subject or peer in."""

    participant: str


class Left(Fact, frozen=True, tag="left"):
    """A participant's connection ended; `why` is `left`, `lost`, or `removed`."""

    participant: str
    why: str


class Began(Fact, frozen=True, tag="began"):
    """The lead began the experience."""


class Commanded(Fact, frozen=True, tag="commanded"):
    """A command that was checked and is applied at this entry's tick."""

    name: str
    number: int
    arguments: dict[str, Any]


class Asked(Fact, frozen=True, tag="asked"):
    """A rating was asked for. `measure` is `suds`."""

    question: int
    measure: str


class Answered(Fact, frozen=True, tag="answered"):
    """A rating was given. `how` is controller, hand, gaze, keyboard, pointer or lead."""

    question: int
    measure: str
    value: float
    how: str


class Noted(Fact, frozen=True, tag="noted"):
    """The lead wrote a note."""

    text: str


class Stopped(Fact, frozen=True, tag="stopped"):
    """The room went to the calm place. `why` names the way: grips, wrist, escape, word, lead, heartbeat."""

    by: Role | None
    why: str


class Agreed(Fact, frozen=True, tag="agreed"):
    """Subject or lead agreed to go on; when both have, the room runs again."""

    by: Role


class Froze(Fact, frozen=True, tag="froze"):
    """The experience was held still. `why` names whose heartbeat is missing, or `lead`."""

    why: str


class Thawed(Fact, frozen=True, tag="thawed"):
    """The experience moves again after a freeze."""


class Recording(Fact, frozen=True, tag="recording"):
    """Recording of poses and signals was switched, by consent or its withdrawal."""

    on: bool
    why: str


class Sealed(Fact, frozen=True, tag="sealed"):
    """A segment of recorded streams was closed and its content fixed."""

    segment: str
    sha256: str
    size_bytes: int


class Checkpoint(Fact, frozen=True, tag="checkpoint"):
    """The digest of the room's state at this tick, which a replay must reproduce."""

    digest: str


class Voided(Fact, frozen=True, tag="voided"):
    """An earlier entry was written too late to be applied; whoever replays skips it."""

    entry: int


class ClockJumped(Fact, frozen=True, tag="clockjumped"):
    """The wall clock moved by this much against the monotonic one, in seconds."""

    by_s: float


class Closed(Fact, frozen=True, tag="closed"):
    """The session ended."""

    why: str


AnyFact = (
    Opened
    | Reopened
    | Joined
    | Admitted
    | Left
    | Began
    | Commanded
    | Asked
    | Answered
    | Noted
    | Stopped
    | Agreed
    | Froze
    | Thawed
    | Recording
    | Sealed
    | Checkpoint
    | Voided
    | ClockJumped
    | Closed
)


class Entry(msgspec.Struct, frozen=True):
    """One fact with its place: number in the log from 0, tick, wall time in microseconds UTC, and who caused it.

    `actor` is a participant's id, a practitioner's id, or `room`. `previous` and `digest` are SHA-256 (32 bytes).
    """

    number: int
    tick: int
    time_us: int
    actor: str
    fact: AnyFact
    previous: bytes
    digest: bytes


class BrokenChain(Exception):
    """A log was changed after it was written; `number` is the first entry that does not fit."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(f"entry {number}: {reason}")
        self.number = number


class LogUnavailable(Exception):
    """An entry could not be made durable (disk full, read-only, database gone). Nothing was written."""


class Log(Protocol):
    """Where a room's entries are made durable."""

    async def append(self, entries: Sequence[Entry]) -> None:
        """Return once all entries survive a crash; raise LogUnavailable when none of them was written."""
        ...


def encode_fact(fact: AnyFact) -> bytes:
    """Canonical JSON of a fact: sorted keys, shortest round-trip floats. The digest covers these bytes."""
    return msgspec.json.encode(fact, order="deterministic")


def decode_fact(data: bytes | str) -> AnyFact:
    """Read what `encode_fact` wrote; raises msgspec.ValidationError for an unknown or malformed fact."""
    return msgspec.json.decode(data, type=AnyFact)


def digest(session: str, previous: bytes, number: int, tick: int, time_us: int, actor: str, fact: bytes) -> bytes:
    """SHA-256 over the entry's place and content, each part led by its length so that none runs on."""
    sha = hashlib.sha256()
    for part in (
        session.encode(),
        previous,
        b"%d" % number,
        b"%d" % tick,
        b"%d" % time_us,
        actor.encode(),
        fact,
    ):
        sha.update(len(part).to_bytes(8, "big"))
        sha.update(part)
    return sha.digest()


def chain(session: str, last: Entry | None, tick: int, time_us: int, actor: str, fact: AnyFact) -> Entry:
    """The entry that follows `last` (or opens the log) for this fact."""
    number = 0 if last is None else last.number + 1
    previous = GENESIS if last is None else last.digest
    sealed = digest(session, previous, number, tick, time_us, actor, encode_fact(fact))
    return Entry(number, tick, time_us, actor, fact, previous, sealed)


def verify(session: str, entries: Iterable[Entry]) -> int:
    """Check a whole log and return its length; raises BrokenChain naming the first entry that does not fit."""
    previous, count = GENESIS, 0
    for entry in entries:
        if entry.number != count:
            raise BrokenChain(entry.number, f"expected entry {count} here; one is missing, doubled or moved")
        if entry.previous != previous:
            raise BrokenChain(entry.number, "it does not follow from the entry before it")
        content = encode_fact(entry.fact)
        found = digest(session, previous, entry.number, entry.tick, entry.time_us, entry.actor, content)
        if entry.digest != found:
            raise BrokenChain(entry.number, "its content does not match its digest")
        previous, count = entry.digest, count + 1
    return count
