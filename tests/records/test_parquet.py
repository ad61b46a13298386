import importlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

from abaton.live.log import decode_fact
from abaton.records.parquet import archive, tables_of, write_folder
from abaton.records.report import Series
from tests.records.conftest import STORY, chain_of

pq: Any = importlib.import_module("pyarrow.parquet")

TIMES = [1_750_000_000_000_000, 1_750_000_000_500_001]
SERIES = [
    Series("height_m", "m", TIMES, [0.0, 12]),
    Series("railing", "", TIMES, ["full", "low"]),
    Series("muted", "", TIMES, [False, True]),
    Series("heart_rate", "/min", [], []),
]


def read(content: bytes) -> Any:
    return pq.read_table(io.BytesIO(content))


def test_every_fact_comes_back_from_the_events() -> None:
    entries = chain_of("s", STORY)
    table = read(tables_of(entries, [])["events.parquet"])
    assert [decode_fact(fact) for fact in table["fact"].to_pylist()] == STORY
    assert table["kind"].to_pylist()[:3] == ["opened", "joined", "admitted"]
    assert table["number"].to_pylist() == [entry.number for entry in entries]
    assert [int(time.timestamp() * 1e6) for time in table["time"].to_pylist()] == [entry.time_us for entry in entries]
    assert table["elapsed_s"].to_pylist()[-1] == 14.0


def test_series_keep_their_times_values_and_units() -> None:
    files = tables_of(chain_of("s", STORY), SERIES)
    assert set(files) == {
        "events.parquet", "height_m.parquet", "railing.parquet", "muted.parquet", "heart_rate.parquet", "suds.parquet",
    }  # fmt: skip
    height = read(files["height_m.parquet"])
    assert height["value"].to_pylist() == [0.0, 12.0]
    assert height["elapsed_s"].to_pylist() == [0.0, 0.500001]
    assert height["time"].cast("int64").to_pylist() == TIMES
    assert height.schema.field("value").metadata == {b"unit": b"m"}
    assert height.schema.field("elapsed_s").metadata == {b"unit": b"s"}
    assert read(files["railing.parquet"])["value"].to_pylist() == ["full", "low"]
    assert read(files["muted.parquet"])["value"].to_pylist() == [False, True]
    assert read(files["heart_rate.parquet"]).num_rows == 0
    assert read(files["suds.parquet"])["value"].to_pylist() == [55.0, 30.5]


def test_a_name_cannot_lead_out_of_the_folder() -> None:
    files = tables_of([], [Series("../../etc/passwd", "", [], [])])
    assert set(files) == {"events.parquet", "______etc_passwd.parquet"}


def test_archive_and_folder_hold_the_same_files(tmp_path: Path) -> None:
    entries = chain_of("s", STORY)
    expected = tables_of(entries, SERIES)
    packed = zipfile.ZipFile(io.BytesIO(archive(entries, SERIES)))
    assert {name: packed.read(name) for name in packed.namelist()} == expected
    written = write_folder(tmp_path / "new" / "folder", entries, SERIES)
    assert {path.name: path.read_bytes() for path in written} == expected
    assert archive(entries, SERIES) == archive(entries, SERIES)


def test_facts_are_plain_json() -> None:
    table = read(tables_of(chain_of("s", STORY), [])["events.parquet"])
    assert json.loads(table["fact"].to_pylist()[6])["value"] == 55.0
