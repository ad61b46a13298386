"""A session lived again from its log: its states at an even rate, and each field of them as a series.

Replaying an hour takes seconds of computing, so all of this is made to run in a process of its own: plain functions
of plain data.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from abaton.core.errors import Problem
from abaton.live.experience import Experience, describe
from abaton.live.log import Entry, Opened
from abaton.live.replay import Frame, ReplayMismatch, opening, replay
from abaton.live.wire import ExperienceShape
from abaton.records.report import Series

RATE_HZ = 10
"""How often the state is sampled."""


@dataclass(frozen=True)
class Playback:
    """What was played: the first fact of the log, the experience's shape with the patient's limits, and the states."""

    opened: Opened
    opened_us: int
    shape: ExperienceShape
    frames: list[Frame]


def play(entries: Sequence[Entry], experience: type[Experience]) -> Playback:
    """Play a session.

    Raises:
        Problem: it has no log yet, or the log does not give the states that it recorded.
    """
    if not entries:
        raise Problem(
            "not_opened", "a session whose room never opened", "one with a log", "Open its room first.", "conflict"
        )
    try:
        opened = opening(entries)
        every = max(1, round(opened.rate_hz / RATE_HZ))
        frames = list(replay(entries, experience, every))
    except (ReplayMismatch, ValueError) as error:
        raise Problem(
            "cannot_replay",
            f"a log that cannot be replayed: {type(error).__name__}",
            "the version of the experience that recorded it, and a log as it was written",
            "Run `abaton verify` on the server.",
            "conflict",
        ) from error
    shape = describe(opened.experience, experience, opened.ceilings)
    return Playback(opened, entries[0].time_us, shape, frames)


def state_series(playback: Playback) -> list[Series]:
    """Each field of the state over time; only where it changes, with the last point before each change."""
    return [
        Series(field.name, field.unit or "", *_thinned(playback.frames, field.name))
        for field in playback.shape.state
        if field.kind != "text"
    ]


def changes(frames: Sequence[Frame]) -> Iterator[Frame]:
    """The frames that differ from the one before, and the last."""
    before: Frame | None = None
    for now in frames:
        if before is None or (now.phase, now.state) != (before.phase, before.state) or now is frames[-1]:
            yield now
        before = now


def _thinned(frames: Sequence[Frame], field: str) -> tuple[list[int], list[float | str | bool]]:
    times: list[int] = []
    values: list[float | str | bool] = []
    for frame in frames:
        value = frame.state[field]
        if len(values) >= 2 and values[-1] == values[-2] == value:
            times[-1] = frame.time_us
        else:
            times.append(frame.time_us)
            values.append(value)
    return times, values
