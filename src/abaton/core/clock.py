"""Time as something that is passed in: a wall clock for records and a monotonic one for intervals."""

import datetime
import time
import zoneinfo
from typing import Protocol

from abaton.core.errors import Problem


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


def day_start_us(time_us: int, time_zone: str) -> int:
    """When the day of this moment began at a place.

    Args:
        time_us: A moment in microseconds since the epoch, UTC.
        time_zone: An IANA name such as `Europe/Athens`.

    Raises:
        Problem: `time_zone` is not one that this machine knows.
    """
    moment = datetime.datetime.fromtimestamp(time_us // 1_000_000, zone(time_zone))
    return round(moment.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()) * 1_000_000


def zone(name: str) -> zoneinfo.ZoneInfo:
    """The time zone of this IANA name; raises Problem when this machine knows none such."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise Problem(
            "time_zone",
            got=f"time zone {name!r}",
            expected="an IANA name such as Europe/Athens",
            next_step="Choose a name of the IANA list; where every name fails, install the package tzdata.",
        ) from None


def iso(time_us: int) -> str:
    """A moment as ISO 8601 in UTC with microseconds, as in `2026-03-01T09:30:00.000000Z`."""
    moment = datetime.datetime.fromtimestamp(time_us // 1_000_000, datetime.UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{time_us % 1_000_000:06d}Z"
