"""The WebSocket protocol of rooms: uvicorn's, with a short way for what comes and goes sixty times a second.

Whole binary frames are read and written here; all else (handshake, control frames, fragments, whatever is odd) is left
to uvicorn and `websockets`. An endpoint finds the connection under `EXTENSION` in its scope and may take poses as they
arrive, without a task being woken, and send while nothing waits to be sent.
"""

from collections.abc import Callable
from typing import Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import apply_mask  # pyright: ignore[reportPrivateImportUsage] - in C where it is built

from abaton.live import wire

EXTENSION = "abaton.direct"

MAX_WAITING = 64
"""Frames that may wait for the endpoint before reading pauses."""

_BINARY = 0x82
_MASKED = 0x80
_DATA = frozenset({0x00, 0x80, 0x01, 0x81, 0x02, 0x82})
_CONTROL = frozenset({0x88, 0x89, 0x8A})


class DirectProtocol(WebSocketsSansIOProtocol):
    """One connection.

    Attributes:
        on_pose: Called with each frame that begins with `wire.POSE`; while None they are received like all others.
    """

    on_pose: Callable[[bytes], None] | None = None
    _rest = b""
    _by_the_book = False

    def handle_connect(self, event: Any) -> None:
        """Accept the handshake and offer the short way to the endpoint."""
        super().handle_connect(event)
        if not self.close_sent:
            cast("dict[str, Any]", self.scope)["extensions"][EXTENSION] = self

    def data_received(self, data: bytes) -> None:
        """Read whole frames; keep what is left for the next time."""
        if self._by_the_book or not self.handshake_complete:
            super().data_received(data)
            return
        if self._rest:
            data = self._rest + data
            self._rest = b""
        at = 0
        while (head := _head(data, at)) is not None:
            mask_at, end = head
            if end < 0 or end - at > self.config.ws_max_size:
                self._by_the_book = True
                super().data_received(data[at:])
                return
            if end > len(data):
                break
            if data[at] == _BINARY and not self.frames and not self.close_sent:
                self._binary(apply_mask(data[mask_at + 4 : end], data[mask_at : mask_at + 4]))
            else:
                super().data_received(data[at:end])
            at = end
        self._rest = data[at:]

    def send_now(self, frame: bytes) -> bool:
        """Send a binary frame if nothing waits before it; false where it must wait."""
        size = len(frame)
        if size > 0xFFFF or not self.handshake_complete or self.close_sent or self.disconnected:
            return False
        if self.transport.is_closing() or self.transport.get_write_buffer_size():
            return False
        head = bytes((_BINARY, size)) if size < 126 else bytes((_BINARY, 126, size >> 8, size & 0xFF))
        self.transport.write(head + frame)
        return True

    def _binary(self, payload: bytes) -> None:
        if self.on_pose is not None and payload and payload[0] == wire.POSE:
            self.on_pose(payload)
            return
        self.queue.put_nowait({"type": "websocket.receive", "bytes": payload})
        if not self.read_paused and self.queue.qsize() >= MAX_WAITING:
            self.read_paused = True
            self.transport.pause_reading()


def _head(data: bytes, at: int) -> tuple[int, int] | None:
    """Where the mask of the frame at `at` begins and where the frame ends; the end is -1 where it is no usual frame.

    None where the head is not whole.
    """
    if len(data) - at < 2:
        return None
    first, size = data[at], data[at + 1] & 0x7F
    usual = first in _DATA if size == 126 else size < 126 and (first in _DATA or first in _CONTROL)
    if not usual or not data[at + 1] & _MASKED:
        return at, -1
    if size < 126:
        return at + 2, at + 6 + size
    if len(data) - at < 4:
        return None
    return at + 4, at + 8 + int.from_bytes(data[at + 2 : at + 4], "big")
