"""The socket of a room: who comes in, what they send, and what is sent to them."""

import asyncio
from contextlib import suppress

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from abaton.core.tokens import token_hash
from abaton.live import requests, wire
from abaton.live.command import Refusal
from abaton.live.host import Host
from abaton.live.members import Seat
from abaton.live.outbox import Outbox
from abaton.live.role import Role
from abaton.records import pairings
from abaton.server.access import keep_signed_in, signed_in
from abaton.server.live.protocol import EXTENSION, DirectProtocol
from abaton.server.live.rooms import LiveRoom, LiveRooms
from abaton.server.models.account import AccountRole
from abaton.server.origin import check_origin
from abaton.server.services import services_of

HELLO_WITHIN_S = 10.0
FAREWELL_WITHIN_S = 2.0
MAX_BAD_FRAMES = 5
MAX_FRAMES_PER_S = 480
"""Twice the poses of a 120 Hz headset with room for everything else."""

POLICY_VIOLATION = 1008
TRY_AGAIN = 1013


class Turned(Exception):
    """A connection that is not let in: the goodbye to send."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.goodbye = wire.Goodbye(code, reason)


async def live(websocket: WebSocket) -> None:
    """`/api/live/{session_id}`: a member's connection to a room."""
    services = services_of(websocket)
    rooms = services.rooms
    if not isinstance(rooms, LiveRooms) or not check_origin(websocket.headers, services.settings):
        await websocket.close(POLICY_VIOLATION)
        return
    await websocket.accept()
    try:
        hello = await _hello(websocket)
        room, participant, role = await _who(websocket, rooms, hello)
    except Turned as turned:
        await websocket.send_bytes(wire.encode(turned.goodbye))
        await websocket.close(POLICY_VIOLATION)
        return
    except WebSocketDisconnect:
        return
    await _stay(websocket, room.host, participant, role, hello.resume_from)


async def _hello(websocket: WebSocket) -> wire.Hello:
    """The first frame, which must be a hello of this protocol."""
    try:
        frame = await asyncio.wait_for(websocket.receive_bytes(), HELLO_WITHIN_S)
        hello = wire.decode_client(frame)
    except TimeoutError:
        raise Turned("refused", f"No hello within {HELLO_WITHIN_S:g} s. Connect again.") from None
    except (msgspec.DecodeError, KeyError):
        raise Turned("refused", "The first frame was no hello. Load the page again.") from None
    if not isinstance(hello, wire.Hello) or hello.protocol != wire.PROTOCOL:
        raise Turned("refused", f"This server speaks protocol {wire.PROTOCOL}. Load the page again.")
    return hello


async def _who(websocket: WebSocket, rooms: LiveRooms, hello: wire.Hello) -> tuple[LiveRoom, str, Role]:
    """Who connects and in which role: a device by its token, an account by its sign-in."""
    session_id = websocket.path_params["session_id"]
    if hello.token is not None:
        token = hello.token
        device = await services_of(websocket).read(lambda reading: pairings.find_device(reading, token))
        if device is None or device.session_id != session_id:
            raise Turned("refused", "This device is not paired with the session any more. Ask for a new code.")
        room = _room(rooms, session_id, device.clinic_id)
        return room, f"subject-{token_hash(token).hex()[:16]}", Role.SUBJECT
    caller = await signed_in(websocket)
    if caller is None:
        raise Turned("refused", "Sign in first.")
    room = _room(rooms, session_id, caller.clinic_id)
    if caller.role is AccountRole.ADMIN:
        raise Turned("refused", "Administrators do not take part in sessions.")
    leads = caller.role is AccountRole.LEAD and caller.practitioner_id == room.lead_id
    return room, caller.practitioner_id, Role.LEAD if leads else Role.OBSERVER


def _room(rooms: LiveRooms, session_id: str, clinic_id: str) -> LiveRoom:
    room = rooms.find(session_id)
    if room is None or room.clinic_id != clinic_id:
        raise Turned("closed", "There is no open room of this session.")
    return room


async def _stay(websocket: WebSocket, host: Host, participant: str, role: Role, resume_from: int | None) -> None:
    """Take part until the connection ends, from either side."""
    outbox = Outbox(on_overflow=lambda: sender.cancel())
    receiver = outbox.offer
    sender = asyncio.create_task(_send(websocket, outbox))
    try:
        seat = await host.enter(participant, role, receiver, resume_from)
        conduct = Conduct(host, seat)
        _take_the_short_way(websocket, outbox, conduct)
        reader = asyncio.create_task(_receive(websocket, conduct))
        await asyncio.wait({sender, reader}, return_when=asyncio.FIRST_COMPLETED)
        reader.cancel()
        outbox.close()
        await asyncio.wait({sender, reader}, timeout=FAREWELL_WITHIN_S)
    finally:
        sender.cancel()
        await host.leave(participant, receiver, "lost")


async def _send(websocket: WebSocket, outbox: Outbox) -> None:
    with suppress(WebSocketDisconnect, RuntimeError):  # both say that the other side is gone
        while frames := await outbox.take():
            for frame in frames:
                await websocket.send_bytes(frame)
        await websocket.close(TRY_AGAIN if outbox.overflowed else 1000)


def _take_the_short_way(websocket: WebSocket, outbox: Outbox, conduct: "Conduct") -> None:
    """Where the server has our protocol, take poses as they arrive and send while nothing is in line."""
    direct = websocket.scope.get("extensions", {}).get(EXTENSION)
    if not isinstance(direct, DirectProtocol):
        return

    def on_pose(frame: bytes) -> None:
        if not conduct.takes(frame):
            direct.on_pose = None

    direct.on_pose = on_pose
    outbox.send_now = direct.send_now


class Conduct:
    """Hands a client's frames to its room, as long as the client keeps within what a room takes."""

    def __init__(self, host: Host, seat: Seat) -> None:
        self.host = host
        self.seat = seat
        self._bad = 0
        self._frames = 0
        self._second_s = host.now_s

    def takes(self, frame: bytes | None) -> bool:
        """Count a frame, and take it if it is a pose. False when the client has gone too far and was dismissed."""
        self._frames += 1
        if self.host.now_s - self._second_s >= 1.0:
            self._frames, self._second_s = 0, self.host.now_s
        if self._frames > MAX_FRAMES_PER_S or len(frame or b"") > wire.MAX_FRAME_BYTES:
            return self.errs(at_once=True)
        if not frame or (frame[0] == wire.POSE and len(frame) > wire.MAX_POSE_BYTES):
            return self.errs()
        if frame[0] == wire.POSE:
            self.host.pose(self.seat, frame[1:])
        return True

    def errs(self, *, at_once: bool = False) -> bool:
        """Count a frame that makes no sense. False when it was one too many, and the client was dismissed."""
        self._bad += 1
        if not at_once and self._bad <= MAX_BAD_FRAMES:
            return True
        reason = "Too many or malformed frames. Load the page again."
        self.host.audience.dismiss(self.seat.participant, "refused", reason)
        return False


async def _receive(websocket: WebSocket, conduct: Conduct) -> None:
    """Hand each frame to the room. Returns when the connection ends or the client misbehaves."""
    host, seat = conduct.host, conduct.seat
    while True:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            return
        frame: bytes | None = message.get("bytes")
        if not conduct.takes(frame):
            return
        if not frame or frame[0] == wire.POSE:
            continue
        try:
            request = wire.decode_client(frame)
        except msgspec.DecodeError as error:
            host.audience.tell(seat.participant, requests.refused(None, _malformed(error)))
            if not conduct.errs():
                return
        else:
            await _request(websocket, host, seat, request)


async def _request(websocket: WebSocket, host: Host, seat: Seat, request: wire.ClientMessage) -> None:
    if isinstance(request, wire.Ping) and seat.role is not Role.SUBJECT:
        keep_signed_in(websocket)
    await requests.handle(host, seat, request)


def _malformed(error: msgspec.DecodeError) -> Refusal:
    return Refusal("malformed", "a frame that is no message", str(error), "Load the page again.")
