"""What a query function is given: a transaction that reads, or one that also writes."""

import contextlib
from collections.abc import Generator, Mapping
from typing import Any, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, Table, insert, select, text, update
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.sql.elements import UnaryExpression

from abaton.core.clock import Clock

Shape = TypeVar("Shape", bound=msgspec.Struct)
Order = ColumnElement[Any] | UnaryExpression[Any]


class Reading:
    """A snapshot of the records. Functions that take one change nothing."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self.connection = connection
        self.clock = clock
        self._confined_to: str | None = None

    def confine(self, clinic_id: str) -> None:
        """Let PostgreSQL's row-level security show and take rows of this clinic only, from here on."""
        if self.connection.dialect.name == "postgresql" and self._confined_to != clinic_id:
            self.connection.execute(text("SELECT set_config('abaton.clinic', :id, true)"), {"id": clinic_id})
        self._confined_to = clinic_id

    def find(
        self,
        shape: type[Shape],
        table: Table,
        clinic_id: str,
        *where: ColumnElement[bool],
        order: tuple[Order, ...] = (),
        limit: int | None = None,
        lock: bool = False,
    ) -> list[Shape]:
        """Rows of one clinic as structs whose fields are the columns of the same name.

        Args:
            shape: The struct to make of each row.
            table: The table, which has a `clinic_id`.
            clinic_id: The clinic outside which nothing is found.
            where: Further conditions, all of which hold.
            order: What to sort by.
            limit: The most rows to return.
            lock: Keep the rows from other writers until the transaction ends (PostgreSQL).
        """
        self.confine(clinic_id)
        mine = table.c["clinic_id"] == clinic_id
        return self.find_anywhere(shape, table, mine, *where, order=order, limit=limit, lock=lock)

    def find_anywhere(
        self,
        shape: type[Shape],
        table: Table,
        *where: ColumnElement[bool],
        order: tuple[Order, ...] = (),
        limit: int | None = None,
        lock: bool = False,
    ) -> list[Shape]:
        """Rows as in `find`, of any clinic: for what comes before a clinic is known, such as a sign-in."""
        statement: Select[Any] = select(*(table.c[name] for name in shape.__struct_fields__)).where(*where)
        statement = statement.order_by(*order).limit(limit)
        if lock:
            statement = statement.with_for_update()
        rows = self.connection.execute(statement)
        return [msgspec.convert(dict(zip(shape.__struct_fields__, row, strict=True)), shape) for row in rows]


class Writing(Reading):
    """A transaction that changes the records: all of it becomes durable, or none."""

    is_broken = False
    """Whether the whole transaction is lost, and not only what was done since the last savepoint."""

    @contextlib.contextmanager
    def savepoint(self) -> Generator[None]:
        """A part of the transaction that is undone by itself when its block raises."""
        nested = self.connection.begin_nested()
        try:
            yield
            nested.commit()
        except Exception as problem:
            # PostgreSQL takes the clinic of row-level security back with the savepoint.
            self._confined_to = None
            mild = IntegrityError | DataError | ProgrammingError
            self.is_broken = isinstance(problem, DBAPIError) and not isinstance(problem, mild)
            # SQLite ends the whole transaction when the disk is full, and the savepoint with it.
            if not self.is_broken:
                nested.rollback()
            raise

    def insert(self, table: Table, clinic_id: str, row: msgspec.Struct, **more: Any) -> None:
        """Add a struct as a row of this clinic; `more` are columns that the struct does not have."""
        self.confine(clinic_id)
        values = {**msgspec.structs.asdict(row), **more}
        if values.setdefault("clinic_id", clinic_id) != clinic_id:
            raise ValueError(f"a row of clinic {values['clinic_id']} cannot be written into clinic {clinic_id}")
        self.connection.execute(insert(table).values(values))

    def change(self, table: Table, clinic_id: str, *where: ColumnElement[bool], values: Mapping[str, Any]) -> int:
        """Change rows of this clinic and return how many there were."""
        self.confine(clinic_id)
        mine = table.c["clinic_id"] == clinic_id
        return self.connection.execute(update(table).where(mine, *where).values(dict(values))).rowcount
