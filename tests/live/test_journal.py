import asyncio

import pytest

from abaton.live import log
from abaton.live.journal import Draft, Journal
from tests.live.conftest import SESSION, MemoryLog

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def draft(fact: log.AnyFact, tick: int = 0) -> Draft:
    return Draft(tick, 0, "lead", fact)


def facts(store: MemoryLog) -> list[log.AnyFact]:
    log.verify(SESSION, store.entries)
    return [entry.fact for entry in store.entries]


async def test_facts_are_chained_as_they_are_written() -> None:
    store = MemoryLog()
    journal = Journal(SESSION, store)
    await journal.write(draft(log.Began()))
    await journal.write(draft(log.Froze("lead"), tick=9))
    assert facts(store) == [log.Began(), log.Froze("lead")]
    assert journal.entries == store.entries
    assert journal.durable


async def test_a_refused_fact_leaves_no_trace_and_a_kept_one_is_written_later() -> None:
    store = MemoryLog()
    journal = Journal(SESSION, store)
    store.failing = True
    with pytest.raises(log.LogUnavailable, match="disk full"):
        await journal.write(draft(log.Noted("lost")))
    journal.keep(draft(log.Froze("lead")))
    with pytest.raises(log.LogUnavailable):
        await journal.flush()
    assert not journal.durable
    store.failing = False
    await journal.flush()
    assert journal.durable
    assert await journal.flush() == []
    assert facts(store) == [log.Froze("lead")]


async def test_kept_facts_come_before_new_ones() -> None:
    store = MemoryLog()
    journal = Journal(SESSION, store)
    journal.keep(draft(log.Froze("lead")))
    written = await journal.write(draft(log.Thawed()))
    assert [entry.fact for entry in written] == facts(store) == [log.Froze("lead"), log.Thawed()]


async def test_what_is_written_too_late_is_voided() -> None:
    store = MemoryLog()
    store.release = asyncio.Event()
    journal = Journal(SESSION, store, patience_s=0.001)
    with pytest.raises(log.LogUnavailable, match="longer than"):
        await journal.write(draft(log.Noted("late")))
    with pytest.raises(log.LogUnavailable, match="still being written"):
        await journal.write(draft(log.Noted("refused")))
    journal.keep(draft(log.Froze("lead")))
    store.release.set()
    await settled(journal)
    store.release = None
    await journal.flush()
    assert facts(store) == [log.Noted("late"), log.Voided(0), log.Froze("lead")]
    assert journal.durable


async def test_a_kept_fact_that_is_written_late_stands() -> None:
    store = MemoryLog()
    store.release = asyncio.Event()
    journal = Journal(SESSION, store, patience_s=0.001)
    journal.keep(draft(log.Froze("lead")))
    with pytest.raises(log.LogUnavailable):
        await journal.flush()
    store.release.set()
    await settled(journal)
    assert facts(store) == [log.Froze("lead")]
    assert journal.durable


async def test_what_fails_late_was_never_there() -> None:
    store = MemoryLog()
    store.release = asyncio.Event()
    journal = Journal(SESSION, store, patience_s=0.001)
    with pytest.raises(log.LogUnavailable):
        await journal.write(draft(log.Noted("late")))
    store.failing = True
    store.release.set()
    await settled(journal)
    store.failing, store.release = False, None
    await journal.write(draft(log.Began()))
    assert facts(store) == [log.Began()]


async def settled(journal: Journal) -> None:
    """Let the event loop run until the late write is over."""
    for _ in range(10):
        await asyncio.sleep(0)
