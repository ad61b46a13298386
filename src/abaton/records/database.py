"""The database: SQLite by default, PostgreSQL by URL, with one interface for both."""

import contextlib
from collections.abc import Callable, Generator
from concurrent.futures import Future

import msgspec

from abaton.core.clock import Clock
from abaton.core.errors import Problem
from abaton.records.transaction import Reading, Writing


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
    `free_bytes` is None for PostgreSQL.
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
        raise NotImplementedError

    def migrate(self) -> None:
        """Bring the tables to this version of the product; does nothing when they are."""
        raise NotImplementedError

    @contextlib.contextmanager
    def read(self) -> Generator[Reading]:
        """A snapshot to read from."""
        raise NotImplementedError
        yield

    @contextlib.contextmanager
    def write(self) -> Generator[Writing]:
        """A transaction that is durable when the block ends, and undone when the block raises."""
        raise NotImplementedError
        yield

    def submit(self, work: Callable[[Writing], None]) -> Future[None]:
        """Do work in the writer's thread, in one transaction with whatever else waits; done once durable."""
        raise NotImplementedError

    def health(self) -> Health:
        """Look at the database now."""
        raise NotImplementedError

    def close(self) -> None:
        """Finish waiting work and let go of the file."""
        raise NotImplementedError
