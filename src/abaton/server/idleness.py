"""Whether a sign-in was used lately.

Times of use are held in memory, not in the records: a durable write for every request would be a heavy price. A
restart therefore begins the idle time of a sign-in anew; its absolute end, in the records, stands.
"""

from collections import OrderedDict

from abaton.core.clock import Clock

MAX_SIGN_INS = 10_000


class Idleness:
    """Remembers when each sign-in was last used.

    Args:
        clock: Its monotonic seconds are used.
        limit_s: A sign-in that was not used for longer is over.
    """

    def __init__(self, clock: Clock, limit_s: float) -> None:
        self._clock = clock
        self._limit_s = limit_s
        self._used_s: OrderedDict[bytes, float] = OrderedDict()

    def over(self, sign_in: bytes) -> bool:
        """Whether it was left unused for too long. One that was never seen begins its idle time now."""
        now_s = self._clock.monotonic_s()
        used_s = self._used_s.get(sign_in)
        if used_s is None:
            self.used(sign_in)
            return False
        return now_s - used_s > self._limit_s

    def used(self, sign_in: bytes) -> None:
        """It is used now."""
        self._used_s[sign_in] = self._clock.monotonic_s()
        self._used_s.move_to_end(sign_in)
        if len(self._used_s) > MAX_SIGN_INS:
            self._used_s.popitem(last=False)

    def forget(self, sign_in: bytes) -> None:
        """It has ended."""
        self._used_s.pop(sign_in, None)
