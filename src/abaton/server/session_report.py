"""Report and replay of a session as models, made from its log and its recorded streams."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from abaton.live.experience import Experience, rank
from abaton.live.log import Entry, Joined, Sealed
from abaton.live.replay import Frame as LiveFrame
from abaton.live.role import Phase, Role
from abaton.live.wire import Parameter
from abaton.records import report
from abaton.records.report import Series as RecordSeries
from abaton.server.models.common import Value
from abaton.server.models.report import (
    Frame,
    Highest,
    PoseTrack,
    Replay,
    ReportSummary,
    Series,
    TimelineEvent,
    TimelineNote,
)
from abaton.server.playback import RATE_HZ, Playback, changes, play, state_series
from abaton.server.recordings import Poses, Signal
from abaton.server.views import at, shape

NAMES = {"suds": "SUDS", "heart_rate": "Heart rate"}

SHOWN_UNITS = {"/min": "beats/min", "{score}": None, "": None}
"""What people read instead of a UCUM code."""


@dataclass(frozen=True)
class Material:
    """All that a report or replay is made of."""

    session_id: str
    lead_id: str
    entries: Sequence[Entry]
    experience: type[Experience]
    signals: Sequence[Signal]
    poses: Sequence[Poses]


@dataclass(frozen=True)
class Timeline:
    """The parts of a report that are computed."""

    summary: ReportSummary
    series: list[Series]
    events: list[TimelineEvent]
    notes: list[TimelineNote]


def make_timeline(material: Material) -> Timeline:
    """The computed parts of a report; raises Problem as `play` does."""
    return _timeline(material, play(material.entries, material.experience))


def make_replay(material: Material) -> Replay:
    """A session to be played again in the browser; raises Problem as `play` does."""
    playback = play(material.entries, material.experience)
    timeline = _timeline(material, playback)
    roles = _roles(material)
    return Replay(
        session_id=material.session_id,
        experience=shape(playback.shape),
        seed=playback.opened.seed,
        rate_hz=RATE_HZ,
        opened_at=at(playback.opened_us),
        duration_s=timeline.summary.duration_s,
        frames=[_frame(frame, playback.opened_us) for frame in changes(playback.frames)],
        events=timeline.events,
        notes=timeline.notes,
        series=timeline.series,
        poses=[_track(poses, roles, playback.opened_us) for poses in material.poses],
    )


def make_export_series(material: Material) -> list[RecordSeries]:
    """Everything that was measured, for the exports."""
    states = state_series(play(material.entries, material.experience))
    return [*states, *(signal.series for signal in material.signals)]


def make_summary(material: Material) -> report.Summary:
    """The figures of a session, as the records keep them."""
    return report.summarise(material.entries, make_export_series(material))


def _timeline(material: Material, playback: Playback) -> Timeline:
    states = state_series(playback)
    made = report.make_report(material.entries, [*states, *(signal.series for signal in material.signals)])
    fields = {field.name: field for field in playback.shape.state}
    sources = {signal.series.name: signal.source for signal in material.signals}
    roles = _roles(material)
    numbered = {entry.number: entry for entry in material.entries}
    return Timeline(
        summary=_summary(material, playback, made, states),
        series=[_series(series, fields, sources, playback.opened_us) for series in made.series],
        events=[
            TimelineEvent(
                at_s=max(0.0, mark.elapsed_s),
                kind=mark.kind,
                by=roles.get(numbered[mark.entry].actor),
                text=mark.text,
            )
            for mark in made.events
        ],
        notes=[TimelineNote(at_s=max(0.0, note.elapsed_s), text=note.text) for note in made.notes],
    )


def _summary(
    material: Material, playback: Playback, made: report.Report, states: Sequence[RecordSeries]
) -> ReportSummary:
    found = made.summary
    heart = next((signal for signal in material.signals if signal.series.name == "heart_rate"), None)
    beats = [float(value) for value in heart.series.values] if heart else []
    return ReportSummary(
        duration_s=found.duration_s,
        running_s=_running_s(playback.frames),
        suds_first=found.suds_first,
        suds_peak=found.suds_peak,
        suds_last=found.suds_last,
        heart_rate_mean_bpm=found.heart_rate_mean_bpm,
        heart_rate_max_bpm=max(beats, default=None),
        heart_rate_source=heart.source if heart else None,
        highest=_highest(playback, states),
        stops=found.stops,
        notes=len(made.notes),
        recorded=any(isinstance(entry.fact, Sealed) for entry in material.entries),
    )


def _highest(playback: Playback, states: Sequence[RecordSeries]) -> list[Highest]:
    series = {one.name: one for one in states}
    graded = [field for field in playback.shape.state if field.graded and series[field.name].values]
    return [
        Highest(
            field=field.name,
            label=field.label,
            unit=field.unit,
            value=_value(max(series[field.name].values, key=lambda value, of=field: rank(of, value))),
            ceiling=field.ceiling,
        )
        for field in graded
    ]


def _running_s(frames: Sequence[LiveFrame]) -> float:
    spans = (after.time_us - before.time_us for before, after in pairwise(frames) if before.phase is Phase.RUNNING)
    return sum(spans) / 1e6


def _roles(material: Material) -> dict[str, Role]:
    joined = [entry.fact for entry in material.entries if isinstance(entry.fact, Joined)]
    return {material.lead_id: Role.LEAD, **{fact.participant: fact.role for fact in joined}}


def _series(
    series: RecordSeries, fields: Mapping[str, Parameter], sources: Mapping[str, str], opened_us: int
) -> Series:
    field = fields.get(series.name)
    return Series(
        key=series.name,
        label=field.label if field else NAMES.get(series.name, series.name),
        unit=SHOWN_UNITS.get(series.unit, series.unit),
        source=sources.get(series.name),
        step=field is not None and field.kind != "number",
        at_s=[_elapsed_s(time_us, opened_us) for time_us in series.times_us],
        values=[_rounded(value) for value in series.values],
    )


def _frame(frame: LiveFrame, opened_us: int) -> Frame:
    at_s = _elapsed_s(frame.time_us, opened_us)
    state = {name: _rounded(value) for name, value in frame.state.items()}
    return Frame(at_s=at_s, tick=frame.tick, phase=frame.phase, state=state)


def _track(poses: Poses, roles: Mapping[str, Role], opened_us: int) -> PoseTrack:
    return PoseTrack(
        participant=poses.participant,
        role=roles.get(poses.participant, Role.PEER),
        at_s=[_elapsed_s(time_us, opened_us) for time_us in poses.times_us],
        packed=[base64.b64encode(packed).decode() for packed in poses.packed],
    )


def _elapsed_s(time_us: int, opened_us: int) -> float:
    return round(max(0, time_us - opened_us) / 1e6, 3)


def _rounded(value: Any) -> Any:
    """To 0.1 mm or what corresponds to it: finer is seen by nobody and doubles what is sent."""
    return round(value, 4) if isinstance(value, float) else value


def _value(value: float | str | bool) -> Value:
    return value if isinstance(value, str) else float(value)
