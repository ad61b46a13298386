"""Records as models."""

import datetime

from hypothesis import given
from hypothesis import strategies as st

from abaton.server.views import at, day_end

UTC = datetime.UTC


@given(st.integers(0, 4_000_000_000_000_000))
def test_times_keep_their_microseconds(time_us: int):
    since = at(time_us) - datetime.datetime(1970, 1, 1, tzinfo=UTC)
    assert since // datetime.timedelta(microseconds=1) == time_us


def test_a_day_ends_at_the_clinics_midnight_also_when_clocks_change():
    def end(*moment: int, zone: str) -> datetime.datetime:
        time_us = round(datetime.datetime(*moment, tzinfo=UTC).timestamp() * 1e6)
        return day_end(time_us, zone)

    assert end(2026, 1, 5, 12, zone="UTC") == datetime.datetime(2026, 1, 6, tzinfo=UTC)
    assert end(2026, 1, 5, 23, zone="Europe/Athens") == datetime.datetime(2026, 1, 6, 22, tzinfo=UTC)
    assert end(2026, 3, 29, 10, zone="Europe/Athens") == datetime.datetime(2026, 3, 29, 21, tzinfo=UTC)
    assert end(2026, 10, 25, 10, zone="Europe/Athens") == datetime.datetime(2026, 10, 25, 22, tzinfo=UTC)
    assert end(2026, 10, 24, 22, zone="Europe/Athens") == datetime.datetime(2026, 10, 25, 22, tzinfo=UTC)
