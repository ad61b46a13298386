"""A heart rate strap played from a recording, for demonstrations and tests.

It says once a second what a strap would have said while the recording was made, and starts over when the
recording ends. Whatever shows its readings shows its source, `recorded`, beside them.
"""

from collections.abc import Iterator
from importlib.resources import files
from io import BytesIO

import msgspec
import numpy as np

from abaton.core.clock import Clock
from abaton.signals.beats import Floats, find_beats, plausible
from abaton.signals.heart_rate import RR_TICKS_PER_S

SOURCE = "recorded"

_AVERAGED_S = 8.0


class Reading(msgspec.Struct, frozen=True):
    """What the strap says in one second.

    `offset_s` counts from the start of playing. `rate_bpm` is the mean over the last 8 s; `rr_s` are the
    intervals that ended in this second, oldest first, rounded to 1/1024 s as a strap does.
    """

    offset_s: int
    rate_bpm: int
    rr_s: tuple[float, ...]

    @property
    def values(self) -> list[float]:
        """As a `heart_rate` sample carries them: beats a minute, then intervals in seconds."""
        return [float(self.rate_bpm), *self.rr_s]


class RecordedStrap:
    """Readings of a recording, once a second, for ever.

    The same beats always give the same readings. The interval across the recording's seam never happened, so it
    is left out, as are those around missed, extra and ectopic beats.

    Args:
        beats_s: Times of beats in the recording, seconds, rising, shape (beats,).
        duration_s: Length of the recording in whole seconds.

    Raises:
        ValueError: Some 8 s of the recording hold no plausible interval: a strap would have no rate to tell.
    """

    def __init__(self, beats_s: Floats, duration_s: int) -> None:
        rr_s = np.diff(beats_s)
        kept = plausible(rr_s)
        self._ends_s = beats_s[1:][kept]
        self._rr_s = np.round(rr_s[kept] * RR_TICKS_PER_S) / RR_TICKS_PER_S
        self._duration_s = duration_s
        self._readings = tuple(self._read(second) for second in range(duration_s))

    def __len__(self) -> int:
        """Seconds before the recording starts over."""
        return self._duration_s

    def reading(self, offset_s: int) -> Reading:
        """The reading at a whole second from the start of playing, 0 or later."""
        return msgspec.structs.replace(self._readings[offset_s % self._duration_s], offset_s=offset_s)

    def _read(self, second: int) -> Reading:
        age_s = (second + 1 - self._ends_s) % self._duration_s
        recent = self._rr_s[age_s < _AVERAGED_S]
        if len(recent) == 0:
            raise ValueError(f"got no plausible heart beat in the {_AVERAGED_S:g} s before second {second + 1}")
        ended_now = (self._ends_s >= second) & (self._ends_s < second + 1)
        rate_bpm = round(60 / float(np.mean(recent)))
        return Reading(second, rate_bpm, tuple(float(rr) for rr in self._rr_s[ended_now]))


class Playback:
    """A strap's readings as they fall due by a clock; the first is due one second after the start."""

    def __init__(self, strap: RecordedStrap, clock: Clock) -> None:
        self._strap = strap
        self._clock = clock
        self._started_s = clock.monotonic_s()
        self._next = 0

    def due(self) -> Iterator[tuple[int, Reading]]:
        """Readings due since the last call, each with its time of capture in microseconds UTC."""
        elapsed_s = self._clock.monotonic_s() - self._started_s
        now_us = self._clock.now_us()
        while self._next + 1 <= elapsed_s:
            reading = self._strap.reading(self._next)
            self._next += 1
            yield now_us - round((elapsed_s - self._next) * 1e6), reading


def resting_strap() -> RecordedStrap:
    """The strap that ships with Abaton: 210 s of a person at rest; see `content/resting_ecg.md`.

    The first call imports the beat detector, which takes a second or more: call it in a thread.
    """
    content = (files("abaton.signals") / "content" / "resting_ecg.npz").read_bytes()
    with np.load(BytesIO(content), allow_pickle=False) as recording:
        rate_hz = float(recording["rate_hz"])
        ecg = recording["ecg"].astype(np.float64)
    return RecordedStrap(find_beats(ecg, rate_hz), int(len(ecg) / rate_hz))
