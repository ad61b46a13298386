"""How a room reaches whoever listens to it: topics, without the room knowing what a socket is.

The bus in one process calls the receivers directly. A bus between machines has the same two methods.
"""

from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from abaton.live import wire


class Event(msgspec.Struct, frozen=True):
    """A frame that must arrive, in order; nothing follows the `last` one."""

    frame: bytes
    last: bool = False


class Latest(msgspec.Struct, frozen=True):
    """A frame that only counts until the next one with the same key."""

    key: str
    frame: bytes


class Change(msgspec.Struct, frozen=True):
    """Fields of the state that changed; two of them add up to one with the latest value of each."""

    tick: int
    time_us: int
    changes: dict[str, Any]
    frame: bytes

    @classmethod
    def of(cls, tick: int, time_us: int, changes: dict[str, Any]) -> "Change":
        """A change with its frame, encoded once for all receivers."""
        return cls(tick, time_us, changes, wire.encode(wire.Patch(tick, time_us, changes)))

    def onto(self, earlier: "Change") -> "Change":
        """This change after an earlier one that was not sent yet."""
        return Change.of(self.tick, self.time_us, {**earlier.changes, **self.changes})


Delivery = Event | Latest | Change
Receiver = Callable[[Delivery], None]


class Bus(Protocol):
    """Publishes deliveries to whoever subscribed to their topic."""

    def publish(self, topic: str, delivery: Delivery) -> None:
        """Hand a delivery to all receivers of a topic; never waits."""
        ...

    def subscribe(self, topic: str, receiver: Receiver) -> Callable[[], None]:
        """Receive a topic from now on; call the result to end it."""
        ...


class LocalBus:
    """The bus within one process: O(receivers of the topic) for each delivery."""

    def __init__(self) -> None:
        self._receivers: dict[str, list[Receiver]] = {}

    def publish(self, topic: str, delivery: Delivery) -> None:
        """Call every receiver of the topic, in the order in which they subscribed."""
        for receiver in self._receivers.get(topic, ()):
            receiver(delivery)

    def subscribe(self, topic: str, receiver: Receiver) -> Callable[[], None]:
        """Receive a topic from now on; call the result to end it."""
        # A new list each time, so that a receiver may come or go while a delivery is under way.
        self._receivers[topic] = [*self._receivers.get(topic, ()), receiver]

        def end() -> None:
            left = [other for other in self._receivers.get(topic, ()) if other is not receiver]
            if left:
                self._receivers[topic] = left
            else:
                self._receivers.pop(topic, None)

        return end
