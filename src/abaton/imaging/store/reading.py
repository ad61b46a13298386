"""Reads stored arrays, and tells of damage instead of making up zeros."""

import zlib
from collections.abc import Sized
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abaton.core.errors import Problem
from abaton.imaging.store.shards import Box


def read_array(folder: Path, content: Sized | None = None, box: Box | None = None) -> NDArray[Any]:
    """A stored array, or a part of it: only the bricks that the part meets are read.

    Args:
        folder: Of the array.
        content: What must be in it; when this is not empty and there is no file of bricks, the array is damaged.
        box: The part; None for all.

    Raises:
        Problem: Something of it is missing or damaged.
    """
    import zarr

    untyped: Any = zarr
    try:
        if content and not any(path.is_file() for path in (folder / "c").rglob("*")):
            raise damaged("the file of its bricks is missing")
        array = untyped.open_array(store=folder, mode="r")
        return np.asarray(array[...] if box is None else array[box])
    except (OSError, EOFError, ValueError, KeyError, zlib.error) as error:
        raise damaged(type(error).__name__) from error


def check_files(folder: Path, sizes: dict[str, int]) -> None:
    """Sees that every file is there with its size: the library takes a missing file for zeros.

    Raises:
        Problem: One is not.
    """
    for name, size in sizes.items():
        try:
            found = (folder / name).stat().st_size
        except OSError:
            raise damaged("a file of it is missing") from None
        if found != size:
            raise damaged("a file of it was cut short or changed")


def damaged(what: str) -> Problem:
    """The problem of a scan whose files are not as they were written."""
    return Problem(
        "scan_damaged",
        got=f"a stored scan that is damaged: {what}",
        expected="the files as they were written",
        next_step="Put the scan's folder back from a copy, or remove it and import the scan again.",
        kind="unavailable",
    )
