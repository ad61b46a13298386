import msgspec
import numpy as np
import pytest

from abaton.core.errors import Problem
from abaton.training.devices import monitor
from abaton.training.physiology.rhythm import Rhythm
from abaton.training.sensors.bedside import Bedside, Readings, Waves, attached, sample
from abaton.training.sensors.pressure_cuff import started
from tests.training.sensors.conftest import Play, Played


def shown(played: Played, bedside: Bedside | None = None) -> tuple[Bedside, list[Waves], list[Readings]]:
    bedside, waves, numbers = bedside or attached(9, played.vitals[0]), list[Waves](), list[Readings]()
    for course, vitals in zip(played.courses, played.vitals, strict=True):
        bedside, wave, number = sample(bedside, course, vitals)
        waves.append(wave)
        numbers.append(number)
    return bedside, waves, numbers


@pytest.mark.parametrize("rhythm", list(Rhythm))
def test_waves_are_numbers_and_readings_are_numbers_or_lost(play: Play, rhythm: Rhythm) -> None:
    _, waves, numbers = shown(play(40, rhythm, 0.3))
    for wave in waves:
        for name in wave.__struct_fields__:
            assert np.isfinite(getattr(wave, name)).all()
        assert wave.ecg_mv is not None
        assert wave.ecg_mv.shape == (250, 12)
        assert wave.pleth is not None
        assert wave.pleth.shape == (125,)
    for number in numbers:
        for name in number.__struct_fields__:
            value = getattr(number, name)
            assert not isinstance(value, float) or np.isfinite(value)


def test_at_rest_a_bed_shows_the_patient(play: Play) -> None:
    played = play(50)
    _, _, numbers = shown(played)
    last, true = numbers[-1], played.vitals[-1]
    assert last.heart_rate == pytest.approx(true.heart_rate, abs=3)
    assert last.pulse_rate == pytest.approx(true.heart_rate, abs=3)
    assert last.spo2_pct == pytest.approx(true.saturation_pct, abs=1)
    assert last.etco2_mmhg == pytest.approx(true.etco2_mmhg, abs=2)
    assert last.respiratory_rate == pytest.approx(true.respiratory_rate, abs=1)
    assert last.chest_rate == pytest.approx(true.respiratory_rate, abs=1)
    assert last.arterial_systolic_mmhg == pytest.approx(true.systolic_mmhg, abs=5)
    assert last.temperature_c == pytest.approx(true.temperature_c, abs=0.1)
    assert last.rhythm is Rhythm.SINUS
    assert last.last_cuff is None
    assert last.cuff_stale


def test_a_cuff_tells_in_the_second_it_ends(play: Play) -> None:
    played = play(50)
    bedside = attached(9, played.vitals[0])
    assert bedside.cuff is not None
    _, _, numbers = shown(played, msgspec.structs.replace(bedside, cuff=started(bedside.cuff, 0.0)))
    told = [number for number in numbers if number.cuff_systolic_mmhg is not None]
    assert len(told) == 1
    assert told[0].last_cuff is not None
    assert told[0].last_cuff.taken_s == told[0].time_s
    assert numbers[-1].last_cuff == told[0].last_cuff
    assert not numbers[-1].cuff_stale
    dead = play(50, Rhythm.ASYSTOLE)
    _, _, numbers = shown(dead, msgspec.structs.replace(bedside, cuff=started(bedside.cuff, 0.0)))
    assert sum(number.cuff_failed for number in numbers) == 1
    assert numbers[-1].last_cuff is None
    assert numbers[-1].cuff_stale


def test_what_is_off_shows_nothing(play: Play) -> None:
    played = play(15)
    _, waves, numbers = shown(played, Bedside())
    assert waves[-1] == Waves() or all(getattr(waves[-1], name) is None for name in Waves.__struct_fields__)
    assert numbers[-1] == Readings(time_s=numbers[-1].time_s)
    bed = attached(9, played.vitals[0])
    assert bed.ecg is not None
    assert bed.pleth is not None
    assert bed.arterial is not None
    off = msgspec.structs.replace(
        bed, ecg=msgspec.structs.replace(bed.ecg, connected=False),
        pleth=msgspec.structs.replace(bed.pleth, connected=False),
        arterial=msgspec.structs.replace(bed.arterial, connected=False),
    )  # fmt: skip
    _, waves, numbers = shown(played, off)
    assert waves[-1].ecg_mv is None
    assert waves[-1].pleth is None
    assert waves[-1].arterial_mmhg is None
    assert waves[-1].co2_mmhg is not None
    last = numbers[-1]
    assert last.heart_rate is last.rhythm is last.spo2_pct is last.pulse_rate is last.arterial_mean_mmhg is None


def test_a_cuff_on_the_oximeters_arm_takes_its_pulse_for_a_while(play: Play) -> None:
    played = play(70)
    bed = attached(9, played.vitals[0])
    assert bed.cuff is not None
    lost = list[int]()
    for same_arm in (False, True):
        cuff = msgspec.structs.replace(bed.cuff, same_arm=same_arm)
        course, vitals = played.courses[:30], played.vitals[:30]
        begun, _, _ = shown(Played(course, vitals), msgspec.structs.replace(bed, cuff=cuff))
        assert begun.cuff is not None
        begun = msgspec.structs.replace(begun, cuff=started(begun.cuff, 30.0))
        _, _, numbers = shown(Played(played.courses[30:], played.vitals[30:]), begun)
        lost.append(sum(number.spo2_pct is None for number in numbers))
        assert numbers[-1].spo2_pct is not None
    assert lost[0] == 0
    assert lost[1] > 5


def test_activity_without_a_pulse_looks_like_a_rhythm(play: Play) -> None:
    _, _, numbers = shown(play(20, Rhythm.PULSELESS_ELECTRICAL_ACTIVITY, 0.3))
    assert numbers[-1].rhythm is Rhythm.SINUS
    assert numbers[-1].spo2_pct is None


def test_a_saved_bed_goes_on_as_if_nothing_had_been(play: Play) -> None:
    played = play(20, Rhythm.ATRIAL_FIBRILLATION)
    _, whole, numbers = shown(played)
    middle, _, _ = shown(Played(played.courses[:17], played.vitals[:17]))
    _, rest, later = shown(Played(played.courses[17:], played.vitals[17:]), middle)
    _, again, _ = shown(Played(played.courses[17:], played.vitals[17:]), middle)
    assert later == numbers[17:]
    for one, two, three in zip(whole[17:], rest, again, strict=True):
        for name in one.__struct_fields__:
            assert getattr(one, name).tobytes() == getattr(two, name).tobytes() == getattr(three, name).tobytes()


def test_the_monitor_takes_these_readings() -> None:
    assert set(monitor.Readings.__struct_fields__) <= set(Readings.__struct_fields__)


def test_bad_input_is_refused(play: Play) -> None:
    played = play(1)
    with pytest.raises(Problem, match="finger"):
        attached(1, played.vitals[0], site="toe")
    with pytest.raises(Problem):
        sample(attached(1, played.vitals[0]), played.courses[0], played.vitals[0], motion=float("nan"))
