"""A lead without a console: signs in, starts a session and leads it over the socket, as the console does."""

import contextlib
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import msgspec
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from abaton.live import wire
from abaton.live.role import Phase, Role
from abaton.server.access import COOKIE, CSRF_HEADER


class Lead:
    """Leads one session of the demo clinic's first patient.

    Args:
        origin: Scheme, host and port of the clinic.
        email: The lead's account.
        password: Its password.
    """

    def __init__(self, origin: str, email: str, password: str) -> None:
        self._origin = origin
        self._headers = {"Origin": origin}
        answer = self._call("POST", "/api/sign-in", {"email": email, "password": password})
        self._headers |= {
            "Cookie": f"{COOKIE}={answer.cookies[COOKIE]}",
            CSRF_HEADER: answer.json()["csrf"],
        }
        patients: list[dict[str, Any]] = self._call("GET", "/api/patients").json()
        patient = next(one for one in patients if one["mrn"] == "D-001")
        started = self._call("POST", "/api/sessions", {"patient_id": patient["id"], "experience": "heights"})
        self.session: str = started.json()["id"]
        self.code: str = self._call("POST", f"/api/sessions/{self.session}/pairing").json()["code"]
        self.room: wire.RoomView | None = None
        self.state: dict[str, Any] = {}
        self._socket: ClientConnection | None = None
        self._number = 1

    def connect(self) -> None:
        """Join the room, at first or after the server was away, and stay with a heartbeat a second."""
        address = f"ws{self._origin.removeprefix('http')}/api/live/{self.session}"
        headers = {"Cookie": self._headers["Cookie"]}
        self._socket = connect(address, origin=self._origin, additional_headers=headers)  # pyright: ignore[reportArgumentType]
        self.room = None
        self._send(wire.Hello(wire.PROTOCOL))
        threading.Thread(target=self._listen, args=(self._socket,), daemon=True).start()
        threading.Thread(target=self._beat, args=(self._socket,), daemon=True).start()
        self.wait_for(lambda: self.room is not None)

    def admit(self) -> None:
        """Let the subject in as soon as it waits."""
        self.wait_for(lambda: self._subject() is not None)
        subject = self._subject()
        assert subject is not None
        if not subject.admitted:
            self._control("admit", subject.participant)
        self.wait_for(lambda: (seated := self._subject()) is not None and seated.admitted)

    def begin(self) -> None:
        """Begin the experience."""
        self._control("begin")
        self.wait_for(lambda: self.phase is Phase.RUNNING)

    def agree(self) -> None:
        """Agree to go on after a stop."""
        self._send(wire.Agree())

    def command(self, name: str, **arguments: Any) -> None:
        """Give a command; it is not waited for."""
        self._send(wire.Command(self._next(), name, arguments))

    @property
    def phase(self) -> Phase | None:
        """The room's phase, as last heard."""
        return self.room.phase if self.room else None

    def wait_for(self, met: Callable[[], bool], limit_s: float = 60) -> None:
        """Wait until something is so; raises TimeoutError."""
        until = time.monotonic() + limit_s
        while not met():
            if time.monotonic() > until:
                raise TimeoutError(f"waited in vain; the room is {self.room}")
            time.sleep(0.02)

    def _subject(self) -> wire.Member | None:
        members = self.room.members if self.room else []
        return next((one for one in members if one.role is Role.SUBJECT and one.connected), None)

    def _call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        answer = httpx.request(method, self._origin + path, json=body, headers=self._headers, timeout=30)
        if answer.is_error:
            raise SystemExit(f"{method} {path} was answered with {answer.status_code}: {answer.text}")
        return answer

    def _control(self, action: str, participant: str | None = None) -> None:
        self._send(wire.Control(self._next(), action, participant))

    def _next(self) -> int:
        self._number += 1
        return self._number - 1

    def _send(self, message: wire.Message) -> None:
        assert self._socket is not None
        self._socket.send(wire.encode(message))

    def _listen(self, socket: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            for frame in socket:
                if isinstance(frame, bytes) and frame[0] != wire.POSES:
                    self._hear(wire.decode_room(frame))

    def _hear(self, message: wire.Message) -> None:
        match message:
            case wire.Welcome():
                self._number = message.next_number
                self.state, self.room = message.state, message.room
            case wire.RoomChanged():
                self.room = message.room
            case wire.Patch():
                self.state = {**self.state, **message.changes}
            case wire.Refused():
                print(f"refused: {msgspec.to_builtins(message)}")
            case _:
                pass

    def _beat(self, socket: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                socket.send(wire.encode(wire.Ping(time.time_ns() // 1000)))
                time.sleep(1)
