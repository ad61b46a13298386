from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abaton.therapy.experiences.heights import (
    LIFT_ACCELERATION_MPS2,
    LIFT_SPEED_MPS,
    Floor,
    Heights,
    Railing,
)

DT = 1 / 60


def ride(heights: Heights, seconds: float) -> list[float]:
    track: list[float] = []
    for _ in range(round(seconds / DT)):
        heights.tick(DT)
        track.append(heights.state.height_m)
    return track


def test_lift_takes_the_time_of_its_speed_and_acceleration() -> None:
    heights = Heights(Random(1))
    heights.rise_to(12.0)
    track = ride(heights, 20)
    assert track[-1] == 12.0
    # Speed up and brake at 0.5 m/s2 to 1.5 m/s: 3 s and 2.25 m each, the rest at full speed.
    expected_s = 2 * LIFT_SPEED_MPS / LIFT_ACCELERATION_MPS2 + (12.0 - 4.5) / LIFT_SPEED_MPS
    arrived_s = track.index(12.0) * DT
    assert arrived_s == pytest.approx(expected_s, abs=0.2)


@given(st.lists(st.tuples(st.floats(0, 60), st.floats(0.1, 20)), min_size=1, max_size=5))
def test_ride_is_gentle_and_stays_between_the_floors_asked_for(stops: list[tuple[float, float]]) -> None:
    heights = Heights(Random(1))
    highest, before_m, before_mps = 0.0, 0.0, 0.0
    for target_m, seconds in stops:
        heights.rise_to(target_m)
        highest = max(highest, target_m)
        for height_m in ride(heights, seconds):
            speed_mps = (height_m - before_m) / DT
            assert abs(speed_mps) <= LIFT_SPEED_MPS + 1e-6
            assert abs(speed_mps - before_mps) <= 0.25
            assert -1e-9 <= height_m <= highest + 1e-9
            before_m, before_mps = height_m, speed_mps


@given(st.floats(0, 60))
def test_lift_arrives(target_m: float) -> None:
    heights = Heights(Random(1))
    heights.rise_to(target_m)
    assert ride(heights, 60)[-1] == target_m
    assert heights.state.speed_mps == 0.0


def test_stop_holds_the_lift_where_it_is() -> None:
    heights = Heights(Random(1))
    heights.rise_to(30.0)
    height_m = ride(heights, 8)[-1]
    heights.on_stop()
    assert set(ride(heights, 2)) == {height_m}


def test_railing_floor_and_wind_are_set() -> None:
    heights = Heights(Random(1))
    heights.set_railing(Railing.NONE)
    heights.set_floor(Floor.GLASS)
    heights.set_wind(0.8)
    assert (heights.state.railing, heights.state.floor, heights.state.wind) == ("none", "glass", 0.8)


def test_wind_comes_in_gusts_around_its_strength_and_a_calm_day_is_still() -> None:
    heights = Heights(Random(3))
    ride(heights, 5)
    assert heights.state.gust == 0.0
    heights.set_wind(0.5)
    gusts: list[float] = []
    for _ in range(round(300 / DT)):
        heights.tick(DT)
        gusts.append(heights.state.gust)
    assert sum(gusts) / len(gusts) == pytest.approx(0.5, abs=0.05)
    assert 0 <= min(gusts) < 0.35
    assert 0.65 < max(gusts) <= 1
