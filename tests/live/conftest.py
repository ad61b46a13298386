"""A made experience, a log in memory that can fail, and a room around them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any

import pytest

from abaton.core.clock import ManualClock
from abaton.live import log, wire
from abaton.live.bus import Delivery, LocalBus
from abaton.live.experience import Ceilings, Experience, Graded, Range, State, Unit, command
from abaton.live.host import Host, Setting
from abaton.live.journal import Journal
from abaton.live.members import Seat
from abaton.live.outbox import Outbox
from abaton.live.requests import handle
from abaton.live.role import Role
from abaton.live.room import Room

SESSION = "session"


class Weather(StrEnum):
    CALM = "calm"
    BREEZE = "breeze"
    STORM = "storm"


class Sea(Experience):
    """A boat: everything that a panel can show."""

    title = "At sea"
    scene = "sea"

    class State(State):
        swell_m: Annotated[float, Unit("m"), Range(0, 5, step=0.1), Graded()] = 0.0
        rising_mps: float = 0.0
        weather: Annotated[Weather, Graded()] = Weather.CALM
        birds: int = 3
        flag: bool = False
        name: str = "Asklepios"

    state: State

    @command(by=Role.LEAD, every_s=0.5)
    def set_swell(self, swell_m: Annotated[float, Unit("m"), Range(0, 5), Graded()]) -> None:
        """Raise or calm the sea."""
        self.state.swell_m = swell_m

    @command(by=Role.LEAD)
    def swell_by(self, rising_mps: Annotated[float, Range(-1, 1)]) -> None:
        self.state.rising_mps = rising_mps

    @command(by=Role.LEAD)
    def set_weather(self, weather: Annotated[Weather, Graded()]) -> None:
        self.state.weather = weather

    @command(by=(Role.LEAD, Role.SUBJECT))
    def hoist(self, flag: bool) -> None:
        self.state.flag = flag

    @command(by=Role.LEAD)
    def drift(self, heading: float) -> None:
        self.state.name = f"{heading:.0f}"

    @command(by=Role.LEAD)
    def capsize(self) -> None:
        raise ZeroDivisionError

    def tick(self, dt: float) -> None:
        self.state.swell_m += self.state.rising_mps * dt
        self.state.birds = self.random.randrange(10)

    def on_stop(self) -> None:
        self.state.rising_mps = 0.0


class MemoryLog:
    """A log that keeps entries, and on request fails or hangs."""

    def __init__(self) -> None:
        self.entries: list[log.Entry] = []
        self.failing = False
        self.release: asyncio.Event | None = None

    async def append(self, entries: Sequence[log.Entry]) -> None:
        if self.release is not None:
            await self.release.wait()
        if self.failing:
            raise log.LogUnavailable("disk full")
        self.entries += entries


@dataclass
class Client:
    """One member's end of the wire."""

    seat: Seat
    outbox: Outbox
    host: Host
    number: int = 0
    seen: list[wire.Message] = field(default_factory=list[wire.Message])

    async def send(self, message: wire.ClientMessage) -> list[wire.Message]:
        await handle(self.host, self.seat, message)
        return self.read()

    async def command(self, name: str, **arguments: Any) -> wire.Message:
        self.number += 1
        return self.answer(await self.send(wire.Command(self.number, name, arguments)))

    async def control(self, action: str, participant: str | None = None) -> wire.Message:
        self.number += 1
        return self.answer(await self.send(wire.Control(self.number, action, participant)))

    async def note(self, text: str) -> wire.Message:
        self.number += 1
        return self.answer(await self.send(wire.Note(self.number, text)))

    def read(self) -> list[wire.Message]:
        """What is in line now, decoded."""
        new: list[wire.Message] = [wire.decode_room(frame) for frame in self.outbox.drain()]
        self.seen += new
        return new

    @staticmethod
    def answer(messages: list[wire.Message]) -> wire.Message:
        [answer] = [message for message in messages if isinstance(message, wire.Acknowledged | wire.Refused)]
        return answer

    def facts(self) -> list[str]:
        """The kinds of events seen so far."""
        self.read()
        return [str(message.fact["kind"]) for message in self.seen if isinstance(message, wire.Happened)]


@dataclass
class Ship:
    """A room with its surroundings."""

    host: Host
    clock: ManualClock
    log: MemoryLog
    bus: LocalBus
    later: list[Any]

    async def board(self, name: str, role: Role, resume_from: int | None = None) -> Client:
        outbox = Outbox()
        seat = await self.host.enter(name, role, outbox.offer, resume_from)
        return Client(seat, outbox, self.host, seat.last_number)

    async def sail(self, seconds: float, *alive: Client) -> None:
        """Let time pass in ticks, with heartbeats of those who are alive."""
        for tick in range(round(seconds * 60)):
            self.clock.advance(1 / 60)
            if tick % 60 == 0:
                for client in alive:
                    await handle(self.host, client.seat, wire.Ping(tick))
            self.host.advance()
            await self.host.idle()

    async def under_way(self) -> tuple[Client, Client]:
        """Lead and subject in a room that has begun."""
        lead = await self.board("lead", Role.LEAD)
        subject = await self.board("subject", Role.SUBJECT)
        await lead.control("admit", "subject")
        await lead.control("begin")
        return lead, subject


async def launch(ceilings: Ceilings | None = None, patience_s: float = 0.01) -> Ship:
    clock, store, bus, later = ManualClock(), MemoryLog(), LocalBus(), list[Any]()
    setting = Setting(SESSION, "sea", Sea, 7, ceilings or {})
    journal = Journal(SESSION, store, patience_s=patience_s)
    host = Host(setting, Room(Sea, 7, 60, setting.ceilings), journal, clock, bus, lambda s, act: later.append((s, act)))
    await host.must("room", log.Opened("sea", "1", 7, 60, dict(setting.ceilings)))
    return Ship(host, clock, store, bus, later)


@pytest.fixture
async def ship() -> Ship:
    return await launch()


def deliveries() -> tuple[list[Delivery], Any]:
    received: list[Delivery] = []
    return received, received.append
