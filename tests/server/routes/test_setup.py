"""The first administrator."""

from collections.abc import Iterator
from typing import Any

import pytest

from abaton.core.clock import ManualClock
from abaton.records.database import Database
from abaton.server.app import create_app
from abaton.server.log import json_log
from abaton.server.passwords import Passwords
from abaton.server.settings import ServerSettings
from abaton.server.setup_link import issue_setup_path
from tests.server.conftest import QUICK
from tests.server.made_clinics import ORIGIN, Browser, TestClient, World


@pytest.fixture
def fresh(database: Database, clock: ManualClock, settings: ServerSettings, tmp_path: Any) -> Iterator[Browser]:
    """A server that nobody has set up."""
    with (tmp_path / "log").open("w") as stream:
        app = create_app(
            settings,
            database=database,
            clock=clock,
            experiences={},
            log=json_log(stream),
            passwords=Passwords(QUICK),
        )
        with TestClient(app, base_url=ORIGIN) as client:
            yield Browser(client)


def link(database: Database, settings: ServerSettings) -> str:
    path = issue_setup_path(database, settings)
    assert path is not None
    return path.removeprefix("/setup?link=")


def set_up(browser: Browser, secret: str):
    body = {
        "link": secret,
        "clinic_name": "Kos",
        "name": "Thea",
        "email": "thea@kos.example",
        "password": "eleven olive trees",
    }
    return browser.post("/api/setup", body)


def test_the_link_makes_an_administrator_who_is_signed_in(fresh: Browser, database: Database, settings: ServerSettings):
    assert fresh.get("/api/setup").json() == {"needed": True}
    made = set_up(fresh, link(database, settings))
    assert made.status_code == 201
    assert (made.json()["role"], made.json()["clinic_name"]) == ("admin", "Kos")
    token = made.cookies["__Host-abaton"]
    assert Browser(fresh.client, token).get("/api/practitioners").json()[0]["email"] == "thea@kos.example"
    assert fresh.get("/api/setup").json() == {"needed": False}


def test_the_link_works_once(fresh: Browser, database: Database, settings: ServerSettings):
    secret = link(database, settings)
    assert set_up(fresh, secret).status_code == 201
    assert set_up(fresh, secret).json()["error"]["code"] == "setup_link"
    assert issue_setup_path(database, settings) is None


def test_the_link_works_for_a_day(fresh: Browser, database: Database, settings: ServerSettings, clock: ManualClock):
    secret = link(database, settings)
    clock.advance(24 * 3600 + 1)
    assert set_up(fresh, secret).status_code == 403
    assert fresh.get("/api/setup").json() == {"needed": True}


def test_a_newer_link_cancels_the_one_before(fresh: Browser, database: Database, settings: ServerSettings):
    older, newer = link(database, settings), link(database, settings)
    assert set_up(fresh, older).status_code == 403
    assert set_up(fresh, newer).status_code == 201


def test_guessing_links_is_throttled(fresh: Browser, database: Database, settings: ServerSettings):
    secret = link(database, settings)
    assert [set_up(fresh, f"{number}").status_code for number in range(11)] == [403] * 10 + [429]
    assert set_up(fresh, secret).status_code == 429


def test_a_server_with_a_clinic_needs_no_setup(world: World):
    assert world.nobody.get("/api/setup").json() == {"needed": False}
    assert set_up(world.nobody, "any").status_code == 403
