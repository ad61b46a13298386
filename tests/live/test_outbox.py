import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abaton.live import wire
from abaton.live.bus import Change, Delivery, Event, Latest
from abaton.live.outbox import Outbox

pytestmark = pytest.mark.anyio


async def test_take_waits_for_something() -> None:
    outbox, taken = Outbox(), list[bytes]()

    async def take() -> None:
        taken.extend(await outbox.take())

    async with anyio.create_task_group() as group:
        group.start_soon(take)
        await anyio.lowlevel.checkpoint()
        assert taken == []
        outbox.offer(Event(b"1"))
    assert taken == [b"1"]


def test_a_busy_socket_gets_every_event_and_the_latest_of_the_rest() -> None:
    outbox = Outbox()
    for number in range(3):
        outbox.offer(Event(b"event %d" % number))
        outbox.offer(Latest("room", b"room %d" % number))
        outbox.offer(Change.of(number, 0, {f"field{number}": number, "same": number}))
    *events, change, room = outbox.drain()
    assert events == [b"event 0", b"event 1", b"event 2"]
    assert wire.decode_room(change) == wire.Patch(2, 0, {"field0": 0, "field1": 1, "field2": 2, "same": 2})
    assert room == b"room 2"
    assert outbox.drain() == []


def test_a_client_that_stops_reading_overflows_its_own_outbox_only() -> None:
    given_up: list[bool] = []
    outbox = Outbox(max_events=3, on_overflow=lambda: given_up.append(True))
    for number in range(3):
        outbox.offer(Event(b"%d" % number))
    assert not outbox.overflowed
    outbox.offer(Event(b"3"))
    outbox.offer(Event(b"4"))
    assert outbox.overflowed
    assert given_up == [True]
    assert outbox.drain() == []


def test_nothing_follows_the_last_event() -> None:
    outbox = Outbox()
    outbox.offer(Event(b"goodbye", last=True))
    outbox.offer(Event(b"more"))
    assert outbox.drain() == [b"goodbye"]
    assert outbox.closed


@given(st.lists(st.integers(0, 2)))
def test_memory_is_bounded_without_events(kinds: list[int]) -> None:
    outbox = Outbox()
    for number, kind in enumerate(kinds):
        delivery: Delivery = Change.of(number, 0, {"x": number}) if kind == 2 else Latest(str(kind), b"")
        outbox.offer(delivery)
    assert len(outbox.drain()) <= 3


def test_an_idle_socket_is_sent_to_at_once_and_a_busy_one_when_its_turn_comes() -> None:
    outbox, idle = Outbox(), [True, False]
    sent: list[bytes] = []

    def send_now(frame: bytes) -> bool:
        if idle.pop(0):
            sent.append(frame)
            return True
        return False

    outbox.send_now = send_now
    for frame in (b"first", b"second", b"third"):
        outbox.offer(Event(frame))  # the third finds the second in line, and is not tried
    assert sent == [b"first"]
    assert outbox.drain() == [b"second", b"third"]


def test_the_last_event_takes_its_turn_so_that_the_socket_is_closed_after_it() -> None:
    outbox = Outbox()
    outbox.send_now = lambda _: True
    outbox.offer(Event(b"goodbye", last=True))
    assert outbox.drain() == [b"goodbye"]
    assert outbox.closed


async def test_nothing_overtakes_what_was_handed_out() -> None:
    outbox, sent = Outbox(), list[bytes]()

    def send_now(frame: bytes) -> bool:
        sent.append(frame)
        return True

    outbox.offer(Event(b"first"))
    outbox.send_now = send_now
    assert await outbox.take() == [b"first"]
    outbox.offer(Event(b"second"))
    assert sent == []
    assert await outbox.take() == [b"second"]
    async with anyio.create_task_group() as group:
        group.start_soon(outbox.take)
        await anyio.lowlevel.checkpoint()
        outbox.offer(Event(b"third"))
        assert sent == [b"third"]
        outbox.close()
