import msgspec
import numpy as np
import pytest

from abaton.core.errors import Problem
from abaton.training.physiology.influences import Support
from abaton.training.physiology.rhythm import Rhythm
from abaton.training.sensors.pleth import AVERAGE_S, SITES, Pleth, light, probe, pulse_rate, spo2
from tests.training.sensors.conftest import Play, Played


def watched(played: Played, site: str = "finger", motion: float = 0.0) -> tuple[Pleth, list[float | None]]:
    finger, shown = probe(3, played.vitals[0].saturation_pct, site), list[float | None]()
    for course, vitals in zip(played.courses, played.vitals, strict=True):
        finger, _ = light(finger, course, vitals, motion)
        shown.append(spo2(finger))
    return finger, shown


@pytest.mark.parametrize("site", SITES)
def test_a_fall_is_shown_late_and_then_within_the_average(play: Play, site: str) -> None:
    played = play(20)
    course, well = played.courses[-1], played.vitals[-1]
    ill = msgspec.structs.replace(well, saturation_pct=well.saturation_pct - 16)
    finger, shown = probe(3, well.saturation_pct, site), list[float | None]()
    for second in range(60):
        finger, _ = light(finger, course, well if second < 15 else ill)
        shown.append(spo2(finger))
    true = round(well.saturation_pct)
    assert shown[3] == true
    known = [value for value in shown[3:] if value is not None]
    first = 3 + next(second for second, value in enumerate(known) if value < true - 1)
    whole = 3 + next(second for second, value in enumerate(known) if value <= true - 16)
    # The fall comes in the second after 15; a reading is of whole seconds.
    assert first - 15 == SITES[site]
    assert whole - first == AVERAGE_S - 1
    assert 15 <= SITES[site] <= 30


def test_it_counts_the_pulse_and_its_swing_is_that_of_the_pressure(play: Play) -> None:
    played = play(20)
    finger, _ = watched(played)
    rate = pulse_rate(finger)
    assert rate is not None
    assert rate == pytest.approx(played.vitals[-1].heart_rate, abs=3)
    _, wave = light(finger, played.courses[-1], played.vitals[-1])
    pulse = played.vitals[-1].systolic_mmhg - played.vitals[-1].diastolic_mmhg
    assert np.ptp(wave) == pytest.approx(pulse / 40, rel=0.4)


def test_a_pulse_has_a_notch(play: Play) -> None:
    played = play(5)
    finger = probe(3, 97.0)
    waves = list[np.ndarray[tuple[int], np.dtype[np.float64]]]()
    for course, vitals in zip(played.courses, played.vitals, strict=True):
        finger, wave = light(finger, course, vitals)
        waves.append(np.convolve(wave, np.ones(5) / 5, "same")[5:-5])
    # Two crests to each beat: more tops than beats.
    tops = sum(int(((wave[1:-1] > wave[:-2]) & (wave[1:-1] >= wave[2:])).sum()) for wave in waves[5:])
    beats = played.courses[-1]["beat"][-1] - played.courses[5]["beat"][0]
    assert tops > 1.6 * beats


@pytest.mark.parametrize("reason", ["arrest", "compressions", "motion", "cuff", "off"])
def test_it_is_lost_and_comes_back(play: Play, reason: str) -> None:
    well = play(10)
    hands = Support(compression_per_min=110, compression_depth_mm=50)
    bad = {"arrest": Rhythm.ASYSTOLE, "compressions": Rhythm.VENTRICULAR_FIBRILLATION}
    played = play(20, bad[reason], 0.5, hands if reason == "compressions" else None) if reason in bad else play(20)
    finger, shown = watched(well)
    assert shown[-1] is not None
    lost = list[float | None]()
    for course, vitals in zip(played.courses[10:], played.vitals[10:], strict=True):
        finger = msgspec.structs.replace(finger, connected=reason != "off")
        finger, wave = light(finger, course, vitals, 0.8 if reason == "motion" else 0.0, reason == "cuff")
        assert np.isfinite(wave).all()
        lost.append(spo2(finger))
    assert lost[-1] is None
    assert pulse_rate(finger) is None
    gone = lost.index(None)
    assert 3 <= gone <= 10
    finger = msgspec.structs.replace(finger, connected=True)
    for course, vitals in zip(well.courses[-6:], well.vitals[-6:], strict=True):
        finger, _ = light(finger, course, vitals)
    assert spo2(finger) is not None


def test_loss_is_below_15_mmhg_of_pulse(play: Play) -> None:
    played = play(5)
    course, vitals = played.courses[-1], played.vitals[-1]
    for pulse, seen in ((14.9, False), (15.1, True)):
        weak = msgspec.structs.replace(vitals, systolic_mmhg=vitals.diastolic_mmhg + pulse)
        finger = probe(3, 97.0)
        for _ in range(10):
            finger, _ = light(finger, course, weak)
        assert (spo2(finger) is not None) is seen


def test_a_toe_is_no_site() -> None:
    with pytest.raises(Problem, match="finger"):
        probe(1, 97.0, "toe")
