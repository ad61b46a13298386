import numpy as np
import pytest

from abaton.training.physiology.influences import Array, Support, contribution
from abaton.training.physiology.rhythm import Rhythm
from abaton.training.sensors.respiration import Respiration, impedance, impedance_rate, impedance_sensor
from tests.training.sensors.conftest import Play, Played


def felt(played: Played) -> tuple[Respiration, Array]:
    sensor, parts = impedance_sensor(6), list[Array]()
    for course in played.courses:
        sensor, part = impedance(sensor, course)
        parts.append(part)
    return sensor, np.concatenate(parts)


def test_it_counts_breaths(play: Play) -> None:
    played = play(40)
    sensor, wave = felt(played)
    assert impedance_rate(sensor) == pytest.approx(played.vitals[-1].respiratory_rate, abs=1)
    assert 0.5 < np.ptp(wave[2500:]) < 2


def test_apnoea_is_seen_after_20_s(play: Play) -> None:
    played = play(80, influences=contribution(log_drive=-12.0, log_wakefulness=-12.0))
    assert played.vitals[-1].respiratory_rate == 0
    assert impedance_rate(felt(played)[0]) == 0


def test_compressions_are_taken_for_breaths(play: Play) -> None:
    hands = Support(compression_per_min=110, compression_depth_mm=50)
    played = play(45, Rhythm.ASYSTOLE, 0.05, hands)
    assert played.vitals[-1].rhythm is Rhythm.ASYSTOLE
    rate = impedance_rate(felt(played)[0])
    assert rate is not None
    assert rate > 3 * max(played.vitals[-1].respiratory_rate, 12)
