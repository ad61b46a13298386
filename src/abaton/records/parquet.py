"""A session as Parquet files, with units in the metadata of the columns."""

import importlib
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from abaton.live.log import Entry, encode_fact
from abaton.records.report import Series, standing, suds_series

# pyarrow comes without types.
pa: Any = importlib.import_module("pyarrow")
pq: Any = importlib.import_module("pyarrow.parquet")

_TIME: Any = pa.timestamp("us", tz="UTC")
_EPOCH = (1980, 1, 1, 0, 0, 0)


def tables_of(entries: Sequence[Entry], series: Sequence[Series]) -> dict[str, bytes]:
    """Parquet files by name: `events.parquet` and one `<series>.parquet` for each series.

    Every file has `time` (UTC) and `elapsed_s` from the session's opening. A series' `value` carries its UCUM unit
    under the key `unit` of the column's metadata. SUDS is taken from the log.
    """
    begin_us = entries[0].time_us if entries else 0
    suds = suds_series(standing(entries))
    every = [one for one in series if one.name != suds.name] + ([suds] if suds.times_us else [])
    files = {"events.parquet": _encoded(_events(entries, begin_us))}
    return files | {f"{_file_name(one.name)}.parquet": _encoded(_samples(one, begin_us)) for one in every}


def archive(entries: Sequence[Entry], series: Sequence[Series]) -> bytes:
    """The same files in one ZIP, for a download; the same session gives the same bytes."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as packed:
        for name, content in tables_of(entries, series).items():
            packed.writestr(zipfile.ZipInfo(name, _EPOCH), content)
    return whole.getvalue()


def write_folder(folder: Path, entries: Sequence[Entry], series: Sequence[Series]) -> list[Path]:
    """The same files in a folder, which is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for name, content in tables_of(entries, series).items():
        (folder / name).write_bytes(content)
        written.append(folder / name)
    return written


def _events(entries: Sequence[Entry], begin_us: int) -> Any:
    facts = [encode_fact(entry.fact).decode() for entry in entries]
    kinds = [str(type(entry.fact).__struct_config__.tag) for entry in entries]
    columns: dict[str, Any] = {
        "number": ([entry.number for entry in entries], pa.int64(), {}),
        "tick": ([entry.tick for entry in entries], pa.int64(), {}),
        **_times([entry.time_us for entry in entries], begin_us),
        "actor": ([entry.actor for entry in entries], pa.string(), {}),
        "kind": (kinds, pa.string(), {}),
        "fact": (facts, pa.string(), {"format": "JSON"}),
    }
    return _table(columns, {"content": "session log"})


def _samples(series: Series, begin_us: int) -> Any:
    value = (list(series.values), _value_type(series), {"unit": series.unit})
    columns: dict[str, Any] = {**_times(series.times_us, begin_us), "value": value}
    return _table(columns, {"content": series.name, "unit": series.unit})


def _times(times_us: Sequence[int], begin_us: int) -> dict[str, Any]:
    elapsed_s = [(time_us - begin_us) / 1e6 for time_us in times_us]
    return {"time": (list(times_us), _TIME, {"unit": "us"}), "elapsed_s": (elapsed_s, pa.float64(), {"unit": "s"})}


def _value_type(series: Series) -> Any:
    kinds = {type(value) for value in series.values}
    if kinds == {bool}:
        return pa.bool_()
    return pa.float64() if kinds <= {int, float} else pa.string()


def _table(columns: dict[str, Any], metadata: dict[str, str]) -> Any:
    fields: list[Any] = [pa.field(name, kind, metadata=notes) for name, (_, kind, notes) in columns.items()]
    arrays: list[Any] = [pa.array(values, kind) for values, kind, _ in columns.values()]
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata=metadata))


def _encoded(table: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def _file_name(name: str) -> str:
    return "".join(character if character.isalnum() or character == "_" else "_" for character in name)
