from abaton.live import wire
from abaton.live.bus import Change, Event, LocalBus
from tests.live.conftest import deliveries


def test_only_subscribers_of_the_topic_receive() -> None:
    bus = LocalBus()
    (first, receive_first), (second, receive_second) = deliveries(), deliveries()
    bus.subscribe("room", receive_first)
    end = bus.subscribe("clinic", receive_second)
    bus.publish("room", Event(b"1"))
    bus.publish("clinic", Event(b"2"))
    end()
    end()
    bus.publish("clinic", Event(b"3"))
    bus.publish("nobody", Event(b"4"))
    assert first == [Event(b"1")]
    assert second == [Event(b"2")]


def test_a_receiver_may_end_while_it_receives() -> None:
    bus, received = LocalBus(), list[Event]()
    endings = [bus.subscribe("room", lambda event: (received.append(event), endings[0]())) for _ in range(2)]  # type: ignore[arg-type]
    bus.publish("room", Event(b"1"))
    bus.publish("room", Event(b"2"))
    assert len(received) == 3


def test_two_changes_add_up_to_the_latest_of_each_field() -> None:
    early = Change.of(1, 10, {"height_m": 1.0, "wind": 0.5})
    both = Change.of(2, 20, {"height_m": 2.0}).onto(early)
    assert wire.decode_room(both.frame) == wire.Patch(2, 20, {"height_m": 2.0, "wind": 0.5})
