import random
import shutil
from pathlib import Path

import pytest
from mcap.exceptions import McapError
from mcap.reader import make_reader

from abaton.live.recovery import recover
from abaton.live.segments import POSE, Recorded, SegmentWriter, check, read, segments

NAME = "000001.mcap"


def sample(number: int, size: int = 30) -> Recorded:
    data = random.Random(number).randbytes(size)
    return Recorded(("ada", "ben")[number % 2], POSE, 1_000_000 * number, 1_000_000 * number + 1, number, data)


def crashed(folder: Path, acknowledged: int, unacknowledged: int = 0) -> tuple[Path, int]:
    """A segment as a crash leaves it, and its length when the last of `acknowledged` was durable."""
    folder.mkdir()
    writer = SegmentWriter(folder)
    part = folder / f"{NAME}.part"
    for number in range(acknowledged):
        writer.add(sample(number))
        if number % 4 == 3:
            writer.sync()
    writer.sync()
    durable_bytes = part.stat().st_size
    for number in range(acknowledged, acknowledged + unacknowledged):
        writer.add(sample(number))
    if unacknowledged:
        writer.sync()
    writer.abandon()
    return part, durable_bytes


def numbers(folder: Path) -> list[int]:
    found = list(read(segments(folder)))
    assert found == [sample(one.sequence) for one in found], "a recovered sample differs from what was written"
    return [one.sequence for one in found]


def test_after_a_crash_every_closed_chunk_is_there_and_indexed(tmp_path: Path) -> None:
    folder = tmp_path / "session"
    part, _ = crashed(folder, 10)
    with part.open("rb") as file, pytest.raises(McapError):
        next(make_reader(file).iter_messages())  # or recovery would not be needed
    (recovery,) = recover(folder)
    assert (recovery.samples, recovery.damaged_chunks) == (10, 0)
    check(folder, recovery.sealed)
    assert numbers(folder) == list(range(10))
    with (folder / NAME).open("rb") as file:
        summary = make_reader(file).get_summary()
    assert summary is not None
    assert summary.statistics is not None
    assert summary.statistics.message_count == 10
    assert [path.name for path in folder.iterdir()] == [NAME]


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, int]:
    part, durable_bytes = crashed(tmp_path_factory.mktemp("example") / "session", 8, 4)
    return part.read_bytes(), durable_bytes


def recovered_numbers(folder: Path, content: bytes) -> list[int]:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / f"{NAME}.part").write_bytes(content)
    recover(folder)
    return numbers(folder)


def test_cut_at_every_offset_nothing_acknowledged_is_lost(example: tuple[bytes, int], tmp_path: Path) -> None:
    content, durable_bytes = example
    for length in range(len(content) + 1):
        found = recovered_numbers(tmp_path / "cut", content[:length])
        assert found == list(range(len(found)))
        if length >= durable_bytes:
            assert len(found) >= 8


def test_a_flip_at_every_offset_of_the_tail_loses_nothing_acknowledged(
    example: tuple[bytes, int], tmp_path: Path
) -> None:
    content, durable_bytes = example
    for offset in range(durable_bytes, len(content)):
        flipped = bytearray(content)
        flipped[offset] ^= 1 << (offset % 8)
        assert set(range(8)) <= set(recovered_numbers(tmp_path / "flip", bytes(flipped)))


def test_a_flip_anywhere_never_changes_a_sample(example: tuple[bytes, int], tmp_path: Path) -> None:
    content, durable_bytes = example
    for offset in range(durable_bytes):
        flipped = bytearray(content)
        flipped[offset] ^= 1 << (offset % 8)
        assert set(recovered_numbers(tmp_path / "flip", bytes(flipped))) <= set(range(12))


def test_rubbish_after_the_crash_loses_nothing(example: tuple[bytes, int], tmp_path: Path) -> None:
    content, _ = example
    for rubbish in (bytes(5000), b"\xff" * 5000, content):
        assert recovered_numbers(tmp_path / "rubbish", content + rubbish)[:12] == list(range(12))


def test_a_damaged_chunk_costs_only_itself_and_the_original_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "session"
    part, _ = crashed(folder, 12)
    content = bytearray(part.read_bytes())
    second = content.index(sample(5).data)
    content[second] ^= 1
    part.write_bytes(content)
    (recovery,) = recover(folder)
    assert recovery.damaged_chunks == 1
    assert numbers(folder) == [0, 1, 2, 3, 8, 9, 10, 11]
    assert (folder / f"{NAME}.damaged").read_bytes() == content


def test_a_sealed_segment_missing_from_the_log_is_reported_and_left_alone(tmp_path: Path) -> None:
    writer = SegmentWriter(tmp_path)
    writer.add(sample(0))
    sealed = writer.seal()
    (recovery,) = recover(tmp_path)
    assert recovery.sealed == sealed
    assert recover(tmp_path, known=[sealed.segment]) == []


def test_recovering_twice_is_recovering_once(tmp_path: Path) -> None:
    folder = tmp_path / "session"
    part, _ = crashed(folder, 6)
    content = part.read_bytes()
    (first,) = recover(folder)
    part.write_bytes(content)  # as if the machine had crashed before the part was removed
    (second,) = recover(folder)
    assert first.sealed == second.sealed
    assert [path.name for path in folder.iterdir()] == [NAME]


def test_a_crash_in_mid_recovery_changes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "session"
    crashed(folder, 6)
    (folder / f"{NAME}.recovering").write_bytes(b"half")
    recover(folder)
    assert numbers(folder) == list(range(6))


def test_a_crash_before_the_first_chunk_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / f"{NAME}.part").write_bytes(b"\x89MCAP0\r\n")
    assert recover(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_no_folder_no_segments(tmp_path: Path) -> None:
    assert recover(tmp_path / "never recorded") == []


def test_recording_goes_on_in_the_next_segment(tmp_path: Path) -> None:
    folder = tmp_path / "session"
    crashed(folder, 6)
    recover(folder)
    writer = SegmentWriter(folder)
    writer.add(sample(6))
    assert writer.seal().segment == "000002.mcap"
    assert numbers(folder) == list(range(7))
