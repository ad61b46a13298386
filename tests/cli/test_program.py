from pathlib import Path

import pytest

from abaton.cli.program import EXIT_CODES
from tests.cli.conftest import Abaton, Kept


def test_help_names_every_command(abaton: Abaton) -> None:
    told = abaton("--help")
    assert told.code == 0
    for command in ("serve", "demo", "replay", "export", "verify", "doctor"):
        assert command in told.output


def test_version_is_the_packages(abaton: Abaton) -> None:
    assert abaton("--version").output.startswith("abaton 0.")


def test_problem_tells_what_was_got_what_was_expected_and_what_to_do(abaton: Abaton, kept: Kept) -> None:
    ended = abaton("replay", "nosuchsession", "--data", kept.data)
    assert ended.code == EXIT_CODES["not_found"]
    assert ended.output == ""
    got, expected, next_step = ended.errors.splitlines()
    assert got.startswith("Got ")
    assert "nosuchsession" in got
    assert expected.startswith("Expected ")
    assert next_step.startswith("Do ")


def test_folder_that_cannot_be_made_is_named(abaton: Abaton, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ended = abaton("demo", "--port", "0", "--data", tmp_path / "file" / "data")
    assert ended.code == EXIT_CODES["unavailable"]
    assert str(tmp_path / "file" / "data") in ended.errors
    assert "--data" in ended.errors


def test_exit_codes_tell_problems_apart() -> None:
    assert len(set(EXIT_CODES.values())) == len(EXIT_CODES)
    assert not {0, 1} & set(EXIT_CODES.values())


@pytest.mark.parametrize("arguments", [["replay"], ["serve", "--port", "70000"], ["fly"]])
def test_wrong_usage_ends_with_two(abaton: Abaton, arguments: list[str]) -> None:
    ended = abaton(*arguments)
    assert ended.code == 2
    assert "Usage" in ended.errors


def test_setting_that_cannot_be_read_is_named(abaton: Abaton, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ABATON_PORT", "eighty")
    ended = abaton("doctor")
    assert ended.code == EXIT_CODES["invalid"]
    assert "ABATON_PORT" in ended.errors
