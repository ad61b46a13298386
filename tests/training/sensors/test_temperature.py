import math

import pytest

from abaton.core.errors import Problem
from abaton.training.sensors.temperature import SITES, thermometer, warmed


@pytest.mark.parametrize("site", SITES)
def test_a_step_is_followed_with_the_sites_time_constant(site: str) -> None:
    probe = warmed(thermometer(site), 37.0)
    assert probe.value_c == 37.0
    for _ in range(round(SITES[site])):
        probe = warmed(probe, 39.0)
    assert probe.value_c == pytest.approx(39.0 - 2.0 * math.exp(-1), abs=1e-9)


def test_a_forehead_is_no_site() -> None:
    with pytest.raises(Problem, match="rectum"):
        thermometer("forehead")
