"""Who has gone silent, and what follows: after 3 s the stimulus holds still, after 10 s comes the calm place."""

from enum import IntEnum

import msgspec

FREEZE_AFTER_S = 3.0
CALM_AFTER_S = 10.0


class Alarm(IntEnum):
    """How bad the silence is."""

    NONE = 0
    FREEZE = 1
    CALM = 2


class Verdict(msgspec.Struct, frozen=True):
    """The worst silence at the moment: what it calls for, and whose it is."""

    alarm: Alarm
    who: str | None


class Watchdog:
    """Remembers when each watched participant was last heard, on a monotonic clock."""

    def __init__(self) -> None:
        self._heard_s: dict[str, float] = {}

    def heard(self, who: str, now_s: float) -> None:
        """A sign of life; the first one begins the watch."""
        self._heard_s[who] = now_s

    def forget(self, who: str) -> None:
        """Watch this one no more: it left on purpose."""
        self._heard_s.pop(who, None)

    def judge(self, now_s: float) -> Verdict:
        """The verdict for the one who has been silent longest. O(participants)."""
        if not self._heard_s:
            return Verdict(Alarm.NONE, None)
        who = min(self._heard_s, key=self._heard_s.__getitem__)
        silent_s = now_s - self._heard_s[who]
        if silent_s >= CALM_AFTER_S:
            return Verdict(Alarm.CALM, who)
        return Verdict(Alarm.FREEZE, who) if silent_s >= FREEZE_AFTER_S else Verdict(Alarm.NONE, None)
