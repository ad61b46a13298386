"""What waits to be sent to one client: every event, and the latest of everything else. Bounded."""

import asyncio
from collections import deque
from collections.abc import Callable

from abaton.live.bus import Change, Delivery, Event, Latest

MAX_EVENTS = 1024
"""More unsent events than this and the client has stopped reading; it is let go, and may resume."""


class Outbox:
    """The queue before one socket."""

    def __init__(self, max_events: int = MAX_EVENTS, on_overflow: Callable[[], object] = lambda: None) -> None:
        self._events: deque[bytes] = deque()
        self._latest: dict[str, bytes] = {}
        self._change: Change | None = None
        self._max_events = max_events
        self._on_overflow = on_overflow
        self._ready = asyncio.Event()
        self.overflowed = False
        self.closed = False
        self._ending = False
        self._handed_out = False
        self.send_now: Callable[[bytes], bool] = lambda _: False
        """Sends a frame at once if the socket is idle, and says whether it did; asked only while nothing is in line.

        What `take` handed out counts as in line until `take` is called again, so that nothing overtakes it.
        """

    def offer(self, delivery: Delivery) -> None:
        """Put a delivery in line; never waits. Past the bound the outbox overflows and takes nothing more."""
        if self.closed or self.overflowed:
            return
        in_line = self._events or self._latest or self._change is not None or self._handed_out
        if not in_line and not getattr(delivery, "last", False) and self.send_now(delivery.frame):
            return
        match delivery:
            case Latest(key, frame):
                self._latest[key] = frame
            case Change():
                self._change = delivery if self._change is None else delivery.onto(self._change)
            case Event(frame, last):
                if len(self._events) >= self._max_events:
                    self.overflowed = True
                    self._on_overflow()
                self._events.append(frame)
                self.closed = self._ending = last
        self._ready.set()

    def close(self) -> None:
        """Take nothing more; what is in line is still handed out."""
        self.closed = True
        self._ready.set()

    async def take(self) -> list[bytes]:
        """Wait for something and return all that is in line: events, then state, then the rest.

        An empty list means that the outbox is closed and empty, or has overflowed.
        """
        self._handed_out = False
        while True:
            if self.overflowed:
                return []
            frames = self.drain()
            if frames or self.closed:
                self._handed_out = True
                return frames
            self._ready.clear()
            await self._ready.wait()

    def drain(self) -> list[bytes]:
        """Everything in line now: events, then state, then the rest; a last event comes last."""
        if self.overflowed:
            return []
        frames = list(self._events)
        self._events.clear()
        last = [frames.pop()] if frames and self._ending else []
        if self._change is not None:
            frames.append(self._change.frame)
            self._change = None
        if self._latest:
            frames += self._latest.values()
            self._latest.clear()
        return frames + last
