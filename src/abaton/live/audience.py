"""The connections of one room and the topics by which they are reached.

`all`: everyone welcomed, let in or not. `room`: everyone let in. `clinic`: lead and observers. `guests`: subject and
peers. `to/<participant>`: one of them.
"""

from collections.abc import Callable

import msgspec

from abaton.live import log, wire
from abaton.live.bus import Bus, Delivery, Event, Receiver
from abaton.live.role import Role

CLINIC = frozenset({Role.LEAD, Role.OBSERVER})

CLINIC_ONLY = (log.Opened, log.Noted, log.Checkpoint, log.Sealed, log.Voided, log.ClockJumped)
"""Facts that are not sent to the subject or to peers."""


class Audience:
    """Who listens to a room, and what each may hear."""

    def __init__(self, session: str, bus: Bus) -> None:
        self._session = session
        self._bus = bus
        self._receivers: dict[str, Receiver] = {}
        self._endings: dict[str, list[Callable[[], None]]] = {}

    def __len__(self) -> int:
        return len(self._receivers)

    def connect(self, participant: str, receiver: Receiver) -> None:
        """Reach a participant through this receiver; a connection that it had is told so and ended."""
        if participant in self._receivers:
            self.dismiss(participant, "replaced", "This place was taken up on another device.")
        self._receivers[participant] = receiver
        self._listen(participant, f"to/{participant}")

    def greet(self, participant: str) -> None:
        """Let a participant, who has been welcomed by now, hear how the room stands."""
        self._listen(participant, "all")

    def let_in(self, participant: str, role: Role) -> None:
        """Let a participant hear what its role may hear."""
        self._listen(participant, "room", "clinic" if role in CLINIC else "guests")

    def holds(self, participant: str, receiver: Receiver) -> bool:
        """Whether this receiver is the participant's present connection."""
        return self._receivers.get(participant) == receiver

    def disconnect(self, participant: str) -> None:
        """Reach a participant no more."""
        for end in self._endings.pop(participant, []):
            end()
        self._receivers.pop(participant, None)

    def dismiss(self, participant: str, code: str, reason: str) -> None:
        """Say goodbye to a participant and reach it no more."""
        self.publish(f"to/{participant}", Event(wire.encode(wire.Goodbye(code, reason)), last=True))
        self.disconnect(participant)

    def dismiss_all(self, code: str, reason: str) -> None:
        """Say goodbye to everyone."""
        for participant in list(self._receivers):
            self.dismiss(participant, code, reason)

    def topic(self, name: str) -> str:
        """The bus's name of one of this room's topics."""
        return f"{self._session}/{name}"

    def publish(self, name: str, delivery: Delivery) -> None:
        """Send to a topic of this room."""
        self._bus.publish(self.topic(name), delivery)

    def tell(self, participant: str, message: wire.Message) -> None:
        """Send a message to one participant."""
        self.publish(f"to/{participant}", Event(wire.encode(message)))

    def announce(self, entry: log.Entry) -> None:
        """Tell of an entry whoever may know of it."""
        frame = Event(wire.encode(happened(entry)))
        self.publish("clinic", frame)
        if not isinstance(entry.fact, CLINIC_ONLY):
            self.publish("guests", frame)

    def repeat(self, participant: str, role: Role, entry: log.Entry) -> None:
        """Tell one participant of an entry that it missed, if it may know of it."""
        if role in CLINIC or not isinstance(entry.fact, CLINIC_ONLY):
            self.tell(participant, happened(entry))

    def _listen(self, participant: str, *names: str) -> None:
        receiver = self._receivers.get(participant)
        if receiver is not None:
            endings = self._endings.setdefault(participant, [])
            endings += [self._bus.subscribe(self.topic(name), receiver) for name in names]


def happened(entry: log.Entry) -> wire.Happened:
    """An entry as it goes over the wire."""
    return wire.Happened(entry.number, entry.tick, entry.time_us, entry.actor, msgspec.to_builtins(entry.fact))
