"""A data folder with one closed session, and a way to run commands on it."""

import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from abaton.cli.demo_clinic import ensure_demo_clinic
from abaton.cli.program import main
from abaton.core.clock import ManualClock
from abaton.live import log
from abaton.live.role import Role
from abaton.live.room import Room
from abaton.records import clinics, patients, practitioners, sessions
from abaton.records.database import Database
from abaton.records.session_log import SessionLog
from abaton.therapy.experiences.heights import Heights

RATE_HZ = 60
SECONDS = 20
HEIGHT_M = 4.0


@dataclass(frozen=True)
class Finished:
    """How a command ended and what it wrote."""

    code: int
    output: str
    errors: str


Abaton = Callable[..., Finished]


@pytest.fixture
def abaton(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Abaton:
    """Runs `abaton` with arguments, in a terminal of 200 columns without colours."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")

    def run(*arguments: str | Path) -> Finished:
        monkeypatch.setattr(sys, "argv", ["abaton", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        code = ended.value.code
        return Finished(code if isinstance(code, int) else 0, captured.out, captured.err)

    return run


@dataclass(frozen=True)
class Kept:
    """A data folder and the session in it."""

    data: Path
    session_id: str


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    """The demo clinic with one closed session of 20 s, in which the lift rose to 4 m."""
    data, clock = tmp_path / "data", ManualClock()
    data.mkdir()
    database = Database.open(f"sqlite:///{data / 'abaton.sqlite'}", clock)
    try:
        database.migrate()
        ensure_demo_clinic(database, data)
        return Kept(data, _hold_session(database, clock))
    finally:
        database.close()


def _hold_session(database: Database, clock: ManualClock) -> str:
    with database.write() as writing:
        (clinic,) = clinics.every(writing)
        lead = next(one for one in practitioners.of_clinic(writing, clinic.id) if one.role == "lead")
        (patient,) = patients.search(writing, clinic.id, "D-001")
        session = sessions.plan(
            writing, clinic.id, patient_id=patient.id, lead_id=lead.id, experience="heights", seed=7, by=lead.id
        )
        sessions.open_now(writing, clinic.id, session.id, by=lead.id)
    entries = _entries(session.id, lead.id, clock.now_us())
    asyncio.run(SessionLog(database, clinic.id, session.id).append(entries))
    return session.id


def _entries(session_id: str, lead_id: str, opened_us: int) -> list[log.Entry]:
    room = Room(Heights, 7, RATE_HZ, {})
    facts: list[tuple[int, log.AnyFact]] = [
        (0, log.Opened("heights", "1", 7, RATE_HZ, {})),
        (0, log.Joined("subject", Role.SUBJECT)),
        (0, log.Admitted("subject")),
        (0, log.Began()),
        (RATE_HZ, log.Commanded("rise_to", 1, {"height_m": HEIGHT_M})),
        (15 * RATE_HZ, log.Noted("Calm")),
    ]
    entries: list[log.Entry] = []

    def add(tick: int, fact: log.AnyFact) -> None:
        time_us = opened_us + tick * 1_000_000 // RATE_HZ
        entries.append(log.chain(session_id, entries[-1] if entries else None, tick, time_us, lead_id, fact))

    for tick, fact in facts:
        while room.tick < tick:
            room.step()
        add(tick, fact)
        room.apply(fact)
    while room.tick < SECONDS * RATE_HZ:
        room.step()
    add(room.tick, log.Checkpoint(room.digest()))
    add(room.tick, log.Closed("done"))
    return entries
