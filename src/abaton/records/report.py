"""A session's report: its timeline and its summary."""

from collections.abc import Iterable, Sequence

import msgspec

from abaton.live.log import Entry


class Series(msgspec.Struct, frozen=True):
    """Samples of one quantity: times in microseconds UTC, and values of one type with their unit (UCUM).

    `name` is a field of the state (`height_m`), `heart_rate` or a measure (`suds`).
    """

    name: str
    unit: str
    times_us: Sequence[int]
    values: Sequence[float | str | bool]


class Mark(msgspec.Struct, frozen=True):
    """An event on the timeline, with a sentence for people. `elapsed_s` counts from the session's opening."""

    entry: int
    time_us: int
    elapsed_s: float
    kind: str
    text: str


class Note(msgspec.Struct, frozen=True):
    """A note of the lead."""

    entry: int
    time_us: int
    elapsed_s: float
    author: str
    text: str


class Summary(msgspec.Struct, frozen=True):
    """A session in figures. `peaks` are the greatest values of the numeric state by field (`height_m`)."""

    duration_s: float
    stops: int
    suds_first: float | None
    suds_peak: float | None
    suds_last: float | None
    heart_rate_mean_bpm: float | None
    peaks: dict[str, float]


class Report(msgspec.Struct, frozen=True):
    """What the report page shows."""

    series: tuple[Series, ...]
    events: tuple[Mark, ...]
    notes: tuple[Note, ...]
    summary: Summary


def make_report(entries: Sequence[Entry], series: Iterable[Series]) -> Report:
    """Put a session's log and its replayed series on one timeline; SUDS is taken from the log."""
    raise NotImplementedError


def summarise(entries: Sequence[Entry], series: Iterable[Series]) -> Summary:
    """The figures of a session, from its log and its series (`heart_rate` in bpm, and numeric state)."""
    raise NotImplementedError
