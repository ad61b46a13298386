"""Progress that can be watched, and work that can be called off."""

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from abaton.imaging.importing.found import Report

Cancelled: TypeAlias = Callable[[], bool]
"""Asked often; work ends soon after it answers yes."""


class Stopped(Exception):
    """The work was called off. Nothing was changed."""


def _tell_nobody(doing: str, share: float) -> None:
    pass


def _never() -> bool:
    return False


class Watch(msgspec.Struct, frozen=True):
    """Who is told of progress, and who may call the work off.

    Attributes:
        report: Told what is being done and how much of it is done, 0 to 1.
        cancelled: Asked whether to stop.
        low: Share of the whole at which this part begins.
        high: Share of the whole at which this part ends.
    """

    report: Report = _tell_nobody
    cancelled: Cancelled = _never
    low: float = 0.0
    high: float = 1.0

    def at(self, doing: str, share: float) -> None:
        """Tells how much of this part is done.

        Raises:
            Stopped: The work was called off.
        """
        if self.cancelled():
            raise Stopped
        self.report(doing, self.low + (self.high - self.low) * min(max(share, 0.0), 1.0))

    def part(self, low: float, high: float) -> "Watch":
        """The watch of a part of this work, which runs from share `low` to share `high` of it."""
        length = self.high - self.low
        return Watch(self.report, self.cancelled, self.low + low * length, self.low + high * length)


QUIET = Watch()
"""Tells nobody and is never called off."""
