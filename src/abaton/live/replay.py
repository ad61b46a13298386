"""A session from its log: every state that the room went through, bit for bit."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from abaton.live import log
from abaton.live.experience import Experience
from abaton.live.role import Phase
from abaton.live.room import Room


class ReplayMismatch(Exception):
    """The room did not come to the state that the log says it had; the code or the log has changed."""

    def __init__(self, entry: int, tick: int) -> None:
        super().__init__(
            f"the state at tick {tick} differs from checkpoint {entry}. Replay it with the version of the experience "
            "that recorded it, and verify the log."
        )
        self.entry = entry
        self.tick = tick


class Frame(msgspec.Struct, frozen=True):
    """The room at one tick: the experience's state as plain values, and the room's phase."""

    tick: int
    phase: Phase
    state: dict[str, Any]


def rebuild(entries: Sequence[log.Entry], experience: type[Experience]) -> Room:
    """The room as it stood after the last entry of its log.

    Raises:
        ValueError: the log does not begin with an `opened` entry.
        ReplayMismatch: a checkpoint was not met.
    """
    *_, room = _walk(entries, experience)
    return room


def replay(entries: Sequence[log.Entry], experience: type[Experience], every: int = 1) -> Iterator[Frame]:
    """The states after each `every`-th tick, and the last; raises as `rebuild` does."""
    due = 0
    for room in _walk(entries, experience):
        if room.tick >= due or room.phase is Phase.CLOSED:
            due = room.tick + every
            yield Frame(room.tick, room.phase, room.state())


def opening(entries: Sequence[log.Entry]) -> log.Opened:
    """The first fact of a log; raises ValueError where it is not `opened`."""
    if entries and isinstance(entries[0].fact, log.Opened):
        return entries[0].fact
    got = entries[0].fact.__class__.__name__ if entries else "an empty log"
    raise ValueError(f"A session's log begins with its opening; got {got}. Verify the log.")


def applicable(entries: Sequence[log.Entry]) -> list[log.Entry]:
    """The entries that the room took in: all but those that were written too late and voided."""
    voided = {entry.fact.entry for entry in entries if isinstance(entry.fact, log.Voided)}
    return [entry for entry in entries if entry.number not in voided]


def _walk(entries: Sequence[log.Entry], experience: type[Experience]) -> Iterator[Room]:
    opened = opening(entries)
    room = Room(experience, opened.seed, opened.rate_hz, opened.ceilings)
    for entry in applicable(entries):
        while room.tick < entry.tick:
            yield room
            room.step()
        if isinstance(entry.fact, log.Checkpoint) and entry.fact.digest != room.digest():
            raise ReplayMismatch(entry.number, entry.tick)
        room.apply(entry.fact)
    yield room
