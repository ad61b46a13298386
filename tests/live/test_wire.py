import math
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abaton.live import wire

EXAMPLES: list[wire.ClientMessage] = [
    wire.Hello(1, "token", 5),
    wire.Ping(2**50),
    wire.Command(1, "rise_to", {"height_m": 12.5}),
    wire.Control(2, "admit", "someone"),
    wire.Stop("grips"),
    wire.Agree(),
    wire.Answer(1, 55.0, "gaze"),
    wire.Note(3, "breathes quietly"),
    wire.Sample("heart_rate", 1, [62.0, 0.97], "strap"),
    wire.Device(presenting=True, visible=True, battery=0.5),
]


@pytest.mark.parametrize("message", EXAMPLES, ids=lambda message: type(message).__name__)
def test_messages_survive_the_wire(message: wire.ClientMessage) -> None:
    frame = wire.encode(message)
    assert wire.decode_client(frame) == message
    assert frame[0] not in (wire.POSE, wire.POSES)


def test_every_client_message_has_an_example() -> None:
    assert {type(message) for message in EXAMPLES} == set(get_args(wire.ClientMessage))


@pytest.mark.parametrize(
    "broken",
    [
        {"type": "unheard"},
        {"type": "ping"},
        {"type": "ping", "sent_us": -1},
        {"type": "ping", "sent_us": 2**53},
        {"type": "ping", "sent_us": 1, "more": 1},
        {"type": "answer", "question": 1, "value": 101, "how": "gaze"},
        {"type": "answer", "question": 1, "value": math.nan, "how": "gaze"},
        {"type": "answer", "question": 1, "value": 50, "how": ""},
        {"type": "command", "number": 0, "name": "x", "arguments": {}},
        {"type": "command", "number": 1, "name": "x" * 65, "arguments": {}},
        {"type": "note", "number": 1, "text": ""},
        {"type": "note", "number": 1, "text": "x" * 4001},
        {"type": "sample", "signal": "heart_rate", "captured_us": 1, "values": [1.0] * 65, "source": "strap"},
        {},
        [],
        5,
    ],
)
def test_malformed_frames_are_refused(broken: Any) -> None:
    with pytest.raises(msgspec.ValidationError):
        wire.decode_client(msgspec.msgpack.encode(broken))


@given(st.binary(max_size=200))
def test_no_bytes_do_worse_than_a_decode_error(frame: bytes) -> None:
    try:
        wire.decode_client(frame)
    except msgspec.DecodeError:
        return
