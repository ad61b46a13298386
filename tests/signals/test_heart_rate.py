import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abaton.signals.heart_rate import (
    HeartRateMeasurement,
    MalformedMeasurement,
    SynthesisedIntervals,
    parse_heart_rate,
)


def encode(measurement: HeartRateMeasurement) -> bytes:
    """What a strap sends, written from the specification and apart from the parser."""
    wide = measurement.rate_bpm > 255
    flags = 1 if wide else 0
    if measurement.contact is not None:
        flags |= 0b100 | (0b10 if measurement.contact else 0)
    body = measurement.rate_bpm.to_bytes(2 if wide else 1, "little")
    if measurement.energy_kj is not None:
        flags |= 0b1000
        body += measurement.energy_kj.to_bytes(2, "little")
    if measurement.rr_s:
        flags |= 0b1_0000
        body += b"".join(round(rr * 1024).to_bytes(2, "little") for rr in measurement.rr_s)
    return bytes([flags]) + body


measurements = st.builds(
    HeartRateMeasurement,
    rate_bpm=st.integers(0, 0xFFFF),
    contact=st.none() | st.booleans(),
    energy_kj=st.none() | st.integers(0, 0xFFFF),
    rr_s=st.lists(st.integers(0, 0xFFFF).map(lambda ticks: ticks / 1024), max_size=9).map(tuple),
)


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        ("165000048003", HeartRateMeasurement(80, True, None, (1.0, 0.875))),
        ("104472038a03", HeartRateMeasurement(68, None, None, (882 / 1024, 906 / 1024))),
        ("012c01", HeartRateMeasurement(300)),
        ("1e3c0a000004", HeartRateMeasurement(60, True, 10, (1.0,))),
        ("0448", HeartRateMeasurement(72, False)),
        ("0248", HeartRateMeasurement(72, None)),
        ("0048", HeartRateMeasurement(72)),
        ("1048", HeartRateMeasurement(72)),
    ],
)
def test_reads_known_frames(frame: str, expected: HeartRateMeasurement) -> None:
    assert parse_heart_rate(bytes.fromhex(frame)) == expected


@given(measurements)
def test_reads_back_whatever_a_strap_can_say(measurement: HeartRateMeasurement) -> None:
    assert parse_heart_rate(encode(measurement)) == measurement


@given(measurements, st.data())
def test_a_truncated_frame_never_yields_a_wrong_number(measurement: HeartRateMeasurement, data: st.DataObject) -> None:
    frame = encode(measurement)
    cut = frame[: data.draw(st.integers(0, len(frame) - 1))]
    try:
        read = parse_heart_rate(cut)
    except MalformedMeasurement:
        return
    # Only whole trailing intervals can go missing unnoticed: the frame does not say how many there are.
    assert (read.rate_bpm, read.contact, read.energy_kj) == (
        measurement.rate_bpm,
        measurement.contact,
        measurement.energy_kj,
    )
    assert read.rr_s == measurement.rr_s[: len(read.rr_s)]


@given(st.binary(max_size=24))
def test_any_bytes_are_read_or_refused(frame: bytes) -> None:
    with contextlib.suppress(MalformedMeasurement):
        assert parse_heart_rate(frame).rate_bpm >= 0


@pytest.mark.parametrize("frame", ["", "01", "0148", "0848", "084801", "16", "104801", "16500004800300", "004800"])
def test_refuses_a_frame_that_does_not_fit_its_flags(frame: str) -> None:
    with pytest.raises(MalformedMeasurement, match="expected"):
        parse_heart_rate(bytes.fromhex(frame))


def test_notices_intervals_computed_from_the_rate() -> None:
    watch = SynthesisedIntervals(enough=20)
    for rate_bpm in range(60, 79):
        watch.add(HeartRateMeasurement(rate_bpm, rr_s=(int(60 / rate_bpm * 1024) / 1024,)))
    assert not watch.suspected
    watch.add(HeartRateMeasurement(80, rr_s=(0.75,)))
    assert watch.suspected


def test_a_breathing_heart_is_not_suspected() -> None:
    watch = SynthesisedIntervals(enough=20)
    for beat in range(40):
        watch.add(HeartRateMeasurement(75, rr_s=(0.8 + 0.02 * (beat % 5 - 2),)))
    assert not watch.suspected


def test_one_natural_interval_clears_the_suspicion() -> None:
    watch = SynthesisedIntervals(enough=3)
    for _ in range(3):
        watch.add(HeartRateMeasurement(60, rr_s=(1.0,)))
    assert watch.suspected
    watch.add(HeartRateMeasurement(60, rr_s=(1.03,)))
    assert not watch.suspected
    watch.add(HeartRateMeasurement(0, rr_s=(1.0,)))
    assert not watch.suspected
