import sqlite3
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from abaton.core.clock import ManualClock
from abaton.core.errors import Problem
from abaton.records import clinics, tables
from abaton.records.database import Database, RecordsUnavailable


def test_migrations_make_the_tables_that_the_code_uses(database: Database) -> None:
    with database.read() as reading:
        context = MigrationContext.configure(reading.connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []


def test_migrating_again_changes_nothing(database: Database) -> None:
    with database.write() as writing:
        clinic = clinics.add(writing, "Kos")
    database.migrate()
    with database.read() as reading:
        assert clinics.every(reading) == [clinic]


def test_tables_of_a_newer_version_are_refused(empty_url: str, clock: ManualClock) -> None:
    database = Database.open(empty_url, clock)
    database.migrate()
    with database.write() as writing:
        writing.connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Problem) as caught:
        database.migrate()
    assert caught.value.code == "database_newer"
    database.close()
    assert "9999" in caught.value.got


def test_a_write_that_raises_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.write() as writing:
            clinics.add(writing, "Kos")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.read() as reading:
        assert clinics.every(reading) == []


def test_a_reader_sees_one_moment(database: Database) -> None:
    with database.read() as reading:
        assert clinics.every(reading) == []
        with database.write() as writing:
            clinics.add(writing, "Kos")
        assert clinics.every(reading) == []


def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(RecordsUnavailable), database.read() as reading:
        reading.connection.exec_driver_sql("DELETE FROM clinic")


def test_a_database_that_is_only_read_refuses_writes(url: str, database: Database, clock: ManualClock) -> None:
    with database.write() as writing:
        clinic = clinics.add(writing, "Kos")
    looking = Database.open(url, clock, read_only=True)
    with looking.read() as reading:
        assert clinics.every(reading) == [clinic]
    with pytest.raises(RecordsUnavailable), looking.write():
        pass
    with pytest.raises(RecordsUnavailable):
        looking.submit(lambda _: None)
    looking.close()


def test_waiting_work_becomes_durable_together_and_fails_alone(database: Database) -> None:
    held, go = threading.Event(), threading.Event()

    def hold(_: object) -> None:
        held.set()
        assert go.wait(10)

    def fail(_: object) -> None:
        raise KeyError("mine")

    first = database.submit(hold)
    assert held.wait(10)
    done = [
        database.submit(lambda writing: (clinics.add(writing, "Kos"), None)[1]),
        database.submit(fail),
        database.submit(lambda writing: (clinics.add(writing, "Epidauros"), None)[1]),
    ]
    go.set()
    first.result(10)
    assert done[0].result(10) is None
    assert isinstance(done[1].exception(10), KeyError)
    assert done[2].result(10) is None
    with database.read() as reading:
        assert sorted(clinic.name for clinic in clinics.every(reading)) == ["Epidauros", "Kos"]


def test_work_that_was_given_up_before_its_turn_is_not_done(database: Database) -> None:
    held, go = threading.Event(), threading.Event()

    def hold(_: object) -> None:
        held.set()
        assert go.wait(10)

    first = database.submit(hold)
    assert held.wait(10)
    given_up = database.submit(lambda writing: (clinics.add(writing, "Kos"), None)[1])
    assert given_up.cancel()
    go.set()
    first.result(10)
    database.submit(lambda _: None).result(10)
    with database.read() as reading:
        assert clinics.every(reading) == []


def test_work_after_closing_is_refused(empty_url: str, clock: ManualClock) -> None:
    database = Database.open(empty_url, clock)
    database.close()
    with pytest.raises(RecordsUnavailable, match="closed"):
        database.submit(lambda _: None)


def test_health_of_a_sound_database(database: Database) -> None:
    health = database.health()
    assert health.ready
    assert health.problems == ()
    assert health.revision == health.newest_revision


def test_health_of_an_empty_database_says_what_to_do(empty_url: str, clock: ManualClock) -> None:
    database = Database.open(empty_url, clock)
    health = database.health()
    database.close()
    assert not health.ready
    assert health.revision is None
    assert "start the server once" in health.problems[0]


def test_a_write_inside_a_write_is_a_mistake_not_a_standstill(sqlite_database: Database) -> None:
    with pytest.raises(RuntimeError, match="inside"), sqlite_database.write(), sqlite_database.write():
        pass


def test_a_second_server_on_the_same_file_is_refused(
    sqlite_database: Database, tmp_path: Path, clock: ManualClock
) -> None:
    url = f"sqlite:///{tmp_path / 'abaton.sqlite'}"
    with pytest.raises(Problem) as caught:
        Database.open(url, clock)
    assert caught.value.code == "database_in_use"
    sqlite_database.close()
    Database.open(url, clock).close()


def test_sqlite_is_set_up_to_survive_a_power_cut(sqlite_database: Database) -> None:
    def ask(connection: Connection, pragma: str) -> object:
        return connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one()

    with sqlite_database.write() as writing:
        assert ask(writing.connection, "journal_mode") == "wal"
        assert ask(writing.connection, "synchronous") == 2
        assert ask(writing.connection, "foreign_keys") == 1
    with sqlite_database.read() as reading:
        assert ask(reading.connection, "query_only") == 1
        assert ask(reading.connection, "wal_autocheckpoint") == 0


def test_a_read_only_database_is_told_clearly_and_recovers(sqlite_database: Database) -> None:
    with sqlite_database.write() as writing:
        driver = writing.connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
    driver.execute("PRAGMA query_only = ON")
    with pytest.raises(RecordsUnavailable, match="readonly"), sqlite_database.write() as writing:
        clinics.add(writing, "Kos")
    health = sqlite_database.health()
    assert not health.ready
    assert "readonly" in health.problems[0]
    driver.execute("PRAGMA query_only = OFF")
    assert sqlite_database.health().ready
    with sqlite_database.read() as reading:
        assert clinics.every(reading) == []


def test_a_full_disk_is_told_clearly_and_leaves_nothing_half_written(sqlite_database: Database) -> None:
    def limit(pages: int) -> None:
        with sqlite_database.write() as writing:
            writing.connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    with sqlite_database.read() as reading:
        pages = reading.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    limit(pages)
    written = 0

    def fill() -> None:
        nonlocal written
        while written < 2000:
            with sqlite_database.write() as writing:
                clinics.add(writing, "Kos" * 1000)
                clinics.add(writing, "Epidauros" * 1000)
            written += 2

    with pytest.raises(RecordsUnavailable, match="full"):
        fill()
    with sqlite_database.read() as reading:
        assert len(clinics.every(reading)) == written
    limit(pages + 1000)
    with sqlite_database.write() as writing:
        clinics.add(writing, "Kos")
    assert sqlite_database.health().ready


def test_a_damaged_file_is_told_clearly(tmp_path: Path, clock: ManualClock) -> None:
    path = tmp_path / "abaton.sqlite"
    path.write_bytes(b"this is no database" * 1000)
    with pytest.raises(RecordsUnavailable, match="not a database"):
        Database.open(f"sqlite:///{path}", clock)
    path.unlink()
    Database.open(f"sqlite:///{path}", clock).close()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://host/name", "nonsense"])
def test_other_kinds_of_database_are_refused(url: str, clock: ManualClock) -> None:
    with pytest.raises(Problem) as caught:
        Database.open(url, clock)
    assert caught.value.code == "database_url"


def test_looking_at_a_database_that_is_not_there_makes_none(tmp_path: Path, clock: ManualClock) -> None:
    path = tmp_path / "abaton.sqlite"
    with pytest.raises(RecordsUnavailable, match="no database"):
        Database.open(f"sqlite:///{path}", clock, read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_an_unreachable_postgresql_is_told_clearly(tmp_path: Path, clock: ManualClock) -> None:
    database = Database.open(f"postgresql://nobody@/none?host={tmp_path}", clock)
    with pytest.raises(RecordsUnavailable), database.read():
        pass
    health = database.health()
    database.close()
    assert not health.ready
    assert "cannot be read" in health.problems[0]


def test_other_programs_can_read_the_file_meanwhile(sqlite_database: Database, tmp_path: Path) -> None:
    with sqlite_database.write() as writing:
        clinics.add(writing, "Kos")
        looking = sqlite3.connect(tmp_path / "abaton.sqlite")
        assert looking.execute("SELECT count(*) FROM clinic").fetchone() == (0,)
    assert looking.execute("SELECT name FROM clinic").fetchall() == [("Kos",)]
    looking.close()
