import msgspec
import numpy as np
import pytest

from abaton.core.errors import Problem
from abaton.training.physiology.influences import Array
from abaton.training.physiology.rhythm import Rhythm
from abaton.training.sensors.arterial import (
    OVERDAMPED,
    UNDERDAMPED,
    Arterial,
    catheter,
    line_rate,
    pressure,
    read_pressure,
)  # fmt: skip
from tests.training.sensors.conftest import Play, Played


def read(played: Played, line: Arterial | None = None) -> tuple[Arterial, Array]:
    line, parts = line or catheter(5), list[Array]()
    for course in played.courses:
        line, part = pressure(line, course)
        parts.append(part)
    return line, np.concatenate(parts)


def shown(line: Arterial) -> tuple[float, float, float]:
    found = read_pressure(line)
    assert found is not None
    return found


def test_a_good_line_shows_the_models_pressures(play: Play) -> None:
    played = play(30)
    line, wave = read(played)
    vitals = played.vitals[-1]
    systolic, diastolic, mean = shown(line)
    assert systolic == pytest.approx(vitals.systolic_mmhg, abs=5)
    assert diastolic == pytest.approx(vitals.diastolic_mmhg, abs=4)
    assert mean == pytest.approx(vitals.mean_mmhg, abs=3)
    assert line_rate(line) == pytest.approx(vitals.heart_rate, abs=3)
    assert wave[-500:].mean() == pytest.approx(played.all("arterial_mmhg")[-500:].mean(), abs=2)
    # The pulse is late at the wrist.
    true = played.all("arterial_mmhg")[1000:]
    lags = [
        float(np.corrcoef(true[: -30 or None], wave[1000 + lag : 1000 + lag + len(true) - 30])[0, 1])
        for lag in range(30)
    ]
    assert 0.08 < 0.008 * int(np.argmax(lags)) < 0.2


def test_there_is_a_dicrotic_wave_in_every_beat(play: Play) -> None:
    played = play(20)
    wave = np.convolve(read(played)[1][1250:], np.ones(5) / 5, "valid")
    tops = int(((wave[1:-1] > wave[:-2]) & (wave[1:-1] >= wave[2:])).sum())
    beats = played.courses[-1]["beat"][-1] - played.courses[10]["beat"][0]
    assert 1.8 * beats < tops < 2.6 * beats


def test_a_damped_line_narrows_the_pulse_and_a_ringing_one_widens_it(play: Play) -> None:
    played = play(30)
    good = shown(read(played)[0])
    pulses = list[float]()
    for natural_hz, damping in (OVERDAMPED, UNDERDAMPED):
        line = msgspec.structs.replace(catheter(5), natural_hz=natural_hz, damping=damping)
        systolic, diastolic, mean = shown(read(played, line)[0])
        pulses.append(systolic - diastolic)
        # Damping leaves the mean as it is.
        assert mean == pytest.approx(good[2], abs=1.5)
    assert pulses[0] < 0.75 * (good[0] - good[1])
    assert pulses[1] > 1.05 * (good[0] - good[1])


def test_zero_and_height_shift_every_sample(play: Play) -> None:
    played = play(5)
    _, true = read(played)
    _, off = read(played, msgspec.structs.replace(catheter(5), zero_mmhg=7.0))
    _, low = read(played, msgspec.structs.replace(catheter(5), below_heart_cm=10.0))
    assert np.abs(off - true - 7.0).max() < 1e-6
    # 10 cm of water are 7.4 mmHg.
    assert np.abs(low - true - 7.356).max() < 1e-6


def test_in_arrest_all_three_are_one(play: Play) -> None:
    line, wave = read(play(40, Rhythm.ASYSTOLE))
    systolic, diastolic, mean = shown(line)
    assert systolic == diastolic == mean
    assert mean == pytest.approx(wave[-125:].mean(), abs=1)
    assert line_rate(line) is None


def test_nothing_jumps_and_branches_agree(play: Play) -> None:
    played = play(15, Rhythm.VENTRICULAR_TACHYCARDIA)
    line, wave = read(played)
    steps = np.abs(np.diff(wave))
    assert steps[124::125].max() <= steps.max()
    # The steepest rise of a pulse, about 1000 mmHg/s.
    assert steps.max() < 12
    middle, first = read(Played(played.courses[:9], played.vitals[:9]))
    after, second = read(Played(played.courses[9:], played.vitals[9:]), middle)
    assert np.concatenate((first, second)).tobytes() == wave.tobytes()
    assert after.memory.tobytes() == line.memory.tobytes()


def test_lines_that_cannot_be_are_refused(play: Play) -> None:
    course = play(1).courses[0]
    for change in ({"damping": 0.0}, {"natural_hz": float("nan")}, {"zero_mmhg": 1000.0}):
        with pytest.raises(Problem):
            pressure(msgspec.structs.replace(catheter(5), **change), course)
