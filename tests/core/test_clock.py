import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abaton.core.clock import ManualClock, SystemClock, day_start_us, iso
from abaton.core.errors import Problem

MOMENTS = st.integers(0, 4_000_000_000_000_000)


def us(text: str) -> int:
    return round(datetime.datetime.fromisoformat(text).timestamp() * 1e6)


@pytest.mark.parametrize(
    ("moment", "zone", "start"),
    [
        ("2026-03-28T23:59:59+00:00", "UTC", "2026-03-28T00:00:00+00:00"),
        ("2026-03-28T22:30:00+00:00", "Europe/Athens", "2026-03-29T00:00:00+02:00"),
        ("2026-03-29T12:00:00+03:00", "Europe/Athens", "2026-03-29T00:00:00+02:00"),
        ("2026-10-25T12:00:00+02:00", "Europe/Athens", "2026-10-25T00:00:00+03:00"),
    ],
)
def test_a_day_begins_at_the_places_midnight(moment: str, zone: str, start: str) -> None:
    assert day_start_us(us(moment), zone) == us(start)


@given(MOMENTS, st.sampled_from(["UTC", "Europe/Athens", "America/St_Johns", "Pacific/Apia"]))
def test_a_day_begins_before_its_moments_and_once(moment: int, zone: str) -> None:
    start = day_start_us(moment, zone)
    assert 0 <= moment - start <= 26 * 3_600_000_000
    assert day_start_us(start, zone) == start


@pytest.mark.parametrize("zone", ["Nowhere", "", "../etc/passwd", "Europe"])
def test_an_unknown_place_is_a_problem(zone: str) -> None:
    with pytest.raises(Problem, match="IANA"):
        day_start_us(0, zone)


@given(MOMENTS)
def test_iso_keeps_every_microsecond(moment: int) -> None:
    back = datetime.datetime.fromisoformat(iso(moment))
    assert back - datetime.datetime.fromtimestamp(0, datetime.UTC) == datetime.timedelta(microseconds=moment)


def test_a_manual_clock_moves_only_when_told() -> None:
    clock = ManualClock(5)
    assert (clock.now_us(), clock.monotonic_s()) == (5, 0)
    clock.advance(1.5)
    clock.jump(-1)
    assert (clock.now_us(), clock.monotonic_s()) == (500_005, 1.5)


def test_the_machines_clock_does_not_go_back() -> None:
    clock = SystemClock()
    first = clock.monotonic_s()
    assert clock.monotonic_s() >= first
    assert clock.now_us() > us("2026-01-01T00:00:00+00:00")
