"""Two clinics with their people and patients, and browsers to call the server with."""

import asyncio
import datetime
import importlib
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from abaton.core.clock import ManualClock
from abaton.core.errors import Problem
from abaton.live import log
from abaton.live.role import Phase
from abaton.records import clinics, consents, pairings, patients, practitioners, screenings, sessions, sign_ins
from abaton.records.database import Database
from abaton.records.practitioners import Practitioner, Role
from abaton.records.session_log import SessionLog
from abaton.server.rooms import NoRooms, RoomNow, RoomOrder

with warnings.catch_warnings():
    # Starlette's client takes httpx and warns that it will take its successor one day; it is untyped with httpx.
    warnings.simplefilter("ignore", UserWarning)
    TestClient: Any = importlib.import_module("starlette.testclient").TestClient

HOST = "testserver"
ORIGIN = f"https://{HOST}"
PASSWORD = "seven herons over the bay"
ROLES: tuple[Role, ...] = ("admin", "lead", "observer")
CLEAR = dict.fromkeys(screenings.WHEN_YES, False)


class TestRooms(NoRooms):
    """Writes down what it is asked; a room is open from `open` to `close`."""

    __test__ = False

    def __init__(self) -> None:
        self.calls: list[tuple[str, Any]] = []
        self.orders: dict[str, RoomOrder] = {}
        self.broken = False

    async def start(self) -> None:
        self.calls.append(("start", None))

    async def stop(self) -> None:
        self.calls.append(("stop", None))

    async def open(self, order: RoomOrder) -> None:
        if self.broken:
            raise Problem("unavailable", "a full disk", "a free one", "Free some.", "unavailable")
        self.orders[order.session_id] = order

    async def consent_changed(self, clinic_id: str, patient_id: str, recording: bool) -> None:
        self.calls.append(("consent_changed", (clinic_id, patient_id, recording)))

    async def care_withdrawn(self, clinic_id: str, patient_id: str) -> None:
        self.calls.append(("care_withdrawn", (clinic_id, patient_id)))

    async def paired(self, session_id: str) -> None:
        self.calls.append(("paired", session_id))

    async def signed_out(self, practitioner_id: str) -> None:
        self.calls.append(("signed_out", practitioner_id))

    def status(self, session_id: str) -> RoomNow | None:
        return RoomNow(Phase.LOBBY, False, self.orders[session_id].recording) if session_id in self.orders else None


@dataclass
class Browser:
    """Calls the server as one who is signed in, or as nobody."""

    client: Any
    token: str | None = None
    csrf: str | None = None
    extra: dict[str, str] = field(default_factory=dict[str, str])

    def call(
        self, method: str, path: str, headers: Mapping[str, str | None] | None = None, **more: Any
    ) -> httpx.Response:
        sent: dict[str, str | None] = {"Origin": ORIGIN, **self.extra}
        if self.token is not None:
            sent["Cookie"] = f"__Host-abaton={self.token}"
        if self.csrf is not None:
            sent["X-Abaton-CSRF"] = self.csrf
        sent |= headers or {}
        self.client.cookies.clear()
        present = {name: value for name, value in sent.items() if value is not None}
        return self.client.request(method, path, headers=present, **more)

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.call("GET", path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> httpx.Response:
        return self.call("POST", path, json=body, **more)


@dataclass
class MadeClinic:
    """A clinic with one account of each role, and a second lead."""

    id: str
    staff: dict[str, Practitioner]
    patient_id: str


@dataclass
class World:
    """A server with two clinics."""

    client: Any
    database: Database
    clock: ManualClock
    rooms: TestRooms
    logged: Callable[[], str]
    mine: MadeClinic
    other: MadeClinic

    @property
    def nobody(self) -> Browser:
        return Browser(self.client)

    def signed_in(self, who: str = "lead", clinic: MadeClinic | None = None) -> Browser:
        account = (clinic or self.mine).staff[who]
        with self.database.write() as writing:
            token, sign_in = sign_ins.start(writing, account.clinic_id, account.id, lifetime_s=12 * 3600)
        return Browser(self.client, token, sign_in.csrf)

    def allow(self, clinic: MadeClinic | None = None, *, recording: bool = False) -> None:
        """Record what the clinic's patient needs to start a session."""
        made = clinic or self.mine
        by = made.staff["lead"].id
        with self.database.write() as writing:
            for purpose in ("care", "recording") if recording else ("care",):
                consents.record(writing, made.id, made.patient_id, purpose=purpose, given=True, version="1", by=by)
            screenings.record(writing, made.id, made.patient_id, answers=CLEAR, by=by)

    def session(self, clinic: MadeClinic | None = None, lead: str = "lead") -> str:
        """An open session of the clinic's patient."""
        made = clinic or self.mine
        self.allow(made)
        by = made.staff[lead].id
        with self.database.write() as writing:
            planned = sessions.plan(
                writing, made.id, patient_id=made.patient_id, lead_id=by, experience="sea", seed=7, by=by
            )
            return sessions.open_now(writing, made.id, planned.id, by=by).id

    def code(self, session_id: str, clinic: MadeClinic | None = None) -> str:
        made = clinic or self.mine
        with self.database.write() as writing:
            return pairings.issue(writing, made.id, session_id, by=made.staff["lead"].id).code

    def write_log(self, session_id: str, facts: Sequence[tuple[int, str, log.AnyFact]]) -> None:
        """Write facts with their ticks and actors, at the times that their ticks have at 60 Hz."""
        opened_us, last = self.clock.now_us(), None
        entries: list[log.Entry] = []
        for tick, actor, fact in facts:
            last = log.chain(session_id, last, tick, opened_us + round(tick * 1e6 / 60), actor, fact)
            entries.append(last)
        asyncio.run(SessionLog(self.database, self.mine.id, session_id).append(entries))


def make_clinic(database: Database, name: str, password_hash: str) -> MadeClinic:
    """A clinic with its people and one patient."""
    with database.write() as writing:
        clinic = clinics.add(writing, name)
        staff: dict[str, Practitioner] = {}
        for key in (*ROLES, "second"):
            role: Role = "lead" if key == "second" else key
            email = f"{key}@{name.lower()}.example"
            staff[key] = practitioners.add(
                writing,
                clinic.id,
                name=f"{name} {key}",
                email=email,
                password_hash=password_hash,
                role=role,
                by="setup",
            )
        patient = patients.add(
            writing,
            clinic.id,
            given_name=f"Given{name}",
            family_name=f"Family{name}",
            birth_date=datetime.date(1980, 5, 17),
            mrn=f"MRN-{name}",
            by=staff["lead"].id,
        )
    return MadeClinic(clinic.id, staff, patient.id)
