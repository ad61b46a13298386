"""Depths of compressions from a file: CSV with a time and a depth in each line."""

import csv
import math
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from abaton.core.errors import Problem

Array: TypeAlias = NDArray[np.float64]

HEADER = ("time_s", "depth_mm")
MOST_LINES = 2_000_000


def read_samples(path: Path) -> tuple[Array, Array]:
    """Times (n,), s, and depths (n,), mm, down positive; an empty depth is lost tracking, NaN.

    Raises:
        Problem: The file cannot be read, has other columns, or a line that holds no numbers; it names the line.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            return _read(path.name, csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or "not a text of values with commas"
        raise _unreadable(f"{path.name}: {reason}") from error


def _read(name: str, lines: Iterator[list[str]]) -> tuple[Array, Array]:
    none: list[str] = []
    header = next(lines, none)
    if tuple(column.strip() for column in header) != HEADER:
        raise _unreadable(f"{name}:1 with the columns {', '.join(header)[:80] or 'none'}")
    rows: list[tuple[float, float]] = []
    for number, line in enumerate(lines, 2):
        if not line:
            continue
        if number > MOST_LINES:
            raise _unreadable(f"{name} with more than {MOST_LINES} lines")
        try:
            time, depth = line
            rows.append((float(time), float(depth) if depth.strip() else math.nan))
        except ValueError:
            raise _unreadable(f"{name}:{number} {','.join(line)[:60]!r}") from None
    if not rows:
        raise _unreadable(f"{name} without samples")
    samples = np.array(rows)
    return samples[:, 0], samples[:, 1]


def _unreadable(got: str) -> Problem:
    return Problem(
        "samples_unreadable",
        got=got,
        expected="a CSV file with the header time_s,depth_mm and two numbers in each line",
        next_step="Write one sample a line: seconds, and millimetres downwards; nothing where the depth was lost.",
    )
