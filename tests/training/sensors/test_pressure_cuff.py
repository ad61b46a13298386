import msgspec
import numpy as np
import pytest

from abaton.core.errors import Problem
from abaton.training.physiology.vitals import Vitals
from abaton.training.sensors.pressure_cuff import Cuff, every, pressed, stale, started, stopped
from tests.training.sensors.conftest import Play


@pytest.fixture(scope="module")
def well(play: Play) -> Vitals:
    return msgspec.structs.replace(
        play(1).vitals[-1], systolic_mmhg=120.0, diastolic_mmhg=78.0, mean_mmhg=92.0, time_s=0.0
    )  # fmt: skip


def run(cuff: Cuff, vitals: Vitals, seconds: int = 45, disturbed: bool = False) -> tuple[Cuff, list[float]]:
    pressures = list[float]()
    for second in range(seconds):
        cuff = pressed(cuff, msgspec.structs.replace(vitals, time_s=vitals.time_s + second + 1), disturbed)
        pressures.append(cuff.cuff_mmhg)
    return cuff, pressures


def test_readings_lie_within_what_is_allowed(well: Vitals) -> None:
    # ISO 81060-2: mean error at most 5 mmHg, deviation at most 8.
    errors, lengths = list[tuple[float, float, float]](), set[int]()
    for seed in range(300):
        cuff, _ = run(started(Cuff(seed), 0.0), well)
        assert cuff.last is not None
        assert cuff.last.systolic_mmhg > cuff.last.mean_mmhg > cuff.last.diastolic_mmhg
        errors.append((cuff.last.systolic_mmhg - 120, cuff.last.mean_mmhg - 92, cuff.last.diastolic_mmhg - 78))
        lengths.add(round(cuff.last.taken_s))
    found = np.array(errors)
    assert (np.abs(found.mean(axis=0)) < 1).all()
    assert (found.std(axis=0) < 8).all()
    assert (found.std(axis=0) > 1).all()
    assert min(lengths) == 30
    assert max(lengths) == 40


def test_it_blows_up_above_the_pulse_and_lets_the_air_out(well: Vitals) -> None:
    cuff, pressures = run(started(Cuff(1), 0.0), well)
    assert max(pressures) == 160
    assert pressures[-1] == 0
    assert not cuff.running
    high = msgspec.structs.replace(well, systolic_mmhg=190.0, mean_mmhg=140.0, diastolic_mmhg=110.0)
    cuff, pressures = run(started(Cuff(1), 0.0), high)
    assert max(pressures) > 200
    assert cuff.last is not None
    assert cuff.last.systolic_mmhg == pytest.approx(190, abs=12)


@pytest.mark.parametrize("reason", ["arrest", "weak", "motion", "off"])
def test_it_fails_and_keeps_the_last_reading_with_its_time(well: Vitals, reason: str) -> None:
    cuff, _ = run(started(Cuff(2), 0.0), well)
    good = cuff.last
    assert good is not None
    assert cuff.failed_s is None
    arrest = {"systolic_mmhg": 12.0, "mean_mmhg": 12.0, "diastolic_mmhg": 12.0}
    weak = {"systolic_mmhg": 70.0, "mean_mmhg": 62.0, "diastolic_mmhg": 58.0}
    bad = msgspec.structs.replace(
        well, time_s=100.0, **(arrest if reason == "arrest" else weak if reason == "weak" else {})
    )  # fmt: skip
    cuff = msgspec.structs.replace(started(cuff, 100.0), connected=reason != "off")
    cuff, _ = run(cuff, bad, disturbed=reason == "motion")
    assert cuff.failed_s is not None
    assert cuff.last == good
    assert not cuff.running


def test_pressures_are_of_different_moments(well: Vitals) -> None:
    # Pressure falls by 1 mmHg a second: the later found, the lower.
    cuff = started(Cuff(3), 0.0)
    for second in range(40):
        fallen = msgspec.structs.replace(
            well,
            systolic_mmhg=140.0 - second,
            mean_mmhg=112.0 - second,
            diastolic_mmhg=98.0 - second,
            time_s=second + 1.0,
        )
        cuff = pressed(cuff, fallen)
        if not cuff.running:
            break
    assert cuff.found[0] - cuff.found[2] > 140 - 98 + 3


def test_intervals_and_age(well: Vitals) -> None:
    cuff = every(Cuff(4), 5)
    begun = list[float]()
    for second in range(1000):
        was = cuff.running
        cuff = pressed(cuff, msgspec.structs.replace(well, time_s=float(second)))
        if cuff.running and not was:
            begun.append(float(second))
    assert begun == [0, 300, 600, 900]
    assert cuff.last is not None
    assert not stale(cuff, cuff.last.taken_s + 449)
    assert stale(cuff, cuff.last.taken_s + 451)
    assert stale(Cuff(4), 0.0)
    by_hand = every(cuff, 0)
    assert not stale(by_hand, cuff.last.taken_s + 599)
    assert stale(by_hand, cuff.last.taken_s + 601)
    assert stopped(started(by_hand, 0.0)).cuff_mmhg == 0
    for minutes in (0.5, 1000, float("nan")):
        with pytest.raises(Problem):
            every(cuff, minutes)
