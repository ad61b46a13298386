from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from abaton.cli import checks
from abaton.cli.checks import (
    Verdict,
    check_certificate,
    check_client,
    check_data_folder,
    check_database,
    check_python,
)
from abaton.core.clock import ManualClock
from abaton.records.database import Health
from abaton.server.lan import LIFETIME, ensure_certificate


@pytest.mark.parametrize(
    ("version", "verdict"),
    [((3, 10, 14), Verdict.BAD), ((3, 11, 0), Verdict.GOOD), ((3, 14, 2), Verdict.GOOD)],
)
def test_python_must_be_new_enough(version: tuple[int, int, int], verdict: Verdict) -> None:
    check = check_python(version)
    assert check.verdict is verdict
    assert ".".join(map(str, version)) in check.finding


def test_client_is_found_when_both_pages_are_there(tmp_path: Path) -> None:
    (tmp_path / "console.html").touch()
    missing = check_client(tmp_path)
    assert missing.verdict is Verdict.BAD
    assert "room.html" in missing.finding
    assert "make setup" in missing.advice
    (tmp_path / "room.html").touch()
    assert check_client(tmp_path).verdict is Verdict.GOOD


def test_data_folder_that_is_still_to_be_made_is_good(tmp_path: Path) -> None:
    check = check_data_folder(tmp_path / "not" / "there" / "yet")
    assert check.verdict is not Verdict.BAD
    assert "GiB free" in check.finding
    assert not (tmp_path / "not").exists()


def test_data_folder_that_is_a_file_is_bad(tmp_path: Path) -> None:
    occupied = tmp_path / "file"
    occupied.touch()
    check = check_data_folder(occupied)
    assert check.verdict is Verdict.BAD
    assert "--data" in check.advice


def test_little_free_space_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "LEAST_FREE_BYTES", 2**80)
    assert check_data_folder(tmp_path).verdict is Verdict.WARNING


def _health(**changes: object) -> Health:
    values: dict[str, object] = {
        "kind": "SQLite",
        "library_version": "3.52.0",
        "wal_reset_bug": False,
        "revision": "0002",
        "newest_revision": "0002",
        "free_bytes": 10**12,
        "ready": True,
        "problems": (),
    }
    return Health(**{**values, **changes})  # pyright: ignore[reportArgumentType]


def test_ready_database_is_good() -> None:
    assert [check.verdict for check in check_database(_health())] == [Verdict.GOOD]


def test_sqlite_with_the_wal_reset_fault_is_told_with_what_guards_against_it() -> None:
    _, sqlite = check_database(_health(library_version="3.40.1", wal_reset_bug=True))
    assert sqlite.verdict is Verdict.GOOD
    assert "3.40.1" in sqlite.finding
    assert "one connection" in sqlite.finding


def test_older_tables_are_a_warning() -> None:
    *_, tables = check_database(_health(revision="0001"))
    assert tables.verdict is Verdict.WARNING
    assert "0001" in tables.finding
    assert "0002" in tables.finding


def test_database_that_is_not_ready_is_bad_and_says_why() -> None:
    (check,) = check_database(_health(ready=False, problems=("The file is read-only.",)))
    assert check.verdict is Verdict.BAD
    assert "read-only" in check.finding


def test_no_certificate_is_fine() -> None:
    assert check_certificate(None, ManualClock()).verdict is Verdict.GOOD


@pytest.mark.parametrize(
    ("after", "verdict"),
    [
        (timedelta(0), Verdict.GOOD),
        (LIFETIME - timedelta(days=10), Verdict.WARNING),
        (LIFETIME + timedelta(days=1), Verdict.BAD),
    ],
)
def test_certificate_is_judged_by_what_is_left_of_it(tmp_path: Path, after: timedelta, verdict: Verdict) -> None:
    clock = ManualClock()
    certificate = ensure_certificate(tmp_path, [IPv4Address("192.168.1.20")], clock)
    clock.advance(after.total_seconds())
    assert check_certificate(certificate.path, clock).verdict is verdict


def test_unreadable_certificate_is_bad(tmp_path: Path) -> None:
    check = check_certificate(tmp_path / "missing.pem", ManualClock())
    assert check.verdict is Verdict.BAD
    assert "ABATON_CERTIFICATE" in check.advice
