"""The database: SQLite by default, PostgreSQL by URL, with one interface for both."""

import contextlib
import shutil
import sqlite3
import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future
from pathlib import Path

import msgspec
from sqlalchemy import URL, Engine, make_url, text
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from abaton.core.clock import Clock
from abaton.core.errors import Problem
from abaton.records import migration, postgres, sqlite, tables
from abaton.records.group_commit import GroupCommit
from abaton.records.transaction import Reading, Writing

LEAST_FREE_BYTES = 50_000_000
"""Below this much free disk the database is reported as not ready."""


class RecordsUnavailable(Problem):
    """The database could not be read or written (disk full, read-only, damaged, gone). Nothing was written."""

    def __init__(self, got: str) -> None:
        super().__init__(
            "records_unavailable",
            got=got,
            expected="a database that can be read and written",
            next_step="Free disk space, check the database's permissions and address, and see `abaton doctor`.",
            kind="unavailable",
        )


class Health(msgspec.Struct, frozen=True):
    """What `doctor` and the readiness route tell of the database.

    `problems` are sentences for people; `ready` is false while any of them keeps records from being written.
    `wal_reset_bug` is harmless here, because one connection writes and checkpoints. `free_bytes` is None for
    PostgreSQL.
    """

    kind: str
    library_version: str
    wal_reset_bug: bool
    revision: str | None
    newest_revision: str
    free_bytes: int | None
    ready: bool
    problems: tuple[str, ...]


class Database:
    """An open database. `read` and `write` block: call them from a worker thread, never from the event loop."""

    def __init__(
        self, clock: Clock, writer: Engine | None, reader: Engine, path: Path | None, lock: sqlite.FileLock | None
    ) -> None:
        self._clock = clock
        self._writer = writer
        self._reader = reader
        self._path = path
        self._file_lock = lock
        # SQLite has one writing connection, which threads take in turn; PostgreSQL orders its writers by itself.
        self._turn = threading.Lock() if path is not None else None
        self._turn_of: int | None = None
        self._last_failure: str | None = None
        self._group = None if writer is None else GroupCommit(self.write, _closed)

    @classmethod
    def open(cls, url: str, clock: Clock, *, read_only: bool = False) -> "Database":
        """Open the database at a SQLAlchemy URL.

        Args:
            url: `sqlite:///path/to/file` or `postgresql://user@host/name`.
            clock: Where records take their times from.
            read_only: Look only; for commands that run beside a server.

        Raises:
            Problem: The URL is of another kind, or another server has the SQLite file open for writing.
            RecordsUnavailable: The database cannot be opened.
        """
        parsed = _parse(url)
        if parsed.get_backend_name() == "postgresql":
            return cls(clock, None if read_only else postgres.writer(parsed), postgres.reader(parsed), None, None)
        sqlite.check_version()
        path = Path(parsed.database or "").resolve()
        if read_only:
            if not path.is_file():
                raise RecordsUnavailable(f"no database at {path}")
            return cls(clock, None, sqlite.reader(path), path, None)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = sqlite.FileLock(path.with_name(path.name + ".lock"))
        except OSError as problem:
            raise RecordsUnavailable(f"{path}: {problem.strerror}") from problem
        writer = sqlite.writer(path)
        try:
            with _told(), writer.connect():
                path.chmod(0o600)
        except Exception:
            writer.dispose()
            lock.release()
            raise
        return cls(clock, writer, sqlite.reader(path), path, lock)

    def migrate(self) -> None:
        """Bring the tables to this version of the product; does nothing when they are.

        Raises:
            Problem: The database was written by a newer version of the product.
        """
        with self.write() as writing:
            migration.upgrade(writing.connection)

    @contextlib.contextmanager
    def read(self) -> Generator[Reading]:
        """A snapshot to read from.

        Raises:
            RecordsUnavailable: It cannot be read.
        """
        # Left without a commit, which on a damaged file fails even where nothing was written.
        with _told(), self._reader.connect() as connection:
            connection.begin()
            yield Reading(connection, self._clock)

    @contextlib.contextmanager
    def write(self) -> Generator[Writing]:
        """A transaction that is durable when the block ends, and undone when the block raises.

        Raises:
            RecordsUnavailable: It could not be made durable; nothing was written.
            Problem: `record_conflict` when a row contradicts another one.
        """
        if self._writer is None:
            raise RecordsUnavailable("a database opened for reading only")
        with self._in_turn():
            try:
                with _told(), self._writer.connect() as connection, connection.begin():
                    yield Writing(connection, self._clock)
            except RecordsUnavailable as problem:
                self._last_failure = problem.got
                raise
            self._last_failure = None

    def submit(self, work: Callable[[Writing], None]) -> Future[None]:
        """Do work in the writer's thread, in one transaction with whatever else waits; done once durable.

        The future holds RecordsUnavailable, or what the work itself raised; in both cases the work wrote nothing.
        """
        if self._group is None:
            raise RecordsUnavailable("a database opened for reading only")
        return self._group.submit(work)

    def health(self) -> Health:
        """Look at the database now; tries a write where the last one failed."""
        if self._last_failure is not None:
            self._try_write()
        problems = [] if self._last_failure is None else [f"The last write failed: {self._last_failure}."]
        revision, version = None, sqlite3.sqlite_version
        try:
            with self.read() as reading:
                revision = migration.revision(reading.connection)
                if self._path is None:
                    version = str(reading.connection.execute(text("SHOW server_version")).scalar_one())
        except RecordsUnavailable as problem:
            problems.append(f"The database cannot be read: {problem.got}.")
        if revision != migration.newest():
            problems.append("The tables are of another version; start the server once to bring them up to date.")
        free_bytes = None if self._path is None else shutil.disk_usage(self._path.parent).free
        if free_bytes is not None and free_bytes < LEAST_FREE_BYTES:
            problems.append(f"Only {free_bytes // 1_000_000} MB of disk are free; make room.")
        return Health(
            kind="postgresql" if self._path is None else "sqlite",
            library_version=version,
            wal_reset_bug=self._path is not None and sqlite.has_wal_reset_bug(),
            revision=revision,
            newest_revision=migration.newest(),
            free_bytes=free_bytes,
            ready=not problems,
            problems=tuple(problems),
        )

    def close(self) -> None:
        """Finish waiting work and let go of the file. The writer goes last: only it may checkpoint."""
        if self._group is not None:
            self._group.close()
        self._reader.dispose()
        if self._writer is not None:
            self._writer.dispose()
        if self._file_lock is not None:
            self._file_lock.release()

    def _try_write(self) -> None:
        with contextlib.suppress(Problem), self.write() as writing:
            writing.connection.execute(tables.clinic.update().values(name=tables.clinic.c.name))

    @contextlib.contextmanager
    def _in_turn(self) -> Generator[None]:
        if self._turn is None:
            yield
            return
        if self._turn_of == threading.get_ident():
            raise RuntimeError("a write inside a write would wait for itself; pass the outer transaction on")
        with self._turn:
            self._turn_of = threading.get_ident()
            try:
                yield
            finally:
                self._turn_of = None


@contextlib.contextmanager
def _told() -> Generator[None]:
    """Say in our own words what the database refused; its messages may quote patients' data."""
    try:
        yield
    except IntegrityError:
        raise Problem(
            "record_conflict",
            got="a change that contradicts another record",
            expected="records of this clinic that exist, and names and numbers not taken",
            next_step="Reload and look at what others have changed meanwhile.",
            kind="conflict",
        ) from None
    except DataError:
        raise Problem(
            "value_not_storable",
            got="a value that the database does not take",
            expected="text without NUL characters and numbers in range",
            next_step="Correct the value.",
        ) from None
    except ProgrammingError:
        raise
    except DBAPIError as problem:
        raise RecordsUnavailable(str(problem.orig).partition("\n")[0]) from problem
    except PoolTimeout as problem:
        raise RecordsUnavailable("no free connection to the database") from problem


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
        usable = parsed.get_backend_name() == "postgresql" or (
            parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:")
        )
    except ArgumentError:
        usable, parsed = False, URL.create("unknown")
    if not usable:
        raise Problem(
            "database_url",
            got=f"a database URL of kind {parsed.drivername!r}",
            expected="sqlite:///path/to/file or postgresql://user@host/name",
            next_step="Correct ABATON_DATABASE_URL, or leave it out to use a SQLite file in the data folder.",
        )
    return parsed


def _closed() -> RecordsUnavailable:
    return RecordsUnavailable("the database is closed")
