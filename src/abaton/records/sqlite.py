"""SQLite: one connection that writes and checkpoints, others that only read, one server to a file."""

import contextlib
import os
import sqlite3
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool, StaticPool

from abaton.core.errors import Problem

WAL_RESET_BUG = ((3, 7, 0), (3, 51, 2))
"""First and last version in which two connections that write or checkpoint at once can damage a WAL file."""

BUSY_TIMEOUT_S = 5.0
_READERS = 8


def has_wal_reset_bug(version: tuple[int, int, int] = sqlite3.sqlite_version_info) -> bool:
    """Whether a SQLite version is safe only with the single writing connection that we keep to."""
    return WAL_RESET_BUG[0] <= version <= WAL_RESET_BUG[1]


def check_version(version: tuple[int, int, int] = sqlite3.sqlite_version_info) -> None:
    """Refuse a library that lacks what the records need (strict upserts and RETURNING, 3.35)."""
    if version < (3, 35, 0):
        raise Problem(
            "sqlite_too_old",
            got=f"SQLite {'.'.join(map(str, version))}",
            expected="SQLite 3.35 or newer",
            next_step="Install a newer Python, or set ABATON_DATABASE_URL to a PostgreSQL server.",
            kind="unavailable",
        )


def writer(path: Path) -> Engine:
    """The engine of the one connection that writes; every transaction takes the write lock at its start."""

    def connect() -> sqlite3.Connection:
        connection = _connect(path, "rwc")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=StaticPool, hide_parameters=True)
    _begin_with(engine, "BEGIN IMMEDIATE")
    return engine


def reader(path: Path) -> Engine:
    """The engine of connections that can neither write nor checkpoint."""

    def connect() -> sqlite3.Connection:
        connection = _connect(path, "ro")
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        return connection

    engine = create_engine(
        "sqlite://",
        creator=connect,
        poolclass=QueuePool,
        pool_size=_READERS,
        max_overflow=_READERS,
        hide_parameters=True,
    )
    _begin_with(engine, "BEGIN")
    return engine


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    # The driver's own transactions are off (isolation_level None), so that ours begin as we say.
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode={mode}",
        uri=True,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
    )
    # SQLite's own folds ASCII only; names are searched in every script, as PostgreSQL does.
    connection.create_function("lower", 1, _lower, deterministic=True)
    return connection


def _lower(value: str | bytes | float | None) -> str | bytes | float | None:
    return value.lower() if isinstance(value, str) else value


@contextlib.contextmanager
def any_text(connection: Connection) -> Generator[None]:
    """Let text be read that is not UTF-8, as it is in a damaged row; does nothing on PostgreSQL."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        yield
        return
    driver.text_factory = _decode_any
    try:
        yield
    finally:
        driver.text_factory = str


def _decode_any(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _begin_with(engine: Engine, statement: str) -> None:
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)

    event.listen(engine, "begin", begin)


class FileLock:
    """Keeps a second server from opening the same file for writing; let go when the process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(self._file)
        except OSError:
            os.close(self._file)
            raise Problem(
                "database_in_use",
                got=f"{path.name} is held by another process",
                expected="one server to a SQLite file",
                next_step="Stop the other server, or use PostgreSQL for several servers.",
                kind="conflict",
            ) from None

    def release(self) -> None:
        """Let the next one in."""
        with contextlib.suppress(OSError):
            os.close(self._file)


def _lock(file: int) -> Any:
    if sys.platform == "win32":
        import msvcrt

        return msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
    import fcntl

    return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
