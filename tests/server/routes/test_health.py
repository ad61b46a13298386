"""Health and readiness."""

import pytest

from abaton.records.database import Database, RecordsUnavailable
from tests.server.made_clinics import World


def test_a_server_that_answers_is_alive(world: World):
    assert world.nobody.get("/api/health").json() == {"status": "ok"}


def test_a_server_with_a_good_database_is_ready(world: World):
    answer = world.nobody.get("/api/ready")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)
    assert {check["name"] for check in answer.json()["checks"]} == {"database", "disk"}


def test_a_server_without_its_database_is_alive_but_not_ready(world: World, monkeypatch: pytest.MonkeyPatch):
    def gone(_: Database):
        raise RecordsUnavailable("no such file: /srv/abaton/records.sqlite")

    monkeypatch.setattr(Database, "health", gone)
    answer = world.nobody.get("/api/ready")
    assert (answer.status_code, answer.json()["ready"]) == (503, False)
    assert "/srv" not in answer.text
    assert world.nobody.get("/api/health").status_code == 200
