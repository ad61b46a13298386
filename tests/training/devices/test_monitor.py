"""The patient monitor: what it shows, when it alarms, what can be set."""

import math
from typing import Any

import msgspec
import pytest

from abaton.core.errors import Problem
from abaton.training.devices import alarms, monitor
from abaton.training.devices.alarms import AlarmChange
from abaton.training.devices.monitor import CuffStarted, Monitor, Readings
from abaton.training.physiology.rhythm import Rhythm

WELL = Readings(
    heart_rate=72.4, rhythm=Rhythm.SINUS, spo2_pct=98, pulse_rate=72, arterial_systolic_mmhg=121,
    arterial_diastolic_mmhg=78, arterial_mean_mmhg=93, etco2_mmhg=38, respiratory_rate=14, chest_rate=14,
    temperature_c=36.84,
)  # fmt: skip
ALL = tuple(monitor.SENSORS)


def on(*attached: str) -> Monitor:
    device, _ = monitor.command(monitor.new_monitor(attached), "switch_on")
    return monitor.after(device, 10)[0]


def raised(device: Monitor, seconds: float, readings: Readings) -> dict[str, float]:
    """Names of the alarms that are raised, with their times."""
    _, happened = monitor.after(device, seconds, readings)
    return {
        event.name: event.time_s for event in happened if isinstance(event, AlarmChange) and event.change == "raised"
    }


def test_it_takes_ten_seconds_to_start():
    device, _ = monitor.command(monitor.new_monitor(("ecg",)), "switch_on")
    assert monitor.shown(monitor.after(device, 9, WELL)[0]) == {}
    device, _ = monitor.after(device, 11, WELL)
    assert monitor.shown(device) == {"heart_rate": "72", "chest_rate": "14"}
    assert monitor.waves(device) == ("ecg",)


def test_it_shows_what_is_attached_and_dashes_where_a_sensor_is_lost():
    device, _ = monitor.after(on("ecg", "temperature", "nibp"), 1, WELL)
    assert monitor.shown(device) == {
        "heart_rate": "72", "chest_rate": "14", "temperature_c": "36.8",
        "cuff_systolic_mmhg": "--", "cuff_diastolic_mmhg": "--", "cuff_mean_mmhg": "--",
    }  # fmt: skip
    lost, _ = monitor.after(monitor.fault(device, "ecg_off"), 1, WELL)
    assert (monitor.shown(lost)["heart_rate"], monitor.shown(lost)["temperature_c"]) == ("--", "36.8")
    again, _ = monitor.command(lost, "attach", {"sensor": "ecg"})
    assert monitor.shown(monitor.after(again, 1, WELL)[0])["heart_rate"] == "72"
    without, _ = monitor.command(device, "detach", {"sensor": "ecg"})
    assert "heart_rate" not in monitor.shown(monitor.after(without, 1, WELL)[0])


def test_someone_who_is_well_alarms_for_nothing():
    assert raised(on(*ALL), 600, WELL) == {}


def test_limits_alarm_after_their_delay():
    """Heart rate 5 s and saturation 10 s after it began, and a second for the signal; the start took 10 s."""
    device = on(*ALL)
    slow = msgspec.structs.replace(WELL, heart_rate=45.0, spo2_pct=88.0)
    assert raised(device, 30, slow) == {"heart_rate_low": 6.0, "spo2_pct_low": 11.0}
    far = msgspec.structs.replace(WELL, heart_rate=35.0)
    device, _ = monitor.after(device, 30, far)
    assert [(rule.name, rule.priority) for rule in alarms.seen(device.board)] == [("heart_rate_far_low", "high")]


def test_what_is_not_attached_does_not_alarm():
    assert raised(on("ecg"), 60, msgspec.structs.replace(WELL, spo2_pct=40.0)) == {}


@pytest.mark.parametrize(
    ("rhythm", "name"),
    [
        (Rhythm.ASYSTOLE, "asystole"),
        (Rhythm.VENTRICULAR_FIBRILLATION, "fibrillation"),
        (Rhythm.VENTRICULAR_TACHYCARDIA, "tachycardia"),
    ],
)
def test_deadly_rhythms_alarm_high_and_latch(rhythm: Rhythm, name: str):
    device = on("ecg")
    assert raised(device, 10, Readings(heart_rate=80.0, rhythm=rhythm))[name] == 4.0
    device, _ = monitor.after(device, 10, Readings(heart_rate=80.0, rhythm=rhythm))
    device, _ = monitor.after(device, 60, Readings(heart_rate=80.0, rhythm=Rhythm.SINUS))
    assert [rule.name for rule in alarms.seen(device.board)] == [name]
    device, _ = monitor.command(device, "acknowledge")
    assert alarms.seen(device.board) == ()


def test_apnoea_alarms_after_twenty_seconds():
    device = on("capnography")
    assert raised(device, 60, Readings(etco2_mmhg=38.0, respiratory_rate=0.0))["apnoea"] == 21.0


def test_without_capnography_the_chest_tells():
    assert "apnoea" in raised(on("ecg"), 60, Readings(heart_rate=70.0, chest_rate=0.0))
    assert "apnoea" not in raised(on("ecg", "capnography"), 60, msgspec.structs.replace(WELL, chest_rate=0.0))


def test_the_cuff_is_shown_until_the_next():
    device, _ = monitor.command(on("nibp"), "measure_pressure")
    device, _ = monitor.after(
        device, 1, Readings(cuff_systolic_mmhg=84.0, cuff_diastolic_mmhg=50.0, cuff_mean_mmhg=61.0)
    )
    device, _ = monitor.after(device, 100, Readings())
    assert monitor.shown(device)["cuff_systolic_mmhg"] == "84"
    assert device.cuff_age_s == 100
    assert [rule.name for rule in alarms.seen(device.board)] == ["cuff_systolic_mmhg_low"]
    device, _ = monitor.after(device, 10, Readings(cuff_failed=True))
    assert monitor.shown(device)["cuff_systolic_mmhg"] == "--"
    assert [rule.name for rule in alarms.seen(device.board)] == ["nibp_lost"]


def test_the_cuff_repeats():
    device, happened = monitor.command(on("nibp"), "repeat_pressure", {"minutes": 3})
    starts = [0 for event in happened if isinstance(event, CuffStarted)]
    for second in range(1, 400):
        device, happened = monitor.after(device, 1)
        starts += [second for event in happened if isinstance(event, CuffStarted)]
    assert starts == [0, 180, 360]


def test_a_limit_can_be_set_and_not_turned_around():
    device, _ = monitor.command(on("ecg"), "set_limit", {"vital": "heart_rate", "side": "high", "value": 130})
    fast = Readings(heart_rate=125.0, chest_rate=14)
    assert raised(device, 30, fast) == {}
    assert set(raised(on("ecg"), 30, fast)) == {"heart_rate_high"}
    for side, value in (("low", 131), ("high", 49), ("low", 19), ("high", 251)):
        with pytest.raises(Problem):
            monitor.command(device, "set_limit", {"vital": "heart_rate", "side": side, "value": value})


def test_standby_is_silent_and_begins_anew():
    device, _ = monitor.after(on("ecg"), 30, Readings(heart_rate=30.0))
    assert alarms.sounding(device.board) is not None
    device, _ = monitor.command(device, "standby")
    assert (monitor.shown(device), alarms.sounding(device.board)) == ({}, None)
    device, _ = monitor.command(device, "resume")
    assert set(raised(device, 30, Readings(heart_rate=30.0, chest_rate=14))) == {
        "heart_rate_low", "heart_rate_far_low"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("attach", {"sensor": "eeg"}),
        ("detach", {"sensor": "spo2"}),
        ("measure_pressure", {}),
        ("pause_sound", {"seconds": 121}),
        ("pause_sound", {"seconds": math.nan}),
        ("standby", {"now": 1}),
        ("dance", {}),
    ],
)
def test_bad_commands_are_refused(name: str, arguments: dict[str, Any]):
    with pytest.raises(Problem):
        monitor.command(on("ecg"), name, arguments)


def test_readings_that_are_no_numbers_are_refused():
    with pytest.raises(Problem):
        monitor.after(on("ecg"), 1, Readings(heart_rate=math.nan))


def test_it_can_be_saved():
    device, _ = monitor.after(on(*ALL), 30, msgspec.structs.replace(WELL, heart_rate=30.0))
    assert msgspec.json.decode(msgspec.json.encode(device), type=Monitor) == device
