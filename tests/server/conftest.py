"""A server on a database of its own, with two clinics, a manual clock and rooms that only write down."""

import io
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar

import pytest
from argon2 import PasswordHasher

from abaton.core.clock import ManualClock
from abaton.live.experience import Experience, Graded, Range, State, Unit, command
from abaton.live.role import Role
from abaton.records.database import Database
from abaton.server.app import create_app
from abaton.server.log import json_log
from abaton.server.passwords import Passwords
from abaton.server.recordings import RecordedFolder
from abaton.server.settings import ServerSettings
from tests.server.made_clinics import HOST, ORIGIN, PASSWORD, TestClient, TestRooms, World, make_clinic

Made = TypeVar("Made")
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Weather(StrEnum):
    CALM = "calm"
    STORM = "storm"


class Sea(Experience):
    """A boat at sea.

    More words that no list shows.
    """

    title = "At sea"
    scene = "sea"

    class State(State):
        swell_m: Annotated[float, Unit("m"), Range(0, 5), Graded()] = 0.0
        weather: Annotated[Weather, Graded()] = Weather.CALM
        birds: int = 3

    state: State

    @command(by=Role.LEAD)
    def set_swell(self, swell_m: Annotated[float, Unit("m"), Range(0, 5), Graded()]) -> None:
        self.state.swell_m = swell_m


async def here(function: Callable[..., Made], *arguments: Any) -> Made:
    """Computes where it is called, for what is computed here is short."""
    return function(*arguments)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def database(tmp_path: Path, clock: ManualClock) -> Iterator[Database]:
    opened = Database.open(f"sqlite:///{tmp_path / 'records.sqlite'}", clock)
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture
def settings(tmp_path: Path) -> ServerSettings:
    static = tmp_path / "static"
    (static / "assets").mkdir(parents=True)
    for page in ("console", "room"):
        (static / f"{page}.html").write_text(f'<meta name="csp-nonce" content="__CSP_NONCE__">{page}')
    (static / "assets" / "room-A1b2.js").write_text("// " + "a room " * 1000)
    return ServerSettings(hosts=frozenset({HOST}), static=static)


@pytest.fixture
def rooms() -> TestRooms:
    return TestRooms()


@pytest.fixture
def world(
    tmp_path: Path, database: Database, clock: ManualClock, settings: ServerSettings, rooms: TestRooms
) -> Iterator[World]:
    lines = io.StringIO()
    app = create_app(
        settings,
        database=database,
        clock=clock,
        experiences={"sea": Sea},
        log=json_log(lines),
        rooms=rooms,
        recordings=RecordedFolder(tmp_path / "recordings"),
        passwords=Passwords(QUICK),
        compute=here,
    )
    password_hash = QUICK.hash(PASSWORD)
    mine, other = (make_clinic(database, name, password_hash) for name in ("Kos", "Epidaurus"))
    with TestClient(app, base_url=ORIGIN) as client:
        yield World(client, database, clock, rooms, lines.getvalue, mine, other)
