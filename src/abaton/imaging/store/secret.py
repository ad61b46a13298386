"""The secret by which identifiers of one installation are replaced, the same each time."""

import contextlib
import os
import secrets
from pathlib import Path

from abaton.core.errors import Problem
from abaton.core.ids import new_id
from abaton.imaging.store.atomic import flush

KEY_BYTES = 32
_NAME = ".uid-key"


def uid_key(folder: Path) -> bytes:
    """The installation's secret; made at the first call, readable by its owner alone.

    Whoever has it can tell which stored scan came from which original. Losing it only means that the same scan,
    imported again, is not recognised.

    Raises:
        Problem: The file was cut short.
    """
    path = folder / _NAME
    if not path.exists():
        _make(path)
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise Problem(
            "key_damaged",
            got=f"{path} holds {len(key)} bytes",
            expected=f"{KEY_BYTES}",
            next_step="Put it back from a copy, or remove it: scans imported before will not be recognised again.",
            kind="unavailable",
        )
    return key


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    writing = path.with_name(f"{_NAME}.{new_id()}")
    descriptor = os.open(writing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        # A link is made once only: whoever comes second takes the first one's key.
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(writing)
    finally:
        writing.unlink(missing_ok=True)
    flush(path.parent)
