"""Databases to test on: a SQLite file, and a PostgreSQL server that the tests start."""

import datetime
import itertools
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text

from abaton.core.clock import ManualClock
from abaton.live import log
from abaton.live.role import Role
from abaton.records import clinics, consents, patients, practitioners, screenings, sessions
from abaton.records.clinics import Clinic
from abaton.records.database import Database
from abaton.records.patients import Patient
from abaton.records.practitioners import Practitioner
from abaton.records.screenings import WHEN_YES, Question
from abaton.records.sessions import Session

CLEAR: dict[Question, bool] = dict.fromkeys(WHEN_YES, False)


@dataclass(frozen=True)
class Place:
    """A clinic with one of each."""

    clinic: Clinic
    admin: Practitioner
    lead: Practitioner
    patient: Patient

    @property
    def id(self) -> str:
        return self.clinic.id


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(scope="session")
def postgres_urls() -> Iterator[Callable[[], str]]:
    """Makes empty databases whose owner is no superuser, so that row-level security holds for it."""
    # Where root runs the tests, PostgreSQL runs as someone else, whom pytest keeps out of its own folders.
    with tempfile.TemporaryDirectory(prefix="abaton-postgres-", ignore_cleanup_errors=True) as folder:
        server = _start_postgres(Path(folder))
        yield from _databases(server.get_uri())
        server.cleanup()


def _start_postgres(folder: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            from pgserver.postgres_server import get_server

            return get_server(folder)
        except Exception as problem:
            pytest.skip(f"no PostgreSQL server could be started: {type(problem).__name__}: {problem}")


def _databases(uri: str) -> Iterator[Callable[[], str]]:
    root = make_url(uri).set(drivername="postgresql+psycopg")
    engine = create_engine(root, isolation_level="AUTOCOMMIT")
    numbers = itertools.count()

    def make() -> str:
        name = f"abaton_{next(numbers)}"
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} OWNER abaton"))
        owned = root.set(username="abaton", password=None, database=name, drivername="postgresql")
        return owned.render_as_string(hide_password=False)

    with engine.connect() as connection:
        connection.execute(text("CREATE ROLE abaton LOGIN"))
        connection.execute(text("ALTER SYSTEM SET fsync = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    yield make
    engine.dispose()


@pytest.fixture(scope="session")
def postgres_url(postgres_urls: Callable[[], str]) -> str:
    """One database with tables, which is emptied for each test: far faster than making it anew."""
    url = postgres_urls()
    database = Database.open(url, ManualClock())
    database.migrate()
    database.close()
    return url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def empty_url(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without tables."""
    if kind == "postgresql":
        return request.getfixturevalue("postgres_urls")()
    return f"sqlite:///{tmp_path / 'empty.sqlite'}"


@pytest.fixture
def url(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with empty tables."""
    of_postgres = request.getfixturevalue("postgres_url") if kind == "postgresql" else None
    url = of_postgres or f"sqlite:///{tmp_path / 'abaton.sqlite'}"
    database = Database.open(url, ManualClock())
    database.migrate()
    if kind == "postgresql":
        with database.write() as writing:
            writing.connection.exec_driver_sql("TRUNCATE clinic, one_time_link CASCADE")
    database.close()
    return url


@pytest.fixture
def database(url: str, clock: ManualClock) -> Iterator[Database]:
    opened = Database.open(url, clock)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_database(tmp_path: Path, clock: ManualClock) -> Iterator[Database]:
    opened = Database.open(f"sqlite:///{tmp_path / 'abaton.sqlite'}", clock)
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture
def place(database: Database) -> Place:
    return make_place(database, "Asklepieion")


@pytest.fixture
def other(database: Database) -> Place:
    return make_place(database, "Pergamon")


def make_place(database: Database, name: str) -> Place:
    with database.write() as writing:
        clinic = clinics.add(writing, name)

        def account(role: practitioners.Role) -> Practitioner:
            return practitioners.add(
                writing, clinic.id, name=f"{role} of {name}", email=f"{role}@{name}.example",
                password_hash="$argon2id$…", role=role, by="setup",
            )  # fmt: skip

        born = datetime.date(1980, 2, 29)
        admin, lead = account("admin"), account("lead")
        patient = patients.add(
            writing, clinic.id, given_name="Ariadne", family_name="Kalli", birth_date=born, mrn="17", by=lead.id
        )
        return Place(clinic, admin, lead, patient)


def allow(database: Database, place: Place) -> None:
    """Consent to care, and a clear screening."""
    patient, by = place.patient.id, place.lead.id
    with database.write() as writing:
        consents.record(writing, place.id, patient, purpose="care", given=True, version="1", by=by)
        screenings.record(writing, place.id, patient, answers=dict(CLEAR), by=by)


def make_session(database: Database, place: Place) -> Session:
    allow(database, place)
    with database.write() as writing:
        return sessions.plan(
            writing, place.id, patient_id=place.patient.id, lead_id=place.lead.id,
            experience="heights", seed=7, by=place.lead.id,
        )  # fmt: skip


def chain_of(session_id: str, facts: Sequence[log.AnyFact], last: log.Entry | None = None) -> list[log.Entry]:
    """Entries for facts, a second and sixty ticks apart."""
    entries: list[log.Entry] = []
    for fact in facts:
        number = 0 if last is None else last.number + 1
        last = log.chain(session_id, last, 60 * number, 1_750_000_000_000_000 + number * 1_000_000, "room", fact)
        entries.append(last)
    return entries


OPENED = log.Opened("heights", "1", 7, 60, {"height_m": 30.0})
STORY: list[log.AnyFact] = [
    OPENED,
    log.Joined("someone", Role.SUBJECT),
    log.Admitted("someone"),
    log.Began(),
    log.Commanded("rise_to", 1, {"height_m": 12.0}),
    log.Asked(1, "suds"),
    log.Answered(1, "suds", 55.0, "gaze"),
    log.Noted("Breathes calmly. Ωραία!"),
    log.Sealed("poses-0.mcap", "ab" * 32, 12345),
    log.Stopped(Role.SUBJECT, "grips"),
    log.Agreed(Role.SUBJECT),
    log.Agreed(Role.LEAD),
    log.Asked(2, "suds"),
    log.Answered(2, "suds", 30.5, "controller"),
    log.Closed("done"),
]
