"""Time as something that is passed in: a wall clock for records and a monotonic one for intervals."""

import time
from typing import Protocol


class Clock(Protocol):
    """What a component asks for time."""

    def now_us(self) -> int:
        """Wall clock: microseconds since the epoch, UTC."""
        ...

    def monotonic_s(self) -> float:
        """Seconds that never go back; only differences mean anything."""
        ...


class SystemClock:
    """The machine's clocks."""

    def now_us(self) -> int:
        """Wall clock: microseconds since the epoch, UTC."""
        return time.time_ns() // 1000

    def monotonic_s(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()


class ManualClock:
    """A clock that stands still until it is told to move, for tests and replay."""

    def __init__(self, now_us: int = 1_750_000_000_000_000) -> None:
        self._now_us = now_us
        self._monotonic_s = 0.0

    def now_us(self) -> int:
        """Wall clock: microseconds since the epoch, UTC."""
        return self._now_us

    def monotonic_s(self) -> float:
        """Seconds that never go back."""
        return self._monotonic_s

    def advance(self, seconds: float) -> None:
        """Let time pass on both clocks."""
        self._now_us += round(seconds * 1e6)
        self._monotonic_s += seconds

    def jump(self, seconds: float) -> None:
        """Set the wall clock forward or back, as a wrong time server would; the monotonic one goes on."""
        self._now_us += round(seconds * 1e6)
