import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import Future

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from abaton.core.clock import ManualClock
from abaton.core.errors import Problem
from abaton.live import log
from abaton.records import audit, projection, sessions
from abaton.records.database import Database, RecordsUnavailable
from abaton.records.projection import Note, Observation, Segment
from abaton.records.session_log import SessionLog
from abaton.records.sessions import Session
from abaton.records.transaction import Writing
from abaton.records.verification import verify_all, verify_session
from tests.records.conftest import OPENED, STORY, Place, chain_of, make_place, make_session


@pytest.fixture
def session(database: Database, place: Place) -> Session:
    return make_session(database, place)


def append(database: Database, session: Session, entries: list[log.Entry]) -> None:
    asyncio.run(SessionLog(database, session.clinic_id, session.id).append(entries))


def read(database: Database, session: Session) -> list[log.Entry]:
    return SessionLog(database, session.clinic_id, session.id).read()


def test_what_was_appended_is_read_back(database: Database, session: Session) -> None:
    entries = chain_of(session.id, STORY)
    append(database, session, entries[:5])
    append(database, session, [])
    append(database, session, entries[5:])
    assert read(database, session) == entries
    assert log.verify(session.id, read(database, session)) == len(STORY)


def test_the_sessions_state_follows_its_log(database: Database, session: Session) -> None:
    entries = chain_of(session.id, STORY)
    append(database, session, entries[:1])
    with database.read() as reading:
        opened = sessions.get(reading, session.clinic_id, session.id)
    assert (opened.state, opened.opened_us) == ("open", entries[0].time_us)
    append(database, session, entries[1:])
    with database.read() as reading:
        closed = sessions.get(reading, session.clinic_id, session.id)
        newest = audit.page(reading, session.clinic_id)[0]
    assert (closed.state, closed.closed_us) == ("closed", entries[-1].time_us)
    assert (newest.action, newest.record_id) == ("close", session.id)
    assert audit.read_detail(newest) == {"entries": len(entries), "sha256": entries[-1].digest.hex()}


def test_observations_notes_and_segments_are_projected(database: Database, session: Session) -> None:
    entries = chain_of(session.id, STORY)
    append(database, session, entries)
    here = (session.clinic_id, session.id)
    times = [entry.time_us for entry in entries]
    with database.read() as reading:
        assert projection.observations(reading, *here) == [
            Observation(session.id, 6, times[6], "suds", 55.0, "gaze"),
            Observation(session.id, 13, times[13], "suds", 30.5, "controller"),
        ]
        assert projection.notes(reading, *here) == [Note(session.id, 7, times[7], "room", "Breathes calmly. Ωραία!")]
        assert projection.segments(reading, *here) == [
            Segment(session.id, 8, times[8], "poses-0.mcap", "ab" * 32, 12345)
        ]


def test_a_voided_entry_says_nothing(database: Database, session: Session) -> None:
    append(database, session, chain_of(session.id, [OPENED, log.Noted("late"), log.Voided(1), log.Noted("in time")]))
    with database.read() as reading:
        notes = projection.notes(reading, session.clinic_id, session.id)
    assert [note.text for note in notes] == ["in time"]
    assert verify_session(database, session.clinic_id, session.id).intact


def test_a_note_may_hold_any_character(database: Database, session: Session) -> None:
    append(database, session, chain_of(session.id, [OPENED, log.Noted("a\0b😀\u202e'\"")]))
    fact = read(database, session)[1].fact
    assert fact == log.Noted("a\0b😀\u202e'\"")
    assert verify_session(database, session.clinic_id, session.id).intact


@pytest.mark.parametrize("number", [0, 2])
def test_an_entry_that_does_not_follow_is_refused(database: Database, session: Session, number: int) -> None:
    entries = chain_of(session.id, STORY)
    append(database, session, entries[:1])
    with pytest.raises(log.LogUnavailable, match="does not follow"):
        append(database, session, entries[number : number + 1])
    other = chain_of(session.id, [log.Began(), log.Thawed()])
    with pytest.raises(log.LogUnavailable, match="does not follow"):
        append(database, session, other[1:])
    assert read(database, session) == entries[:1]


def test_entries_of_another_session_are_a_mistake(database: Database, session: Session) -> None:
    with pytest.raises(ValueError, match="not chained for this session"):
        append(database, session, chain_of("another", [OPENED]))
    gap = chain_of(session.id, STORY)
    with pytest.raises(ValueError, match="does not follow"):
        append(database, session, [gap[0], gap[2]])


def test_another_clinics_session_can_be_neither_written_nor_read(
    database: Database, session: Session, other: Place
) -> None:
    stranger = SessionLog(database, other.id, session.id)
    with pytest.raises(log.LogUnavailable, match="no session"):
        asyncio.run(stranger.append(chain_of(session.id, [OPENED])))
    append(database, session, chain_of(session.id, [OPENED]))
    with pytest.raises(Problem):
        stranger.read()
    with database.read() as reading:
        assert projection.notes(reading, other.id, session.id) == []


def test_a_batch_is_written_whole_or_not_at_all(database: Database, session: Session) -> None:
    good = chain_of(session.id, STORY[:3])
    bad = log.chain(session.id, good[-1], 2**70, 0, "room", log.Began())
    with pytest.raises(Exception):  # noqa: B017, PT011 — each database has its own way to refuse the number
        append(database, session, [*good, bad])
    assert read(database, session) == []
    append(database, session, good)
    assert read(database, session) == good


def test_rooms_that_write_at_once_all_succeed(database: Database, place: Place) -> None:
    rooms = [make_session(database, place) for _ in range(5)]

    async def play(session: Session) -> None:
        journal = SessionLog(database, session.clinic_id, session.id)
        for entry in chain_of(session.id, STORY):
            await journal.append([entry])

    async def all_of_them() -> None:
        await asyncio.gather(*(play(session) for session in rooms))

    asyncio.run(all_of_them())
    for session in rooms:
        assert read(database, session) == chain_of(session.id, STORY)
    assert verify_all(database).findings == ()


class Doubtful(Database):
    """A database whose connection breaks just after a commit, so that nobody knows whether it was one."""

    breaks = False

    def submit(self, work: Callable[[Writing], None]) -> Future[None]:
        done = super().submit(work)
        if not self.breaks:
            return done
        done.result(10)
        lost: Future[None] = Future()
        lost.set_exception(RecordsUnavailable("connection lost"))
        return lost


def test_what_was_reported_as_unwritten_is_taken_back(url: str, clock: ManualClock) -> None:
    database = Doubtful.open(url, clock)
    assert isinstance(database, Doubtful)
    session = make_session(database, make_place(database, "Kos"))
    journal = SessionLog(database, session.clinic_id, session.id)
    first = chain_of(session.id, [OPENED])
    lost = chain_of(session.id, [log.Noted("lost"), log.Answered(1, "suds", 3, "gaze")], first[-1])
    kept = chain_of(session.id, [log.Noted("kept")], first[-1])
    asyncio.run(journal.append(first))
    database.breaks = True
    with pytest.raises(log.LogUnavailable):
        asyncio.run(journal.append(lost))
    database.breaks = False
    asyncio.run(journal.append(kept))
    assert read(database, session) == [*first, *kept]
    with database.read() as reading:
        assert [note.text for note in projection.notes(reading, session.clinic_id, session.id)] == ["kept"]
        assert projection.observations(reading, session.clinic_id, session.id) == []
    assert verify_session(database, session.clinic_id, session.id).intact
    database.close()


@pytest.mark.parametrize("kind", [pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_a_room_goes_on_after_its_connection_was_cut(database: Database, session: Session) -> None:
    entries = chain_of(session.id, STORY)
    append(database, session, entries[:3])
    with database.write() as writing:
        writing.connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE usename = current_user AND pid <> pg_backend_pid()"
        )
    append(database, session, entries[3:])
    assert read(database, session) == entries


def test_a_full_disk_loses_nothing_acknowledged_and_writing_goes_on_later(
    sqlite_database: Database,
) -> None:
    session = make_session(sqlite_database, make_place(sqlite_database, "Kos"))
    with sqlite_database.write() as writing:
        driver = writing.connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
    driver.execute("PRAGMA max_page_count = 1")
    entries = chain_of(session.id, [OPENED, *[log.Noted("x" * 2000)] * 200])
    acknowledged = 0

    def fill() -> None:
        nonlocal acknowledged
        for entry in entries:
            append(sqlite_database, session, [entry])
            acknowledged += 1

    with pytest.raises(log.LogUnavailable, match="full"):
        fill()
    assert read(sqlite_database, session) == entries[:acknowledged]
    driver.execute("PRAGMA max_page_count = 100000")
    append(sqlite_database, session, entries[acknowledged:])
    assert read(sqlite_database, session) == entries
    assert verify_all(sqlite_database).findings == ()


texts = st.text(st.characters(codec="utf-8"), max_size=20)
facts = st.one_of(
    st.builds(log.Answered, st.integers(0, 99), st.sampled_from(["suds", "pain"]), st.floats(0, 100), st.just("gaze")),
    st.builds(log.Noted, texts),
    st.builds(log.Sealed, st.just("s.mcap"), st.just("00" * 32), st.integers(0, 2**40)),
    st.builds(
        log.Commanded,
        texts,
        st.integers(0, 2**31),
        st.dictionaries(texts, st.floats(-1e9, 1e9) | texts),
    ),
    st.builds(log.ClockJumped, st.floats(-1e6, 1e6)),
    st.builds(log.Voided, st.integers(0, 30)),
)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=st.lists(facts, max_size=20), cuts=st.lists(st.integers(1, 5), max_size=20))
def test_any_log_comes_back_whole_and_says_what_it_says(
    sqlite_database: Database, told: list[log.AnyFact], cuts: list[int]
) -> None:
    with sqlite_database.read() as reading:
        numbered = reading.connection.exec_driver_sql("SELECT count(*) FROM clinic").scalar_one()
    session = make_session(sqlite_database, make_place(sqlite_database, f"Clinic{numbered}"))
    entries = chain_of(session.id, told)
    start = 0
    for cut in [*cuts, len(entries)]:
        append(sqlite_database, session, entries[start : start + cut])
        start += cut
    assert read(sqlite_database, session) == entries
    assert verify_session(sqlite_database, session.clinic_id, session.id).findings == ()
    seen: dict[int, object] = {}
    for entry in entries:
        if isinstance(entry.fact, log.Voided):
            seen.pop(entry.fact.entry, None)
        elif isinstance(entry.fact, log.Answered):
            seen[entry.number] = entry.fact.value
    with sqlite_database.read() as reading:
        found = projection.observations(reading, session.clinic_id, session.id)
    assert {row.entry: row.value for row in found} == seen
