"""A session as Parquet files, with units in the metadata of the columns."""

from collections.abc import Sequence
from pathlib import Path

from abaton.live.log import Entry
from abaton.records.report import Series


def tables_of(entries: Sequence[Entry], series: Sequence[Series]) -> dict[str, bytes]:
    """Parquet files by name: `events.parquet` and one `<series>.parquet` for each series."""
    raise NotImplementedError


def archive(entries: Sequence[Entry], series: Sequence[Series]) -> bytes:
    """The same files in one ZIP, for a download."""
    raise NotImplementedError


def write_folder(folder: Path, entries: Sequence[Entry], series: Sequence[Series]) -> list[Path]:
    """The same files in a folder, which is made if it is not there."""
    raise NotImplementedError
