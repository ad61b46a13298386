import numpy as np
import pytest

from abaton.training.sensors.counting import BOTTOM, COUNT, PERIOD, TOP, follow, forget, uncounted


@pytest.mark.parametrize("hertz", [0.2, 1.0, 3.0])
def test_cycles_of_a_sine_are_counted_and_measured(hertz: float) -> None:
    cycle = uncounted()
    for sample in range(int(12 / hertz / 0.008)):
        follow(cycle, 90 + 20 * np.sin(2 * np.pi * hertz * sample * 0.008), 0.008, 3.0 / hertz, 4.0, 0.3)
    assert cycle[COUNT] == pytest.approx(12, abs=1)
    assert cycle[PERIOD] == pytest.approx(1 / hertz, rel=0.02)
    assert cycle[TOP] == pytest.approx(110, abs=0.2)
    assert cycle[BOTTOM] == pytest.approx(70, abs=0.2)


def test_small_swings_do_not_count_and_counting_starts_anew() -> None:
    cycle = uncounted()
    for sample in range(2000):
        follow(cycle, 1.9 * np.sin(0.05 * sample), 0.008, 3.0, 4.0, 0.3)
    assert cycle[COUNT] == 0
    cycle[COUNT] = 5
    forget(cycle)
    assert cycle[COUNT] == 0 == cycle[PERIOD]
