import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abaton.training.physiology.gas import acidity, carbon_content, oxygen_content, pressures, saturation


@given(st.floats(5, 650), st.floats(8, 110), st.floats(0.4, 1.2))
def test_pressures_come_back_from_contents(po2: float, pco2: float, blood: float) -> None:
    found_o2, found_co2 = pressures(oxygen_content(po2, pco2, blood), carbon_content(po2, pco2), blood)
    assert found_o2 == pytest.approx(po2, abs=0.5)
    assert found_co2 == pytest.approx(pco2, abs=0.2)


@given(st.floats(5, 600), st.floats(5, 600), st.floats(15, 90))
def test_more_pressure_carries_more_oxygen(one: float, other: float, pco2: float) -> None:
    low, high = sorted((one, other))
    assert oxygen_content(low, pco2, 1.0) <= oxygen_content(high, pco2, 1.0)


def test_contents_are_those_of_textbooks() -> None:
    # Nunn's Applied Respiratory Physiology: arterial 20 ml/dl, mixed venous 15; CO2 48 and 52 ml/dl.
    assert 100 * oxygen_content(95, 40, 1.0) == pytest.approx(19.8, abs=0.6)
    assert 100 * oxygen_content(40, 46, 1.0) == pytest.approx(15.0, abs=0.8)
    assert 100 * carbon_content(95, 40) == pytest.approx(48.5, abs=1.5)
    assert 100 * carbon_content(40, 46) == pytest.approx(52.5, abs=1.5)


def test_saturation_follows_severinghaus() -> None:
    # Severinghaus 1979, J Appl Physiol 46:599, table at pH 7.4 and 37 C.
    for po2, percent in ((26.86, 50.0), (40, 74.9), (60, 90.6), (100, 97.5)):
        assert saturation(po2, 7.4, 37.0) == pytest.approx(percent, abs=0.6)
    assert saturation(40, 7.2, 37.0) < saturation(40, 7.4, 37.0) < saturation(40, 7.4, 34.0)


def test_acidity() -> None:
    assert acidity(40.0, 1.0) == pytest.approx(7.4, abs=0.01)
    # Acute rise of CO2 to 80: pH falls by about 0.008 for each mmHg (0.28 to 0.32 in all).
    assert acidity(40.0, 1.0) - acidity(80.0, 1.0) == pytest.approx(0.24, abs=0.06)
    assert acidity(40.0, 11.0) < 7.2
    assert math.isfinite(acidity(0.0, 200.0))
