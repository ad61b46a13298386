from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abaton.imaging.network.multipart import BadMultipart, parts

KIND = 'multipart/related; type="application/dicom"; boundary="b"'


def joined(bodies: list[bytes], boundary: bytes = b"b") -> bytes:
    head = b"\r\nContent-Type: application/dicom\r\n\r\n"
    return b"".join(b"\r\n--" + boundary + head + body for body in bodies) + b"\r\n--" + boundary + b"--\r\n"


def pieces(raw: bytes, length: int) -> list[bytes]:
    return [raw[at : at + length] for at in range(0, len(raw), length)]


def read(raw: bytes, length: int = 7, kind: str = KIND) -> list[bytes]:
    return [b"".join(part) for part in parts(kind, pieces(raw, length))]


@given(st.lists(st.binary(max_size=60).filter(lambda body: b"--b" not in body), max_size=4), st.integers(1, 50))
def test_parts_come_out_as_they_went_in_whatever_the_pieces(bodies: Any, length: int):
    assert read(joined(bodies), length) == bodies


def test_the_first_delimiter_may_stand_at_the_start_or_after_a_preamble():
    assert read(joined([b"one"])[2:]) == [b"one"]
    assert read(b"preamble" + joined([b"one"])) == [b"one"]


def test_a_part_that_is_not_read_is_passed_over():
    assert [len(list(part)) if n == 1 else 0 for n, part in enumerate(parts(KIND, [joined([b"a" * 99, b"b"])]))] == [
        0,
        1,
    ]


@pytest.mark.parametrize("cut", [1, 3, 5, 8, 20, 40])
def test_an_answer_that_is_cut_short_is_refused(cut: int):
    raw = joined([b"x" * 30])
    with pytest.raises(BadMultipart):
        read(raw[: -2 - cut])


@pytest.mark.parametrize(
    "kind", ["", "application/json", "multipart/related", "multipart/related; boundary=", "text/html; boundary=b"]
)
def test_another_kind_of_answer_is_refused(kind: Any):
    with pytest.raises(BadMultipart):
        read(joined([b"one"]), kind=kind)


def test_an_endless_head_is_refused_early():
    taken = 0

    def endless():
        nonlocal taken
        yield b"\r\n--b\r\n"
        while True:
            taken += 1000
            yield b"X" * 1000

    with pytest.raises(BadMultipart):
        list(parts(KIND, endless()))
    assert taken < 20_000
