import hashlib
import stat
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcap.reader import make_reader

from abaton.live.log import Sealed
from abaton.live.segments import POSE, BrokenSegment, Recorded, SegmentWriter, SignalData, check, read, segments

START_US = 1_750_000_000_000_000


def pose(number: int, participant: str = "ada", data: bytes = b"pose") -> Recorded:
    captured_us = START_US + number * 16_667
    return Recorded(participant, POSE, captured_us, captured_us + 5_000, number, data)


def heart_rate(number: int, values: list[float], source: str = "strap") -> Recorded:
    captured_us = START_US + number * 1_000_000
    data = msgspec.json.encode(SignalData(values, source))
    return Recorded("ada", "heart_rate", captured_us, captured_us + 5_000, number, data)


def write(folder: Path, samples: list[Recorded]) -> Sealed:
    writer = SegmentWriter(folder)
    for sample in samples:
        writer.add(sample)
    return writer.seal()


samples = st.builds(
    Recorded,
    participant=st.sampled_from(["ada", "ben"]),
    kind=st.sampled_from([POSE, "heart_rate"]),
    captured_us=st.integers(0, 2**53 - 1),
    received_us=st.integers(0, 2**53 - 1),
    sequence=st.integers(0, 2**32 - 1),
    data=st.binary(min_size=1, max_size=300),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(written=st.lists(samples, max_size=60))
def test_reads_back_what_was_written_in_order_of_capture(
    tmp_path_factory: pytest.TempPathFactory, written: list[Recorded]
) -> None:
    folder = tmp_path_factory.mktemp("session")
    write(folder, written)
    assert list(read(segments(folder))) == sorted(written, key=lambda sample: sample.captured_us)


def test_reads_one_participant_or_one_kind(tmp_path: Path) -> None:
    write(tmp_path, [pose(0), pose(1, "ben"), heart_rate(2, [70.0])])
    write(tmp_path, [heart_rate(3, [71.0, 0.8])])
    assert [sample.sequence for sample in read(segments(tmp_path), participant="ada")] == [0, 2, 3]
    assert [sample.sequence for sample in read(segments(tmp_path), kind=POSE)] == [0, 1]
    signals = read(segments(tmp_path), kind="heart_rate")
    assert [msgspec.json.decode(s.data, type=SignalData).values for s in signals] == [[70.0], [71.0, 0.8]]


def test_any_mcap_reader_understands_a_segment(tmp_path: Path) -> None:
    write(tmp_path, [pose(0), heart_rate(1, [70.0])])
    with segments(tmp_path)[0].open("rb") as file:
        messages = list(make_reader(file, validate_crcs=True).iter_messages())
    topics = [(channel.topic, channel.message_encoding) for _, channel, _ in messages]
    assert topics == [("/ada/pose", "abaton.pose"), ("/ada/heart_rate", "json")]
    schema = messages[1][0]
    assert schema is not None
    assert msgspec.json.decode(schema.data)["required"] == ["values", "source"]
    assert messages[0][2].log_time == START_US * 1000


def test_a_seal_tells_the_content_of_the_file(tmp_path: Path) -> None:
    sealed = write(tmp_path, [pose(number) for number in range(500)])
    content = (tmp_path / sealed.segment).read_bytes()
    assert (sealed.sha256, sealed.size_bytes) == (hashlib.sha256(content).hexdigest(), len(content))
    check(tmp_path, sealed)


def test_check_names_a_segment_that_was_changed_or_is_gone(tmp_path: Path) -> None:
    sealed = write(tmp_path, [pose(0)])
    path = tmp_path / sealed.segment
    content = bytearray(path.read_bytes())
    content[40] ^= 1
    path.write_bytes(content)
    with pytest.raises(BrokenSegment, match=r"segment 000001\.mcap: got"):
        check(tmp_path, sealed)
    path.unlink()
    with pytest.raises(BrokenSegment, match="missing"):
        check(tmp_path, sealed)


def test_reading_a_file_that_is_no_segment_names_it(tmp_path: Path) -> None:
    (tmp_path / "000001.mcap").write_bytes(b"not an MCAP file")
    with pytest.raises(BrokenSegment, match=r"segment 000001\.mcap"):
        list(read(segments(tmp_path)))


def test_segments_are_numbered_on_from_whatever_is_there(tmp_path: Path) -> None:
    (tmp_path / "000007.mcap.part").touch()
    assert write(tmp_path, [pose(0)]).segment == "000008.mcap"
    assert write(tmp_path, [pose(0)]).segment == "000009.mcap"


def test_an_open_segment_is_not_listed_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    writer = SegmentWriter(tmp_path)
    writer.add(pose(0))
    writer.sync()
    (open_file,) = tmp_path.iterdir()
    assert stat.S_IMODE(open_file.stat().st_mode) == 0o600
    assert segments(tmp_path) == []
    writer.abandon()
