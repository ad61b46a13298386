"""Small products of matrices on one thread: where the cores are busy, waiting for a second one costs far more."""

import ctypes
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import numpy as np


@contextmanager
def one_thread() -> Generator[None]:
    """NumPy's own OpenBLAS keeps to one thread meanwhile; any other library of linear algebra is left as it is."""
    found = _openblas()
    if found is None:
        yield
        return
    count, limit = found
    before = count()
    limit(1)
    try:
        yield
    finally:
        limit(before)


@lru_cache(maxsize=1)
def _openblas() -> tuple[Callable[[], int], Callable[[int], None]] | None:
    """How many threads, and the setter; of the library that NumPy's wheel brings."""
    folder = Path(np.__file__).parent
    beside = [folder.parent / "numpy.libs", folder / ".dylibs"]
    for path in sorted(path for place in beside if place.is_dir() for path in place.glob("*scipy_openblas64*")):
        try:
            library: Any = ctypes.CDLL(str(path))
            count, limit = library.scipy_openblas_get_num_threads64_, library.scipy_openblas_set_num_threads64_
        except (OSError, AttributeError):
            continue
        count.restype, limit.argtypes, limit.restype = ctypes.c_int, [ctypes.c_int], None
        return cast("Callable[[], int]", count), cast("Callable[[int], None]", limit)
    return None
