"""Limits on failures."""

from hypothesis import given
from hypothesis import strategies as st

from abaton.core.clock import ManualClock
from abaton.server import throttle as module
from abaton.server.throttle import Throttle


def test_a_key_waits_from_its_last_try_until_the_oldest_failure_leaves_the_window():
    clock = ManualClock()
    throttle = Throttle(clock, 3, 60)
    for _ in range(3):
        assert throttle.wait_s("key") == 0
        throttle.failed("key")
        clock.advance(10)
    assert throttle.wait_s("key") == 30
    assert throttle.wait_s("other") == 0
    clock.advance(30)
    assert throttle.wait_s("key") == 0
    throttle.failed("key")
    assert throttle.wait_s("key") == 10


@given(st.lists(st.integers(1, 100), min_size=1, max_size=60), st.integers(1, 6))
def test_never_more_than_the_limit_within_any_window(steps_s: list[int], limit: int):
    clock = ManualClock()
    throttle = Throttle(clock, limit, 60)
    tried: list[float] = []
    for step_s in steps_s:
        if throttle.wait_s("key") == 0:
            throttle.failed("key")
            tried.append(clock.monotonic_s())
        clock.advance(step_s)
    for first in tried:
        assert sum(first <= other < first + 60 for other in tried) <= limit


def test_a_success_forgets():
    throttle = Throttle(ManualClock(), 1, 60)
    throttle.failed("key")
    throttle.succeeded("key")
    throttle.succeeded("never seen")
    assert throttle.wait_s("key") == 0


def test_a_flood_of_keys_takes_bounded_memory_and_drops_the_oldest():
    throttle = Throttle(ManualClock(), 1, 60)
    for key in range(module.MAX_KEYS + 1):
        throttle.failed(key)
    assert throttle.wait_s(0) == 0
    assert throttle.wait_s(1) == 60
