import errno
import threading
from pathlib import Path

import msgspec
import pytest

from abaton.core.clock import ManualClock
from abaton.live import recorder
from abaton.live.log import Sealed
from abaton.live.recorder import QUEUE_SAMPLES, Recorder, RecordingFailed, SegmentedWriter
from abaton.live.recovery import recover
from abaton.live.segments import POSE, Recorded, SegmentWriter, SignalData, check, read, segments


class Bench:
    """A recorder and what it reported."""

    def __init__(self, folder: Path, open_segment: type[SegmentWriter] = SegmentWriter) -> None:
        self.folder = folder
        self.clock = ManualClock()
        self.sealed: list[Sealed] = []
        self.failures: list[RecordingFailed] = []
        self.recorder = Recorder(folder, self.clock, self.sealed.append, self.failures.append, open_segment)

    def offer(self, number: int, participant: str = "ada") -> int:
        return self.recorder.offer(participant, POSE, self.clock.now_us(), number.to_bytes(4, "little"))

    def stop(self) -> None:
        self.recorder.stop().result(timeout=30)

    def recorded(self) -> list[int]:
        return [int.from_bytes(sample.data, "little") for sample in read(segments(self.folder))]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "session")


class FullDisk(SegmentWriter):
    def sync(self) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def seal(self) -> Sealed:
        raise OSError(errno.ENOSPC, "No space left on device")


def read_only(folder: Path) -> SegmentWriter:
    raise OSError(errno.EROFS, "Read-only file system", str(folder))


def test_nothing_is_recorded_before_it_is_told_to(bench: Bench) -> None:
    assert bench.offer(1) == 0
    bench.stop()
    assert not bench.folder.exists()


def test_what_was_taken_is_sealed_when_it_stops(bench: Bench) -> None:
    bench.recorder.start()
    assert [bench.offer(number) for number in range(100)] == list(range(1, 101))
    bench.stop()
    assert bench.recorder.durable_until == 100
    assert bench.recorded() == list(range(100))
    (sealed,) = bench.sealed
    check(bench.folder, sealed)


def test_withdrawal_stops_it_at_once(bench: Bench) -> None:
    bench.recorder.start()
    bench.offer(1)
    stopped = bench.recorder.stop()
    assert not bench.recorder.recording
    assert bench.offer(2) == 0
    stopped.result(timeout=30)
    assert bench.recorded() == [1]


def test_consent_given_again_goes_on_in_a_new_segment(bench: Bench) -> None:
    for number in range(3):
        bench.recorder.start()
        assert bench.offer(number) == 1
        bench.recorder.stop()
        bench.offer(99)
    bench.stop()
    assert bench.recorded() == [0, 1, 2]
    assert [sealed.segment for sealed in bench.sealed] == ["000001.mcap", "000002.mcap", "000003.mcap"]
    # What was offered without consent is no gap.
    assert [sample.sequence for sample in read(segments(bench.folder))] == [0, 1, 2]


def test_starting_twice_is_starting_once(bench: Bench) -> None:
    bench.recorder.start()
    bench.offer(1)
    bench.recorder.start()
    assert bench.offer(2) == 2
    bench.stop()
    assert len(bench.sealed) == 1


def test_a_signal_is_kept_with_its_source(bench: Bench) -> None:
    assert bench.recorder.offer_signal("ada", "heart_rate", 5, [72.0], "strap") == 0
    bench.recorder.start()
    bench.recorder.offer_signal("ada", "heart_rate", 5, [72.0, 0.83], "recorded")
    bench.stop()
    (sample,) = read(segments(bench.folder))
    received_us = bench.clock.now_us()
    assert (sample.participant, sample.kind, sample.captured_us, sample.received_us) == (
        "ada",
        "heart_rate",
        5,
        received_us,
    )
    assert msgspec.json.decode(sample.data, type=SignalData) == SignalData([72.0, 0.83], "recorded")


def test_a_time_that_no_clock_shows_is_refused_and_counted(bench: Bench) -> None:
    bench.recorder.start()
    assert bench.recorder.offer("ada", POSE, -1, b"x") == 0
    assert bench.recorder.offer("ada", POSE, 2**60, b"x") == 0
    bench.offer(7)
    bench.stop()
    assert bench.recorder.refused == 2
    assert [sample.sequence for sample in read(segments(bench.folder))] == [2]


def test_a_disk_that_hangs_costs_samples_but_never_blocks_the_room(tmp_path: Path) -> None:
    hangs = threading.Event()
    opening = threading.Event()

    class Hanging(SegmentWriter):
        def __init__(self, folder: Path) -> None:
            opening.set()
            assert hangs.wait(30)
            super().__init__(folder)

    bench = Bench(tmp_path, Hanging)
    bench.recorder.start()
    bench.offer(0)
    assert opening.wait(30)
    taken = [bench.offer(number) for number in range(1, QUEUE_SAMPLES + 11)]
    assert taken[-11:] == [QUEUE_SAMPLES + 1] + [0] * 10
    assert bench.recorder.refused == 10
    assert bench.recorder.durable_until == 0
    hangs.set()
    bench.stop()
    assert bench.recorder.durable_until == QUEUE_SAMPLES + 1
    assert bench.offer(1) == 0


def test_a_full_disk_is_reported_and_never_raised(tmp_path: Path) -> None:
    bench = Bench(tmp_path, FullDisk)
    bench.recorder.start()
    bench.offer(1)
    bench.stop()
    (failure,) = bench.failures
    assert "No space left" in str(failure)
    assert "start recording again" in str(failure)
    assert bench.recorder.durable_until == 0
    assert not bench.recorder.recording


def test_a_read_only_folder_is_reported_and_recording_can_be_tried_again(tmp_path: Path) -> None:
    failures: list[RecordingFailed] = []
    failed = threading.Event()

    def on_failed(failure: RecordingFailed) -> None:
        failures.append(failure)
        failed.set()

    openers = iter([read_only, SegmentWriter])
    clock = ManualClock()
    tried = Recorder(tmp_path, clock, lambda _: None, on_failed, lambda folder: next(openers)(folder))
    tried.start()
    tried.offer("ada", POSE, 1, b"lost")
    assert failed.wait(30)
    assert tried.offer("ada", POSE, 1, b"x") == 0
    tried.start()
    tried.offer("ada", POSE, 2, b"kept")
    tried.stop().result(timeout=30)
    assert len(failures) == 1
    assert [sample.data for sample in read(segments(tmp_path))] == [b"kept"]


class TestSegmentedWriter:
    def sample(self, number: int) -> Recorded:
        return Recorded("ada", POSE, number, number, number, bytes(100))

    def test_is_durable_once_a_second(self, tmp_path: Path) -> None:
        clock = ManualClock()
        writer = SegmentedWriter(tmp_path, clock, lambda _: None)
        assert writer.sync_when_due()
        writer.write([self.sample(0)])
        clock.advance(0.9)
        assert not writer.sync_when_due()
        clock.advance(0.1)
        assert writer.sync_when_due()
        writer.write([self.sample(1)])
        assert not writer.sync_when_due()
        writer.abandon()
        (recovery,) = recover(tmp_path)
        assert recovery.samples >= 1

    def test_what_is_durable_survives_a_crash_at_any_time(self, tmp_path: Path) -> None:
        clock = ManualClock()
        writer = SegmentedWriter(tmp_path / "live", clock, lambda _: None)
        for number in range(30):
            writer.write([self.sample(number)])
            clock.advance(0.5)
            if not writer.sync_when_due():
                continue
            crash = tmp_path / f"crash{number}"
            crash.mkdir()
            for path in (tmp_path / "live").iterdir():
                (crash / path.name).write_bytes(path.read_bytes())
            recover(crash)
            assert [sample.sequence for sample in read(segments(crash))] == list(range(number + 1))
        writer.abandon()

    def test_begins_a_new_segment_each_minute(self, tmp_path: Path) -> None:
        clock = ManualClock()
        sealed: list[Sealed] = []
        writer = SegmentedWriter(tmp_path, clock, sealed.append)
        for number in range(150):
            writer.write([self.sample(number)])
            clock.advance(1)
            writer.sync_when_due()
        writer.seal()
        assert len(sealed) == 3
        assert [sample.sequence for sample in read(segments(tmp_path))] == list(range(150))

    def test_begins_a_new_segment_when_one_grows_large(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(recorder, "SEGMENT_BYTES", 10)
        sealed: list[Sealed] = []
        writer = SegmentedWriter(tmp_path, ManualClock(), sealed.append)
        for number in range(3):
            writer.write([self.sample(number)])
            assert writer.sync_when_due()
        assert len(sealed) == 3
