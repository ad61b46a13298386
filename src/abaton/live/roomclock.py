"""The clock of a room: wall time when it opened, carried on by the monotonic clock."""

from abaton.core.clock import Clock

JUMP_S = 1.0
"""A wall clock that moves by more than this against the monotonic one has jumped."""


class RoomClock:
    """Time that neither jumps nor goes back, whatever is done to the machine's wall clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._opened_us = clock.now_us()
        self._opened_s = clock.monotonic_s()
        self._told_s = 0.0

    def monotonic_s(self) -> float:
        """Seconds; only differences mean anything."""
        return self._clock.monotonic_s()

    def now_us(self) -> int:
        """Microseconds since the epoch, UTC, as the room counts them."""
        return self._opened_us + round((self._clock.monotonic_s() - self._opened_s) * 1e6)

    def jump_s(self) -> float:
        """By how much the wall clock has newly moved away from this one, in seconds; 0.0 if it has not."""
        off_s = (self._clock.now_us() - self.now_us()) / 1e6
        moved_s = off_s - self._told_s
        if abs(moved_s) < JUMP_S:
            return 0.0
        self._told_s = off_s
        return moved_s
