import math

import msgspec
import numpy as np
import pytest

from abaton.core.errors import Problem
from abaton.training.physiology.influences import Array, Support, contribution
from abaton.training.physiology.rhythm import Rhythm
from abaton.training.sensors.capnogram import KINDS, Capnogram, breaths_per_min, co2_sensor, end_tidal, gas
from tests.training.sensors.conftest import Play, Played


def drawn(played: Played, kind: str = "sidestream") -> tuple[Capnogram, Array]:
    sensor, parts = co2_sensor(4, kind), list[Array]()
    for course in played.courses:
        sensor, part = gas(sensor, course)
        parts.append(part)
    return sensor, np.concatenate(parts)


@pytest.mark.parametrize("kind", KINDS)
def test_the_numbers_are_the_models(play: Play, kind: str) -> None:
    played = play(40)
    sensor, wave = drawn(played, kind)
    rate = breaths_per_min(sensor)
    shown = end_tidal(sensor)
    assert rate is not None
    assert shown is not None
    assert shown == pytest.approx(played.vitals[-1].etco2_mmhg, abs=2)
    assert rate == pytest.approx(played.vitals[-1].respiratory_rate, abs=1)
    assert wave.min() >= 0
    # Inspired gas holds none.
    assert np.percentile(wave, 10) < 0.5


def test_a_side_stream_is_two_seconds_late_and_slower(play: Play) -> None:
    course = play(1).courses[0]
    jumped = msgspec.structs.replace(course, values=course.values.copy())
    jumped["exhaled_co2_mmhg"][:] = 40.0
    jumped["airway_flow_ml_s"][:] = -100.0
    quiet = msgspec.structs.replace(jumped, values=jumped.values.copy())
    quiet["exhaled_co2_mmhg"][:] = 0.0
    for kind, (delay_s, rise_s) in KINDS.items():
        sensor, parts = co2_sensor(4, kind), list[Array]()
        for second in range(10):
            sensor, part = gas(sensor, quiet if second < 5 else jumped)
            parts.append(part)
        wave = np.concatenate(parts)
        # Of a first-order rise, half is reached after ln 2 time constants.
        half = 0.008 * (np.argmax(wave > 20) + 1) - 5.0
        assert half == pytest.approx(delay_s + rise_s * math.log(2), abs=0.03)
        ninety, ten = np.argmax(wave > 36), np.argmax(wave > 4)
        assert 0.008 * (ninety - ten) == pytest.approx(2.197 * rise_s, abs=0.03)
    assert KINDS["sidestream"][0] == 2.0


def test_without_breaths_the_line_falls_to_zero(play: Play) -> None:
    played = play(80, influences=contribution(log_drive=-12.0, log_wakefulness=-12.0))
    assert played.vitals[-1].respiratory_rate == 0
    sensor, wave = drawn(played)
    assert wave[-1000:].max() < 1.0
    assert end_tidal(sensor) == 0 == breaths_per_min(sensor)


def slant(wave: Array) -> float:
    """mmHg a second over the second half of the expirations."""
    up = np.flatnonzero((wave[1:] > 12) & (wave[:-1] <= 12))
    down = np.flatnonzero((wave[1:] <= 12) & (wave[:-1] > 12))
    slopes = list[float]()
    for begin in up[2:]:
        ends = down[down > begin + 60]
        if len(ends):
            part = wave[begin + (ends[0] - begin) // 2 : ends[0] - 20]
            slopes.append(float(np.polyfit(0.008 * np.arange(len(part)), part, 1)[0]))
    return float(np.median(slopes))


def test_narrow_airways_lean_the_plateau_into_a_fin(play: Play) -> None:
    slopes = [
        slant(drawn(play(50, influences=contribution(log_airway_resistance=math.log(factor))), "mainstream")[1][3000:])
        for factor in (1, 4, 8)
    ]
    # A healthy plateau rises by 1 to 3 mmHg over a breath.
    assert 0 < slopes[0] < 3
    assert slopes[0] + 0.5 < slopes[1] < slopes[2]
    assert slopes[2] > 6


def test_compressions_ripple_it(play: Play) -> None:
    bag = {"ventilation": "bag", "rate_per_min": 10, "tidal_ml": 500, "tube": True}
    hands = Support(compression_per_min=110, compression_depth_mm=50, **bag)  # pyright: ignore[reportArgumentType]
    still = Support(**bag)  # pyright: ignore[reportArgumentType]
    ripples = list[float]()
    for support in (hands, still):
        sensor, wave = drawn(play(40, Rhythm.VENTRICULAR_FIBRILLATION, 0.8, support), "mainstream")
        rate = breaths_per_min(sensor)
        assert rate is not None
        assert rate == pytest.approx(10, abs=1.5)
        power = np.abs(np.fft.rfft((wave[-2500:] - wave[-2500:].mean()) * np.hanning(2500)))
        hertz = np.fft.rfftfreq(2500, 0.008)
        ripples.append(float(power[np.abs(hertz - 110 / 60) < 0.06].max()))
    assert ripples[0] > 3 * ripples[1]


def test_branches_and_refusals(play: Play) -> None:
    played = play(10)
    sensor, wave = drawn(Played(played.courses[:8], played.vitals[:8]))
    tails = [gas(sensor, played.courses[8])[1] for _ in range(2)]
    whole = drawn(played)[1]
    assert tails[0].tobytes() == tails[1].tobytes() == whole[8 * 125 : 9 * 125].tobytes()
    assert wave.tobytes() == whole[: 8 * 125].tobytes()
    with pytest.raises(Problem, match="mainstream"):
        co2_sensor(1, "nose")
