"""The simulated device against mechanics in closed form."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abaton.surgery.force.device import Limits
from abaton.surgery.force.simulated import Hand, SimulatedDevice, swing

STILL = np.zeros(3)


class Clock:
    def __init__(self) -> None:
        self.now = 5.0

    def __call__(self) -> float:
        return self.now


def test_a_free_handle_under_a_force_reaches_force_over_damping() -> None:
    mass, damping = 0.1, 2.0
    moving, work, force = np.zeros(6), 0.0, np.array([0.0, 0.0, 1.0])
    for _ in range(100):
        moving, done = swing(moving, force, STILL, STILL, np.array([mass, damping, 0, 0]), 0.001, 50)
        work += done
    # v = F/b (1 - exp(-b t / m)), z = F/b (t - m/b (1 - exp(-b t / m))).
    rest = 1 - math.exp(-damping * 0.1 / mass)
    assert moving[5] == pytest.approx(0.5 * rest, rel=1e-3)
    assert moving[2] == pytest.approx(0.5 * (0.1 - mass / damping * rest), rel=1e-3)
    assert work == pytest.approx(moving[2], rel=1e-9)


@given(st.floats(50, 1000), st.floats(0, 20), st.floats(-2, 2))
def test_the_work_of_a_held_force_goes_into_motion_spring_and_damping(
    stiffness: float, damping: float, push: float
) -> None:
    moving, work = np.zeros(6), 0.0
    for _ in range(50):
        moving, done = swing(
            moving, np.array([push, 0, 0]), STILL, STILL, np.array([0.09, 1.5, stiffness, damping]), 0.001, 20
        )
        work += done
    held = 0.5 * 0.09 * moving[3] ** 2 + 0.5 * stiffness * moving[0] ** 2
    assert held <= work * (1 + 1e-3) + 1e-12


def test_the_hand_takes_the_handle_where_it_means_to_be() -> None:
    clock = Clock()
    device = SimulatedDevice(Hand(frequency_hz=0.5), noise_m=0.0, clock=clock)
    device.open()
    heights: list[float] = []
    for _ in range(2000):
        clock.now += 0.001
        heights.append(float(device.read().position_m[2]))
    assert max(heights[1000:]) == pytest.approx(0.006, rel=0.05)
    assert min(heights) == pytest.approx(-0.006, rel=0.05)
    assert abs(heights.index(min(heights)) - 1000) < 30


def test_measurements_are_numbered_noisy_as_told_and_the_same_for_a_seed() -> None:
    def positions(seed: int) -> np.ndarray:
        clock = Clock()
        device = SimulatedDevice(Hand(amplitude_m=0.0), noise_m=5e-6, seed=seed, clock=clock)
        device.open()
        found = [device.read() for _ in range(500)]
        assert [one.number for one in found] == list(range(1, 501))
        return np.array([one.position_m for one in found])

    one = positions(3)
    np.testing.assert_array_equal(one, positions(3))
    assert not np.array_equal(one, positions(4))
    assert one.std() == pytest.approx(5e-6, rel=0.1)


def test_a_force_that_is_written_is_copied_and_closing_takes_it_away_twice() -> None:
    device = SimulatedDevice(limits=Limits(3.0, 1.0, 0.2))
    assert device.limits.force_n == 3.0
    force = np.array([0.0, 0.0, 1.0])
    device.write(force)
    force[2] = 9.0
    np.testing.assert_array_equal(device.written_n, [0, 0, 1])
    device.close()
    device.close()
    np.testing.assert_array_equal(device.written_n, STILL)
