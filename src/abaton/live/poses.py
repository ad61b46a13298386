"""Poses of everyone in a room, passed on at once in a small room and joined into one frame a tick in a large one.

A room of n people who each send at rate r makes n(n-1)r deliveries a second if each pose is passed on by itself;
joined, it makes nr, and no view is older than one interval more.
"""

import struct
from collections.abc import Callable

from abaton.live.bus import Bus, Latest
from abaton.live.wire import POSES

AT_ONCE_UP_TO = 4
"""Members up to which a pose is passed on as it comes; 4 x 3 x 60 deliveries a second are cheap."""

INTERVAL_S = 1 / 80
"""Shorter than the 1/60 s between a headset's poses: together they are the oldest that a view gets, which is to stay
below 34 ms."""

_head = struct.Struct("<BBH")
_slot = struct.Struct("<BH")


class PoseExchange:
    """Collects the latest pose of each slot and publishes them."""

    def __init__(self, bus: Bus, topic: str, later: Callable[[float, Callable[[], None]], object]) -> None:
        """`later(seconds, action)` runs an action after a while, as `loop.call_later` does."""
        self._bus = bus
        self._topic = topic
        self._later = later
        self._waiting: dict[int, bytes] = {}
        self._due = False
        self.members = 0

    def offer(self, slot: int, pose: bytes) -> None:
        """Take the latest pose of a slot."""
        if self.members <= AT_ONCE_UP_TO:
            frame = _head.pack(POSES, slot, len(pose)) + pose
            self._bus.publish(self._topic, Latest(f"pose {slot}", frame))
            return
        self._waiting[slot] = _slot.pack(slot, len(pose)) + pose
        if not self._due:
            self._due = True
            self._later(INTERVAL_S, self._flush)

    def _flush(self) -> None:
        self._due = False
        frame = b"".join((bytes((POSES,)), *self._waiting.values()))
        self._waiting.clear()
        self._bus.publish(self._topic, Latest("poses", frame))
