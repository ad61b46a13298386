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
    """The room at one moment: tick, time in microseconds UTC, phase, and the experience's state as plain values."""

    tick: int
    time_us: int
    phase: Phase
    state: dict[str, Any]


def rebuild(entries: Sequence[log.Entry], experience: type[Experience]) -> Room:
    """The room as it stood after the last entry of its log.

    Raises:
        ValueError: the log does not begin with an `opened` entry.
        ReplayMismatch: a checkpoint was not met.
    """
    *_, (room, _, _) = _walk(entries, experience)
    return room


def replay(entries: Sequence[log.Entry], experience: type[Experience], every: int = 1) -> Iterator[Frame]:
    """The room at each `every`-th tick and wherever its phase changed, in order; raises as `rebuild` does.

    A room makes no ticks while nothing moves, so several frames may share a tick and differ in time.
    """
    due = 0
    for room, time_us, turned in _walk(entries, experience):
        if turned or room.tick >= due:
            yield Frame(room.tick, time_us, room.phase, room.state())
        if not turned and room.tick >= due:
            due = room.tick + every


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


def _walk(entries: Sequence[log.Entry], experience: type[Experience]) -> Iterator[tuple[Room, int, bool]]:
    """The room before each tick and after each change of phase, the time, and whether the phase has just changed."""
    opened = opening(entries)
    room = Room(experience, opened.seed, opened.rate_hz, opened.ceilings)
    last = entries[0]
    for entry in applicable(entries):
        while room.tick < entry.tick:
            counted_us = last.time_us + (room.tick - last.tick) * 1_000_000 // opened.rate_hz
            yield room, min(counted_us, entry.time_us), False
            room.step()
        if isinstance(entry.fact, log.Checkpoint) and entry.fact.digest != room.digest():
            raise ReplayMismatch(entry.number, entry.tick)
        before, last = room.phase, entry
        room.apply(entry.fact)
        if room.phase is not before:
            yield room, entry.time_us, True
    yield room, last.time_us, False
