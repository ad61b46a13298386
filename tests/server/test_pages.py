"""The pages and their files."""

from pathlib import Path

import pytest

from abaton.server.settings import ServerSettings
from tests.server.made_clinics import World


@pytest.mark.parametrize(
    ("path", "page"),
    [("/", "console"), ("/setup?link=x", "console"), ("/patients/abc", "console"), ("/room", "room")],
)
def test_each_answer_has_a_nonce_of_its_own_in_page_and_policy(world: World, path: str, page: str):
    answers = [world.nobody.get(path) for _ in range(2)]
    nonces = [answer.text.partition('content="')[2].partition('"')[0] for answer in answers]
    assert nonces[0] != nonces[1]
    for answer, nonce in zip(answers, nonces, strict=True):
        assert answer.text.endswith(page)
        assert f"style-src 'self' 'nonce-{nonce}';" in answer.headers["Content-Security-Policy"]
        assert len(nonce) >= 22


def test_an_unknown_address_of_the_interface_is_no_page(world: World):
    for path in ("/api", "/api/", "/api/nowhere", "/api/patients/"):
        missing = world.nobody.get(path)
        assert (missing.status_code, missing.json()["error"]["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_the_document_is_not_served(world: World, path: str):
    assert "openapi" not in world.nobody.get(path).text.lower()


@pytest.mark.parametrize(
    "path", ["/assets/../console.html", "/assets/%2e%2e/records.sqlite", "/assets/..%2f..%2frecords.sqlite", "/assets/"]
)
def test_nothing_outside_the_folder_is_served(world: World, path: str):
    answer = world.nobody.get(path)
    assert "SQLite" not in answer.text
    assert answer.status_code == 404 or "csp-nonce" in answer.text


def test_files_are_compressed_where_the_browser_takes_it(world: World):
    path = "/assets/room-A1b2.js"
    packed = world.nobody.get(path, headers={"Accept-Encoding": "gzip"})
    plain = world.nobody.get(path, headers={"Accept-Encoding": "identity"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert packed.text == plain.text
    assert "javascript" in packed.headers["Content-Type"]


def test_a_client_that_is_not_built_says_what_to_do(world: World, settings: ServerSettings):
    for file in sorted(settings.static.rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else Path.unlink(file)
    for path in ("/", "/room"):
        answer = world.nobody.get(path)
        assert answer.status_code == 503
        assert "make setup" in answer.text
    assert world.nobody.get("/assets/room-A1b2.js").status_code == 404
