"""A limit on failures: so many from one key within a window, then wait.

Each key holds the times of its latest failures. A key that failed `limit` times within the window is refused until
the oldest of these leaves the window. It is held in memory: a restart forgets it, which costs an attacker's target
at most another `limit` tries. When there are too many keys, those that failed longest ago go first.
"""

import math
from collections import OrderedDict, deque
from collections.abc import Hashable

from abaton.core.clock import Clock

MAX_KEYS = 10_000


class Throttle:
    """Counts failures by key.

    Args:
        clock: Its monotonic seconds are used, so that a jump of the wall clock frees nobody.
        limit: Failures that are let through within the window.
        window_s: The window in seconds.
    """

    def __init__(self, clock: Clock, limit: int, window_s: float) -> None:
        self._clock = clock
        self._limit = limit
        self._window_s = window_s
        self._failures: OrderedDict[Hashable, deque[float]] = OrderedDict()

    def wait_s(self, key: Hashable) -> int:
        """Whole seconds that a key must wait; 0 where it may try."""
        times = self._failures.get(key)
        if times is None or len(times) < self._limit:
            return 0
        return max(0, math.ceil(times[0] + self._window_s - self._clock.monotonic_s()))

    def failed(self, key: Hashable) -> None:
        """Count a failure."""
        times = self._failures.setdefault(key, deque(maxlen=self._limit))
        times.append(self._clock.monotonic_s())
        self._failures.move_to_end(key)
        if len(self._failures) > MAX_KEYS:
            self._failures.popitem(last=False)

    def succeeded(self, key: Hashable) -> None:
        """Forget a key's failures."""
        self._failures.pop(key, None)
