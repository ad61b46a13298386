"""A server with live rooms, and members who connect to them."""

import io
import socket
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import UnionType
from typing import Any

import httpx
import pytest
import uvicorn
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from websockets.sync.client import ClientConnection, connect

from abaton.core.clock import ManualClock
from abaton.live import wire
from abaton.live.bus import LocalBus
from abaton.records import consents, screenings, sign_ins
from abaton.records.database import Database
from abaton.server.access import DeclaredSocketRoute
from abaton.server.app import create_app
from abaton.server.live.protocol import DirectProtocol
from abaton.server.live.rooms import LiveRooms
from abaton.server.live.socket import live
from abaton.server.log import json_log
from abaton.server.passwords import Passwords
from abaton.server.recordings import RecordedFolder
from abaton.server.settings import ServerSettings
from tests.server.conftest import QUICK, Sea, here
from tests.server.made_clinics import PASSWORD, MadeClinic, make_clinic

WAIT_S = 20.0
"""How long a test waits for a message before it fails."""


@dataclass
class Member:
    """One end of a socket."""

    socket: ClientConnection
    number: int = 0
    seen: list[wire.Message] = field(default_factory=list[wire.Message])

    def until(self, wanted: type[Any] | UnionType, where: Callable[[Any], bool] = lambda _: True) -> Any:
        """Read until a message of this kind comes."""
        while True:
            frame = self.socket.recv(WAIT_S, decode=False)
            if frame[0] == wire.POSES:
                continue
            message = wire.decode_room(frame)
            self.seen.append(message)
            if isinstance(message, wanted) and where(message):
                return message

    def send(self, message: wire.ClientMessage) -> None:
        self.socket.send(wire.encode(message))

    def hello(self, token: str | None = None, resume_from: int | None = None) -> wire.Welcome:
        self.send(wire.Hello(wire.PROTOCOL, token, resume_from))
        return self.until(wire.Welcome)

    def ask(self, request: Callable[[int], wire.ClientMessage]) -> wire.Acknowledged | wire.Refused:
        """Send a numbered request and wait for its answer."""
        self.number += 1
        number = self.number
        self.send(request(number))
        return self.until(wire.Acknowledged | wire.Refused, lambda answer: answer.number == number)


@dataclass
class Person:
    """Someone who is signed in."""

    origin: str
    cookie: str
    csrf: str

    def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        headers = {"Origin": self.origin, "Cookie": self.cookie, "X-Abaton-CSRF": self.csrf}
        return httpx.request(method, f"{self.origin}{path}", json=body, headers=headers, timeout=WAIT_S)

    def post(self, path: str, body: Any = None) -> httpx.Response:
        return self.call("POST", path, body)

    def get(self, path: str) -> httpx.Response:
        return self.call("GET", path)


@dataclass
class LiveWorld:
    """A server with live rooms and two clinics."""

    origin: str
    rooms: LiveRooms
    portal: BlockingPortal
    database: Database
    clock: ManualClock
    recordings: Path
    mine: MadeClinic
    other: MadeClinic

    def signed_in(self, who: str = "lead", clinic: MadeClinic | None = None) -> Person:
        account = (clinic or self.mine).staff[who]
        with self.database.write() as writing:
            token, sign_in = sign_ins.start(writing, account.clinic_id, account.id, lifetime_s=12 * 3600)
        return Person(self.origin, f"__Host-abaton={token}", sign_in.csrf)

    def start_session(self, *, recording: bool = False) -> tuple[Person, str]:
        made, by = self.mine, self.mine.staff["lead"].id
        with self.database.write() as writing:
            for purpose in ("care", "recording") if recording else ("care",):
                consents.record(writing, made.id, made.patient_id, purpose=purpose, given=True, version="1", by=by)
            screenings.record(
                writing, made.id, made.patient_id, answers=dict.fromkeys(screenings.WHEN_YES, False), by=by
            )
        lead = self.signed_in()
        answer = lead.post("/api/sessions", {"patient_id": made.patient_id, "experience": "sea"})
        assert answer.status_code == 201, answer.text
        return lead, answer.json()["id"]

    def withdraw(self, lead: Person, purpose: str) -> None:
        body = {"purpose": purpose, "given": False, "version": "1"}
        answer = lead.post(f"/api/patients/{self.mine.patient_id}/consents", body)
        assert answer.status_code < 300, answer.text

    def pair(self, lead: Person, session: str) -> str:
        code = lead.post(f"/api/sessions/{session}/pairing").json()["code"]
        answer = httpx.post(f"{self.origin}/api/pair", json={"code": code}, headers={"Origin": self.origin})
        return answer.json()["token"]

    @contextmanager
    def knock(self, session: str, who: Person | None = None, origin: str | None = "") -> Generator[Member]:
        """A socket to a session's room, as a person or as a device."""
        headers = {"Cookie": who.cookie} if who else {}
        address = f"{self.origin.replace('http', 'ws')}/api/live/{session}"
        from_page: Any = self.origin if origin == "" else origin
        with connect(address, origin=from_page, additional_headers=headers, compression=None) as opened:
            yield Member(opened)

    @contextmanager
    def under_way(self, *, recording: bool = False) -> Generator[tuple[str, str, Member, Member]]:
        """A session that has begun: its id, the device's token, lead and subject."""
        person, session = self.start_session(recording=recording)
        token = self.pair(person, session)
        with self.knock(session, person) as lead, self.knock(session) as subject:
            lead.hello()
            participant = subject.hello(token).participant
            assert isinstance(lead.ask(lambda number: wire.Control(number, "admit", participant)), wire.Acknowledged)
            assert isinstance(lead.ask(lambda number: wire.Control(number, "begin")), wire.Acknowledged)
            yield session, token, lead, subject


@contextmanager
def serving(app: FastAPI, listener: socket.socket) -> Generator[BlockingPortal]:
    """A real server on this machine, in a thread of its own."""
    config = uvicorn.Config(
        app, ws=DirectProtocol, ws_max_size=64 * 1024, log_config=None, access_log=False, lifespan="off"
    )
    server = uvicorn.Server(config)

    async def run() -> None:
        async with app.router.lifespan_context(app):
            await server.serve([listener])

    with start_blocking_portal() as portal:
        running = portal.start_task_soon(run)
        yield portal
        server.should_exit = True
        running.result()


@pytest.fixture
def live_world(tmp_path: Path, database: Database, clock: ManualClock, settings: ServerSettings) -> Iterator[LiveWorld]:
    log, folder = json_log(io.StringIO()), tmp_path / "recordings"
    rooms = LiveRooms(database, folder, {"sea": Sea}, clock, LocalBus(), log)
    app = create_app(
        ServerSettings(hosts=frozenset({"127.0.0.1"}), static=settings.static),
        database=database,
        clock=clock,
        experiences={"sea": Sea},
        log=log,
        rooms=rooms,
        recordings=RecordedFolder(folder),
        sockets=[DeclaredSocketRoute("/api/live/{session_id}", live)],
        passwords=Passwords(QUICK),
        compute=here,
    )
    password_hash = QUICK.hash(PASSWORD)
    mine, other = (make_clinic(database, name, password_hash) for name in ("Kos", "Epidaurus"))
    listener = socket.create_server(("127.0.0.1", 0))
    origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with serving(app, listener) as portal:
        yield LiveWorld(origin, rooms, portal, database, clock, folder, mine, other)
