"""The short way of `DirectProtocol` does as uvicorn's own protocol does: same bytes in, same messages and bytes out."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.frames import Frame, Opcode

from abaton.live.wire import POSE
from abaton.server.live.protocol import EXTENSION, MAX_WAITING, DirectProtocol

HANDSHAKE = (
    b"GET /room HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class Wire(asyncio.Transport):
    """A transport that keeps what is written; `waiting` bytes are not sent yet."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.waiting = 0
        self.reading = True
        self.closed = False

    def write(self, data: Any) -> None:
        self.written += data

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True


async def converse(
    kind: type[WebSocketsSansIOProtocol],
    chunks: list[bytes],
    answers: list[bytes] | None = None,
    then: Callable[[Any, Wire], None] | None = None,
) -> tuple[list[Any], bytes]:
    """What an application receives when these chunks come after the handshake, and all bytes that it sent."""
    received: list[Any] = []

    async def app(_: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        for answer in answers or ():
            await send({"type": "websocket.send", "bytes": answer})
        while True:
            message = await receive()
            received.append(message)
            if message["type"] == "websocket.disconnect":
                return

    config = Config(cast("Any", app), ws_per_message_deflate=False, ws_max_size=65_536, log_config=None)
    config.load()
    protocol, wire = kind(config, ServerState(), {}, asyncio.get_running_loop()), Wire()
    protocol.connection_made(wire)
    protocol.data_received(HANDSHAKE)
    await _settle()
    if then is not None:
        then(protocol, wire)
    for chunk in chunks:
        protocol.data_received(chunk)
        if wire.closed:
            break
    await _settle()
    protocol.connection_lost(None)
    await _settle()
    handshake, _, sent = wire.written.partition(b"\r\n\r\n")
    assert b" 101 " in handshake
    return received, sent


async def _settle() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


def frame(opcode: Opcode, data: bytes, fin: bool = True, masked: bool = True) -> bytes:
    return Frame(opcode, data, fin).serialize(mask=masked)


frames = st.one_of(
    st.builds(frame, st.just(Opcode.BINARY), st.binary(max_size=400)),
    st.builds(frame, st.just(Opcode.TEXT), st.text(max_size=20).map(str.encode)),
    st.builds(frame, st.just(Opcode.PING), st.binary(max_size=20)),
    st.builds(
        frame, st.sampled_from([Opcode.BINARY, Opcode.CONT]), st.binary(max_size=20), st.booleans(), st.booleans()
    ),
    st.builds(frame, st.just(Opcode.CLOSE), st.just(b"\x03\xe8bye")),
    st.binary(max_size=20),
)


@settings(max_examples=300, deadline=None)
@given(sent=st.lists(frames, max_size=8), data=st.data())
def test_reads_as_uvicorn_does_however_the_bytes_are_cut(sent: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    chunks = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    ours = asyncio.run(converse(DirectProtocol, [chunk for chunk in chunks if chunk]))
    # Byte by byte, for uvicorn drops good messages that came in one piece with a bad one.
    singly = [whole[at : at + 1] for at in range(len(whole))]
    assert ours == asyncio.run(converse(WebSocketsSansIOProtocol, singly))


@pytest.mark.parametrize("size", [125, 126, 65_535, 65_536, 65_537])
def test_reads_frames_of_every_form_of_length_up_to_the_limit(size: int) -> None:
    chunks = [frame(Opcode.BINARY, bytes(size)), frame(Opcode.BINARY, b"after")]
    ours = asyncio.run(converse(DirectProtocol, chunks))
    assert ours == asyncio.run(converse(WebSocketsSansIOProtocol, chunks))
    assert (len(ours[0]) == 3) == (size <= 65_536)


@given(st.lists(st.integers(0, 70_000).map(bytes), max_size=4))
@settings(deadline=None)
def test_sends_as_uvicorn_does(answers: list[bytes]) -> None:
    def send_now(protocol: DirectProtocol, wire: Wire) -> None:
        for answer in answers:
            if not protocol.send_now(answer):
                assert len(answer) > 0xFFFF
                wire.write(frame(Opcode.BINARY, answer, masked=False))

    _, ours = asyncio.run(converse(DirectProtocol, [], then=send_now))
    _, theirs = asyncio.run(converse(WebSocketsSansIOProtocol, [], answers))
    assert ours.removesuffix(b"\x88\x02\x03\xe8") == theirs.removesuffix(b"\x88\x02\x03\xe8")


def test_poses_go_to_whoever_takes_them_and_all_else_to_the_endpoint() -> None:
    poses: list[bytes] = []

    def take(protocol: DirectProtocol, _: Wire) -> None:
        protocol.on_pose = poses.append

    pose, message = bytes([POSE]) + b"body", b"\x81\xa4type\xa4ping"
    sent = [frame(Opcode.BINARY, data) for data in (pose, message, pose, b"")]
    received, _ = asyncio.run(converse(DirectProtocol, sent, then=take))
    assert poses == [pose, pose]
    assert [one.get("bytes") for one in received[:-1]] == [message, b""]


def test_nothing_is_sent_past_what_waits() -> None:
    def busy(protocol: DirectProtocol, wire: Wire) -> None:
        wire.waiting = 1
        assert not protocol.send_now(b"late")
        wire.waiting = 0
        assert protocol.send_now(b"now")
        wire.closed = True
        assert not protocol.send_now(b"gone")
        wire.closed = False

    _, sent = asyncio.run(converse(DirectProtocol, [], then=busy))
    assert sent == b"\x82\x03now"


def test_reading_pauses_while_the_endpoint_is_behind() -> None:
    paused: list[bool] = []

    def watch(protocol: DirectProtocol, wire: Wire) -> None:
        for _ in range(MAX_WAITING):
            paused.append(not wire.reading)
            protocol.data_received(frame(Opcode.BINARY, b"x"))
        paused.append(not wire.reading)

    received, _ = asyncio.run(converse(DirectProtocol, [], then=watch))
    assert paused == [False] * MAX_WAITING + [True]
    assert len(received) == MAX_WAITING + 1


def test_an_endpoint_finds_the_connection_in_its_scope() -> None:
    found: list[Any] = []

    def look(protocol: DirectProtocol, _: Wire) -> None:
        found.append(cast("Any", protocol.scope)["extensions"][EXTENSION] is protocol)

    asyncio.run(converse(DirectProtocol, [], then=look))
    assert found == [True]


@pytest.mark.parametrize("cut", [1, 3, 5])
def test_a_frame_cut_in_its_head_is_waited_for(cut: int) -> None:
    whole = frame(Opcode.BINARY, bytes(300))
    received, _ = asyncio.run(converse(DirectProtocol, [whole[:cut], whole[cut:]]))
    assert received[0]["bytes"] == bytes(300)
