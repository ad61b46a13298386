"""Recorded streams of a session, for its report and replay. They are kept only with consent, so there may be none."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import msgspec

from abaton.core.errors import Problem
from abaton.live import segments
from abaton.records.report import Series

UNITS = {"heart_rate": "/min"}
"""UCUM units of the signals that are known; the first value of a sample is the one that is plotted."""


@dataclass(frozen=True)
class Signal:
    """A recorded signal, and where it came from: `strap`, or `recorded` where a recording was played."""

    series: Series
    source: str


@dataclass(frozen=True)
class Poses:
    """The recorded poses of one participant: packed as on the wire, each with its time of capture."""

    participant: str
    times_us: Sequence[int]
    packed: Sequence[bytes]


class Recordings(Protocol):
    """Recorded streams by session. Called from a worker thread; may block."""

    def signals(self, session_id: str) -> list[Signal]:
        """Recorded signals, such as `heart_rate`; raises Problem where a recording cannot be read."""
        ...

    def poses(self, session_id: str, rate_hz: float) -> list[Poses]:
        """Recorded poses, at most `rate_hz` of them a second; raises Problem as `signals` does."""
        ...


class NoRecordings:
    """A server that keeps no streams."""

    def signals(self, session_id: str) -> list[Signal]:  # noqa: ARG002
        """None."""
        return []

    def poses(self, session_id: str, rate_hz: float) -> list[Poses]:  # noqa: ARG002
        """None."""
        return []


@dataclass
class _Samples:
    times_us: list[int] = field(default_factory=list[int])
    values: list[float] = field(default_factory=list[float])
    packed: list[bytes] = field(default_factory=list[bytes])
    sources: set[str] = field(default_factory=set[str])


class RecordedFolder:
    """The segments below a folder, one folder a session.

    Args:
        folder: Where the rooms record.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def signals(self, session_id: str) -> list[Signal]:
        """Recorded signals by name."""
        found: defaultdict[str, _Samples] = defaultdict(_Samples)
        for sample in self._read(session_id):
            if sample.kind == segments.POSE:
                continue
            data = msgspec.json.decode(sample.data, type=segments.SignalData)
            if data.values:
                into = found[sample.kind]
                into.times_us.append(sample.captured_us)
                into.values.append(data.values[0])
                into.sources.add(data.source)
        return [
            Signal(Series(kind, UNITS.get(kind, ""), into.times_us, into.values), " and ".join(sorted(into.sources)))
            for kind, into in sorted(found.items())
        ]

    def poses(self, session_id: str, rate_hz: float) -> list[Poses]:
        """Recorded poses by participant, thinned out."""
        found: defaultdict[str, _Samples] = defaultdict(_Samples)
        for sample in self._read(session_id, segments.POSE):
            into = found[sample.participant]
            if not into.times_us or sample.captured_us - into.times_us[-1] >= 1e6 / rate_hz:
                into.times_us.append(sample.captured_us)
                into.packed.append(sample.data)
        return [Poses(participant, into.times_us, into.packed) for participant, into in sorted(found.items())]

    def _read(self, session_id: str, kind: str | None = None) -> list[segments.Recorded]:
        try:
            return list(segments.read(segments.segments(self._folder / session_id), kind=kind))
        except (OSError, segments.BrokenSegment) as error:
            raise Problem(
                "recording",
                f"a recording of session {session_id} that cannot be read: {type(error).__name__}",
                "the segments as they were sealed",
                "Run `abaton verify` on the server, and restore what it names from a copy.",
                "conflict",
            ) from error
