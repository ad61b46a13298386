"""Reading rows that may have been damaged: SQLite lets any value lie in any column."""

from collections.abc import Iterable, Sequence
from typing import Any

# None of these can be part of a chain: numbers start at 0, a lone surrogate has no bytes, digests have 32.
_DAMAGED: dict[type, Any] = {int: -1, str: "\udcff", bytes: b""}


def as_stored(row: Iterable[Any], kinds: Sequence[type]) -> list[Any]:
    """A row's values, those of another type than expected replaced by one that matches no digest."""
    return [value if type(value) is kind else _DAMAGED[kind] for value, kind in zip(row, kinds, strict=True)]
