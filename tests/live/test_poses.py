import struct
from collections.abc import Callable

from abaton.live.bus import Delivery, Latest, LocalBus
from abaton.live.poses import AT_ONCE_UP_TO, INTERVAL_S, PoseExchange
from abaton.live.wire import POSES
from tests.live.conftest import deliveries


def exchange(members: int) -> tuple[PoseExchange, list[Delivery], list[tuple[float, Callable[[], None]]]]:
    bus, later = LocalBus(), list[tuple[float, Callable[[], None]]]()
    received, receive = deliveries()
    bus.subscribe("poses", receive)
    made = PoseExchange(bus, "poses", lambda after_s, action: later.append((after_s, action)))
    made.members = members
    return made, received, later


def parts(delivery: Delivery) -> dict[int, bytes]:
    frame = delivery.frame
    assert frame[0] == POSES
    found, at = dict[int, bytes](), 1
    while at < len(frame):
        slot, length = struct.unpack_from("<BH", frame, at)
        found[slot] = frame[at + 3 : at + 3 + length]
        at += 3 + length
    return found


def test_a_small_room_passes_poses_on_at_once() -> None:
    poses, received, later = exchange(AT_ONCE_UP_TO)
    poses.offer(0, b"a")
    poses.offer(1, b"bc")
    assert [parts(delivery) for delivery in received] == [{0: b"a"}, {1: b"bc"}]
    assert [delivery.key for delivery in received if isinstance(delivery, Latest)] == ["pose 0", "pose 1"]
    assert later == []


def test_a_large_room_joins_the_latest_of_each_into_one_frame() -> None:
    poses, received, later = exchange(AT_ONCE_UP_TO + 1)
    poses.offer(0, b"old")
    poses.offer(1, b"x" * 300)
    poses.offer(0, b"new")
    assert received == []
    [(after_s, flush)] = later
    assert after_s == INTERVAL_S
    flush()
    assert [parts(delivery) for delivery in received] == [{0: b"new", 1: b"x" * 300}]
    poses.offer(0, b"again")
    assert len(later) == 2
