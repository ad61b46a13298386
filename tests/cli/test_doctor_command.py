from pathlib import Path

import pytest

from tests.cli.conftest import Abaton, Kept


@pytest.fixture(autouse=True)
def built_client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A client that is built, wherever the tests run."""
    static = tmp_path / "static"
    static.mkdir()
    for page in ("console.html", "room.html"):
        (static / page).touch()
    monkeypatch.setattr("abaton.cli.examination.STATIC", static)
    return static


def test_sound_installation_is_told_line_by_line(abaton: Abaton, kept: Kept) -> None:
    ended = abaton("doctor", "--data", kept.data)
    assert ended.code == 0
    for name in ("Python", "Client", "Data folder", "Database", "Certificate"):
        assert name in ended.output


def test_new_installation_needs_no_database_yet(abaton: Abaton, tmp_path: Path) -> None:
    ended = abaton("doctor", "--data", tmp_path / "new")
    assert ended.code == 0
    assert "none yet" in ended.output
    assert not (tmp_path / "new").exists()


def test_missing_client_is_bad(abaton: Abaton, tmp_path: Path, built_client: Path) -> None:
    (built_client / "room.html").unlink()
    ended = abaton("doctor", "--data", tmp_path / "new")
    assert ended.code == 1
    assert "room.html" in ended.output
    assert "make setup" in ended.output


def test_database_that_cannot_be_read_is_bad(abaton: Abaton, kept: Kept) -> None:
    (kept.data / "abaton.sqlite").write_bytes(b"this is no database" * 100)
    ended = abaton("doctor", "--data", kept.data)
    assert ended.code == 1
    assert "bad" in ended.output
