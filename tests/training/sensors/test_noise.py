import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from abaton.training.sensors.noise import normal, uniform


def test_normal_numbers_have_the_moments_of_a_normal_distribution() -> None:
    drawn = np.array([normal(3, place) for place in range(20000)])
    assert abs(drawn.mean()) < 0.03
    assert abs(drawn.std() - 1) < 0.02
    assert abs((np.abs(drawn) < 1).mean() - 0.6827) < 0.015
    # No number leans on the one before it.
    assert abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) < 0.03


@given(st.integers(0, 2**32), st.integers(0, 2**40))
def test_uniform_numbers_lie_between_0_and_1_and_come_again(seed: int, place: int) -> None:
    drawn = uniform(seed, place)
    assert 0 < drawn < 1
    assert drawn == uniform(seed, place)
    assert drawn != uniform(seed + 1, place)
