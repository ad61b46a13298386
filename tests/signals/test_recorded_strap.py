import itertools
import subprocess
import sys

import numpy as np
import pytest

from abaton.core.clock import ManualClock
from abaton.signals.recorded_strap import Playback, RecordedStrap, resting_strap


def even_strap(duration_s: int = 30) -> RecordedStrap:
    return RecordedStrap(np.arange(0.5, duration_s, 0.75), duration_s)


def test_says_rate_and_intervals_of_each_second() -> None:
    reading = even_strap().reading(10)
    assert reading.rate_bpm == 80
    assert set(reading.rr_s) == {0.75}
    assert reading.values == [80.0, *reading.rr_s]


def test_starts_over_without_the_interval_that_never_happened() -> None:
    strap = even_strap()
    first = [strap.reading(second) for second in range(30)]
    again = [strap.reading(second + 30) for second in range(30)]
    assert [(r.rate_bpm, r.rr_s) for r in first] == [(r.rate_bpm, r.rr_s) for r in again]
    assert again[3].offset_s == 33
    assert set(itertools.chain.from_iterable(r.rr_s for r in first)) == {0.75}


def test_a_recording_without_beats_is_refused() -> None:
    with pytest.raises(ValueError, match="no plausible heart beat"):
        RecordedStrap(np.arange(0.5, 10, 0.75), 30)


def test_playback_keeps_to_the_clock() -> None:
    clock = ManualClock(now_us=1_000_000)
    playback = Playback(even_strap(), clock)
    assert list(playback.due()) == []
    clock.advance(0.9)
    assert list(playback.due()) == []
    clock.advance(2.35)
    due = list(playback.due())
    assert [(captured_us, reading.offset_s) for captured_us, reading in due] == [
        (2_000_000, 0),
        (3_000_000, 1),
        (4_000_000, 2),
    ]
    assert list(playback.due()) == []


def test_a_jump_of_the_wall_clock_neither_doubles_nor_drops_a_reading() -> None:
    clock = ManualClock(now_us=1_000_000)
    playback = Playback(even_strap(), clock)
    clock.advance(1)
    assert len(list(playback.due())) == 1
    clock.jump(-3600)
    clock.advance(1)
    assert [reading.offset_s for _, reading in playback.due()] == [1]


def test_the_shipped_recording_is_a_person_at_rest() -> None:
    strap = resting_strap()
    readings = [strap.reading(second) for second in range(len(strap))]
    intervals = np.array(list(itertools.chain.from_iterable(r.rr_s for r in readings)))
    assert len(strap) == 210
    assert 270 < len(intervals) < 310
    assert all(70 <= r.rate_bpm <= 110 for r in readings)
    assert 0.5 < intervals.min() < intervals.max() < 1.0
    # 1/1024 s, as a strap sends them.
    assert np.array_equal(intervals * 1024, np.round(intervals * 1024))


def test_the_shipped_recording_always_plays_the_same() -> None:
    assert [resting_strap().reading(s) for s in range(210)] == [resting_strap().reading(s) for s in range(210)]


def test_importing_the_strap_does_not_import_the_beat_detector() -> None:
    program = "import sys; import abaton.signals.recorded_strap; print('sleepecg' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
