"""A room that does what a test tells it: one subject, its messages kept, every answer under control."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

import abaton.server
from abaton.live import wire
from abaton.live.role import Phase, Role

CODE = "HKMW2345"
_STATIC = Path(abaton.server.__file__).parent / "static"
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-n0nce'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; media-src 'self' blob:; worker-src 'self'; "
    "manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)


HEIGHTS = wire.ExperienceShape(
    name="heights",
    title="Fear of heights",
    scene="heights",
    version="1",
    state=[
        wire.Parameter("height_m", "Height", "number", "m", 0, 60, 0.5, graded=True, ceiling=30),
        wire.Parameter("target_m", "Target", "number", "m", 0, 60, 0.5, graded=True, ceiling=30),
        wire.Parameter("speed_mps", "Speed", "number", "m/s", 0, 3, 0.1),
        wire.Parameter("railing", "Railing", "choice", choices=["full", "low", "none"], graded=True, ceiling="low"),
        wire.Parameter("floor", "Floor", "choice", choices=["opaque", "glass"], graded=True),
        wire.Parameter("wind", "Wind", "number", None, 0, 1, 0.1, graded=True),
    ],
    commands=[],
)


class FakeRoom:
    """One session. Tests call it from their own thread; what they tell it is sent before they go on.

    Attributes:
        received: the subject's messages, oldest first, without pings.
        poses: packed poses of the subject.
        answers_pings: whether heartbeats are answered.
        greets: whether a hello is answered.
        refuses: whether new connections are refused, as by a network that is gone.
    """

    def __init__(self) -> None:
        self.received: list[wire.ClientMessage] = []
        self.poses: list[bytes] = []
        self.answers_pings = True
        self.greets = True
        self.refuses = False
        self.connections = 0
        self.view = wire.RoomView(
            phase=Phase.LOBBY,
            members=[wire.Member("subject1", Role.SUBJECT, 1, admitted=False, connected=True)],
            agreed=[],
            question=None,
            recording=False,
            frozen_why=None,
            began_tick=None,
            durable=True,
        )
        self.state: dict[str, Any] = {
            "height_m": 0.0,
            "target_m": 0.0,
            "speed_mps": 1.0,
            "railing": "full",
            "floor": "opaque",
            "wind": 0.2,
        }
        self._event = 0
        self._socket: WebSocket | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def serve(self, socket: WebSocket) -> None:
        """Takes one connection of the subject until it ends."""
        self._loop = asyncio.get_running_loop()
        if self.refuses:
            await socket.close()
            return
        await socket.accept()
        hello = wire.decode_client(await socket.receive_bytes())
        assert isinstance(hello, wire.Hello)
        self.received.append(hello)
        self.connections += 1
        self._socket = socket
        if self.greets:
            await socket.send_bytes(wire.encode(self._welcome()))
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            while True:
                await self._take(socket, await socket.receive_bytes())

    def send(self, message: wire.Message) -> None:
        """Sends a message to the subject."""
        self._run(self._send(message))

    def change(self, **changes: Any) -> None:
        """Changes the room's view, and says so."""
        self.view = msgspec.structs.replace(self.view, **changes)
        self.send(wire.RoomChanged(self.view))

    def admit(self) -> None:
        """Lets the subject in."""
        self.change(members=[msgspec.structs.replace(self.view.members[0], admitted=True)])

    def begin(self) -> None:
        """Begins the experience."""
        self.change(phase=Phase.RUNNING, began_tick=0)

    def patch(self, **changes: Any) -> None:
        """Changes the state, whatever the ceilings say."""
        self.state |= changes
        self.send(wire.Patch(_tick(), _now_us(), changes))

    def drop(self) -> None:
        """Ends the connection without a word."""
        assert self._socket is not None
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):  # the page may have given it up already
            self._run(self._socket.close())

    def of(self, kind: type[Any]) -> list[Any]:
        """What was received of one kind."""
        return [message for message in self.received if isinstance(message, kind)]

    async def _send(self, message: wire.Message) -> None:
        if self._socket is not None:
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await self._socket.send_bytes(wire.encode(message))

    async def _take(self, socket: WebSocket, frame: bytes) -> None:
        if frame[:1] == bytes([wire.POSE]):
            self.poses.append(frame[1:])
            return
        message = wire.decode_client(frame)
        if isinstance(message, wire.Ping):
            if self.answers_pings:
                await socket.send_bytes(wire.encode(wire.Pong(message.sent_us, _now_us())))
            return
        self.received.append(message)
        if isinstance(message, wire.Stop) and self.view.phase is not Phase.LOBBY:
            await self._become(phase=Phase.CALM, agreed=[])
        if isinstance(message, wire.Agree):
            await self._become(agreed=[Role.SUBJECT])
        if isinstance(message, wire.Answer):
            await self._become(question=None)

    async def _become(self, **changes: Any) -> None:
        self.view = msgspec.structs.replace(self.view, **changes)
        await self._send(wire.RoomChanged(self.view))

    def _welcome(self) -> wire.Welcome:
        return wire.Welcome(
            participant="subject1",
            role=Role.SUBJECT,
            session="s1",
            experience=HEIGHTS,
            rate_hz=60,
            seed=1,
            tick=_tick(),
            time_us=_now_us(),
            state=dict(self.state),
            room=self.view,
            event=self._event,
            resumed=self.connections > 1,
            next_number=1,
        )

    def _run(self, action: Any) -> None:
        assert self._loop is not None, "nobody is in the room yet"
        asyncio.run_coroutine_threadsafe(action, self._loop).result(10)


class _Server(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


class FakeClinic:
    """Serves the built client and one `FakeRoom` on a free port of this machine."""

    def __init__(self) -> None:
        self.room = FakeRoom()
        routes = [
            Route("/room", _room_page),
            Route("/api/pair", _pair, methods=["POST"]),
            WebSocketRoute("/api/live/s1", self.room.serve),
            Route("/{path:path}", _asset),
        ]
        config = uvicorn.Config(
            Starlette(routes=routes), port=0, log_level="critical", ws="websockets-sansio", lifespan="off"
        )
        self._server = _Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def start(self) -> None:
        """Listens."""
        self._thread.start()
        assert self._server.listening.wait(30), "the server did not start"

    @property
    def address(self) -> str:
        """The address of the room page."""
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}/room"

    def kill(self) -> None:
        """Ends the server and every connection at once."""
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(10)


@contextlib.contextmanager
def fake_clinic() -> Generator[FakeClinic]:
    """A clinic that is closed in the end."""
    clinic = FakeClinic()
    clinic.start()
    yield clinic
    clinic.kill()


async def _room_page(_: Request) -> Response:
    page = (_STATIC / "room.html").read_text().replace("__CSP_NONCE__", "n0nce")
    return Response(page, media_type="text/html", headers={"content-security-policy": _CSP})


async def _pair(request: Request) -> Response:
    code = (await request.json())["code"]
    if code != CODE:
        error = {"code": "code", "got": "a code that opens no room", "expected": "a live one", "next": "Ask."}
        return JSONResponse({"error": error}, status_code=404)
    return JSONResponse({"session_id": "s1", "token": "t" * 26})


async def _asset(request: Request) -> Response:
    path = _STATIC / request.path_params["path"]
    return FileResponse(path) if path.is_file() else Response(status_code=404)


def _now_us() -> int:
    return time.time_ns() // 1000


def _tick() -> int:
    return time.monotonic_ns() // 16_666_667
