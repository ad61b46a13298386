import json
import sqlite3
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from abaton.cli.experiences import GROUP
from abaton.cli.program import EXIT_CODES
from tests.cli.conftest import HEIGHT_M, SECONDS, Abaton, Kept


def test_replay_writes_a_state_each_second_and_meets_every_checkpoint(abaton: Abaton, kept: Kept) -> None:
    ended = abaton("replay", kept.session_id, "--data", kept.data)
    assert ended.code == 0
    lines = [json.loads(line) for line in ended.output.splitlines()]
    elapsed_s = [line["elapsed_s"] for line in lines]
    assert elapsed_s == sorted(elapsed_s)
    assert set(range(SECONDS + 1)) <= {round(time_s, 3) for time_s in elapsed_s}
    assert lines[0]["state"]["height_m"] == 0.0
    assert lines[-1]["state"]["height_m"] == pytest.approx(HEIGHT_M)
    assert "all 1 checkpoints are as recorded" in ended.errors


def test_replay_twice_is_the_same_to_the_last_byte(abaton: Abaton, kept: Kept) -> None:
    first = abaton("replay", kept.session_id, "--every", "0", "--data", kept.data)
    assert abaton("replay", kept.session_id, "--every", "0", "--data", kept.data).output == first.output


def _change_the_note(kept: Kept) -> None:
    """Changes one byte of one log entry, as someone with the file in hand could."""
    with sqlite3.connect(kept.data / "abaton.sqlite") as connection:
        (table, column), *_ = [
            (table, column)
            for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (_, column, *_) in connection.execute(f"PRAGMA table_info({table})").fetchall()
            if column == "fact"
        ]
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (trigger,) in triggers:
            connection.execute(f"DROP TRIGGER {trigger}")
        changed = connection.execute(
            f"UPDATE {table} SET {column} = CAST(replace(CAST({column} AS TEXT), 'Calm', 'Calx') AS BLOB) "  # noqa: S608
            f"WHERE CAST({column} AS TEXT) LIKE '%Calm%'"
        )
        assert changed.rowcount == 1
    connection.close()


def test_verify_passes_records_that_are_as_written(abaton: Abaton, kept: Kept) -> None:
    ended = abaton("verify", "--data", kept.data)
    assert ended.code == 0
    assert "1 sessions" in ended.output
    assert "all as written" in ended.output


def test_verify_names_the_record_that_was_changed(abaton: Abaton, kept: Kept) -> None:
    _change_the_note(kept)
    ended = abaton("verify", "--data", kept.data)
    assert ended.code == 1
    assert kept.session_id in ended.output
    assert "last backup" in ended.errors


def test_export_writes_a_bundle_and_tables(abaton: Abaton, kept: Kept, tmp_path: Path) -> None:
    ended = abaton("export", kept.session_id, "--to", tmp_path / "out", "--data", kept.data)
    assert ended.code == 0
    written = [Path(line) for line in ended.output.splitlines()]
    (bundle,) = [path for path in written if path.name.endswith(".fhir.json")]
    assert json.loads(bundle.read_text())["resourceType"] == "Bundle"
    (heights,) = [path for path in written if path.name == "height_m.parquet"]
    assert heights.read_bytes().startswith(b"PAR1")


@pytest.mark.parametrize(("form", "suffix"), [("fhir", ".json"), ("parquet", ".parquet")])
def test_export_writes_only_what_is_asked_for(
    abaton: Abaton, kept: Kept, tmp_path: Path, form: str, suffix: str
) -> None:
    abaton("export", kept.session_id, "--as", form, "--to", tmp_path / "out", "--data", kept.data)
    assert {path.suffix for path in (tmp_path / "out").rglob("*") if path.is_file()} == {suffix}


def test_session_of_an_experience_that_is_not_installed(
    abaton: Abaton, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_installed(group: str) -> list[EntryPoint]:
        assert group == GROUP
        return []

    monkeypatch.setattr("abaton.cli.experiences.entry_points", none_installed)
    ended = abaton("replay", kept.session_id, "--data", kept.data)
    assert ended.code == EXIT_CODES["not_found"]
    assert "'heights'" in ended.errors
