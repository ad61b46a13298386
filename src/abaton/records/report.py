"""A session's report: its timeline and its summary."""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeGuard

import msgspec

from abaton.live import log
from abaton.live.log import AnyFact, Entry
from abaton.records.sentences import sentence

SUDS = "suds"
HEART_RATE = "heart_rate"


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
    """Put a session's log and its replayed series on one timeline; SUDS is taken from the log.

    Args:
        entries: The whole log.
        series: State by field, sampled by a replay, and recorded signals such as `heart_rate`.
    """
    told = standing(entries)
    shown = [one for one in series if one.name != SUDS]
    suds = suds_series(told)
    return Report(
        series=(*shown, suds) if suds.times_us else tuple(shown),
        events=tuple(_marks(told)),
        notes=tuple(_notes(told)),
        summary=summarise(entries, shown),
    )


def summarise(entries: Sequence[Entry], series: Iterable[Series]) -> Summary:
    """The figures of a session, from its log and its series (`heart_rate` in bpm, and numeric state)."""
    told = standing(entries)
    suds = [float(value) for value in suds_series(told).values]
    numbers = {one.name: found for one in series if (found := _numbers(one))}
    rates = numbers.pop(HEART_RATE, [])
    return Summary(
        duration_s=_duration_s(told),
        stops=sum(isinstance(entry.fact, log.Stopped) for entry in told),
        suds_first=suds[0] if suds else None,
        suds_peak=max(suds, default=None),
        suds_last=suds[-1] if suds else None,
        heart_rate_mean_bpm=round(math.fsum(rates) / len(rates), 1) if rates else None,
        peaks={name: max(values) for name, values in numbers.items()},
    )


def standing(entries: Sequence[Entry]) -> list[Entry]:
    """The entries that still stand: without those that a later entry voids."""
    later = {entry.fact.entry: entry.number for entry in entries if isinstance(entry.fact, log.Voided)}
    return [entry for entry in entries if later.get(entry.number, -1) < entry.number]


def suds_series(entries: Iterable[Entry]) -> Series:
    """The answers to the question of distress, 0 to 100."""
    answers = [(entry.time_us, entry.fact.value) for entry in entries if _is_suds(entry.fact)]
    return Series(SUDS, "{score}", [time_us for time_us, _ in answers], [value for _, value in answers])


def _is_suds(fact: AnyFact) -> TypeGuard[log.Answered]:
    return isinstance(fact, log.Answered) and fact.measure == SUDS


def _numbers(series: Series) -> list[float]:
    """The series' values where they are finite numbers; none for choices and switches."""
    kinds = {type(value) for value in series.values}
    if not kinds <= {int, float}:
        return []
    return [number for value in series.values if math.isfinite(number := float(value))]


def _duration_s(entries: Sequence[Entry]) -> float:
    """From the opening to the close, or to the last entry of a session that is open; a clock set back gives 0."""
    if not entries:
        return 0.0
    closed = [entry.time_us for entry in entries if isinstance(entry.fact, log.Closed)]
    end_us = closed[0] if closed else entries[-1].time_us
    return max(0, end_us - entries[0].time_us) / 1e6


def _elapsed_s(entries: Sequence[Entry], entry: Entry) -> float:
    return (entry.time_us - entries[0].time_us) / 1e6


def _notes(entries: Sequence[Entry]) -> Iterator[Note]:
    for entry in entries:
        if isinstance(entry.fact, log.Noted):
            yield Note(entry.number, entry.time_us, _elapsed_s(entries, entry), entry.actor, entry.fact.text)


def _marks(entries: Sequence[Entry]) -> Iterator[Mark]:
    for entry in entries:
        text = sentence(entry.fact)
        if text is not None:
            kind = type(entry.fact).__name__.lower()
            yield Mark(entry.number, entry.time_us, _elapsed_s(entries, entry), kind, text)
