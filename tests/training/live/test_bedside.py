"""Sensors and monitor at the bed of a scenario."""

import math

import numpy as np
import pytest

from abaton.core.errors import Problem
from abaton.training.live.bedside import ScenarioBedside
from abaton.training.live.screen import Second
from abaton.training.live.typed import typed
from abaton.training.scenario.reading import shipped


def bedside(name: str, *lines: str) -> ScenarioBedside:
    made = ScenarioBedside(shipped(name).scenario, 2, lambda _: "")
    for line in lines:
        made.do(typed(line, made.run.time_s, made.devices))
    return made


def after(bed: ScenarioBedside, seconds: int) -> Second:
    found = [bed.second() for _ in range(seconds)]
    return found[-1]


def test_only_what_is_attached_is_shown() -> None:
    bed = bedside("bleeding", "attach spo2")
    shown = after(bed, 12)
    assert set(shown.waves) == {"pleth"}
    assert shown.numbers.spo2_pct > 90
    assert math.isnan(shown.numbers.mean_mmhg)
    bed.do(typed("device monitor detach spo2", 12.0, bed.devices))
    shown = after(bed, 2)
    assert shown.waves == {}
    assert math.isnan(shown.numbers.spo2_pct)


def test_the_cuff_takes_its_time() -> None:
    bed = bedside("bleeding", "attach nibp")
    assert after(bed, 5).numbers.cuff_busy
    shown = after(bed, 55)
    assert shown.numbers.cuff is not None
    true = bed.run.vitals
    assert abs(shown.numbers.cuff.mean_mmhg - true.mean_mmhg) < 25


def test_fibrillation_alarms_and_has_no_pulse_wave() -> None:
    bed = bedside("cardiac_arrest", "attach ecg", "attach arterial_line")
    shown = after(bed, 12)
    assert shown.alarms[0].priority == "high"
    assert "fibrillation" in " ".join(alarm.text.lower() for alarm in shown.alarms)
    assert np.ptp(shown.waves["ecg"]) > 0.1
    assert np.ptp(shown.waves["art"]) < 5


def test_the_defibrillator_tells_what_it_waits_for() -> None:
    bed = bedside("cardiac_arrest", "device aed switch_on")
    shown = after(bed, 10)
    assert "pads" in dict(shown.devices)["aed"].lower()
    bed.do(typed("attach pads", 10.0, bed.devices))
    shown = after(bed, 40)
    assert "pads on" in dict(shown.devices)["aed"]


def test_what_runs_is_shown_with_its_rate() -> None:
    bed = bedside("septic_shock", "noradrenaline 0.1 ug/kg/min", "500 ml crystalloid over 10 min line 2")
    shown = dict(after(bed, 120).devices)
    assert "0.1 ug/kg/min" in shown["noradrenaline"]
    assert "50 ml/min" in shown["crystalloid"]


def test_a_command_that_the_monitor_does_not_have_is_answered() -> None:
    bed = bedside("bleeding")
    with pytest.raises(Problem, match="monitor"):
        bed.do(typed("device monitor dance", 0.0, bed.devices))
