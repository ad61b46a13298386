"""The ventilator: what it does to the body, its limits, its backup, and what people forget."""

import math
from typing import Any

import msgspec
import numpy as np
import pytest

from abaton.core.errors import Problem
from abaton.training.devices import alarms, ventilator
from abaton.training.devices.alarms import AlarmChange
from abaton.training.devices.machine import Told, UseError
from abaton.training.devices.ventilator import Airway, Ventilator, support_of
from abaton.training.physiology.engine import advance, begin
from abaton.training.physiology.influences import INFLUENCES, Support
from abaton.training.physiology.person import Person
from abaton.training.physiology.vitals import vitals_of

BREATH = Airway(20.0, 15.0, 450.0, 14.0)
OWN = Airway(15.0, 14.0, 450.0, 16.0, effort=True)


def done(device: Ventilator, *acts: str | tuple[str, dict[str, Any]]) -> Ventilator:
    for act in acts:
        name, arguments = (act, {}) if isinstance(act, str) else act
        device, _ = ventilator.command(device, name, arguments)
    return device


def on(mode: str = "vcv") -> Ventilator:
    return done(ventilator.new_ventilator(), "switch_on", "connect", ("set_mode", {"mode": mode}), "start")


def raised(happened: tuple[Any, ...]) -> dict[str, float]:
    return {
        event.name: event.time_s for event in happened if isinstance(event, AlarmChange) and event.change == "raised"
    }


def test_it_gives_what_was_set():
    device = done(on(), ("set", {"setting": "tidal_ml", "value": 500}), ("set", {"setting": "peep_cmh2o", "value": 8}))
    support = support_of(device, Support(tube=True, compression_per_min=100.0))
    assert (support.ventilation, support.mode, support.tidal_ml, support.peep_cmh2o) == ("ventilator", "vcv", 500, 8)
    assert (support.tube, support.compression_per_min) == (True, 100.0)
    assert support_of(on("pcv")).inspiratory_cmh2o == 15
    assert support_of(on("psv")).inspiratory_cmh2o == 10


def test_the_body_breathes_by_it():
    """450 ml at 14 a minute come out of a person on the engine, and what is read alarms for nothing."""
    device, body = on(), begin(Person())
    for _ in range(20):
        body, _ = advance(body, np.zeros(len(INFLUENCES)), support_of(device, Support(tube=True)), 1000, 8)
        vitals = vitals_of(body)
        read = Airway(vitals.airway_peak_cmh2o, vitals.airway_plateau_cmh2o, vitals.tidal_ml, vitals.respiratory_rate)
        device, happened = ventilator.after(device, 1.0, read)
        assert raised(happened) == {}
    assert vitals_of(body).tidal_ml == pytest.approx(450, rel=0.02)
    assert vitals_of(body).respiratory_rate == pytest.approx(14, rel=0.05)


def test_in_standby_or_off_nothing_comes():
    device = done(ventilator.new_ventilator(), "switch_on", "connect")
    for stopped in (ventilator.new_ventilator(), device, done(on(), "disconnect")):
        assert support_of(stopped).ventilation == "spontaneous"
    assert support_of(device, Support(inspired_oxygen=1.0)).inspired_oxygen == 0.21


def test_a_patient_left_in_standby_is_an_error():
    device = done(ventilator.new_ventilator(), "switch_on", "connect")
    device, happened = ventilator.after(device, 29)
    assert happened == ()
    device, happened = ventilator.after(device, 2)
    assert [event.code for event in happened if isinstance(event, UseError)] == ["ventilator_standby"]
    assert ventilator.after(device, 600)[1] == ()
    alone = done(ventilator.new_ventilator(), "switch_on")
    assert ventilator.after(alone, 600)[1] == ()


def test_standby_is_asked_for_twice():
    device = done(on("pcv"), "go_standby")
    assert support_of(device).ventilation == "ventilator"
    assert done(device, "cancel").state == "pcv"
    assert done(device, "confirm").state == "standby"


@pytest.mark.parametrize("resistance", [10.0, 25.0])
@pytest.mark.parametrize("compliance", [20.0, 50.0])
def test_a_breath_ends_at_the_pressure_limit(compliance: float, resistance: float):
    """P = R V' + V / C + PEEP: with 0.45 l/s, the volume at which the peak is the limit, as soon as it was read."""
    device = done(on(), ("set_limit", {"limit": "peak_cmh2o", "value": 25}))
    resistive = resistance * 0.45
    for _ in range(5):
        volume = support_of(device).tidal_ml
        plateau = 5 + volume / compliance
        device, _ = ventilator.after(device, 3, Airway(plateau + resistive, plateau, volume, 14.0))
    free = 5 + 450 / compliance + resistive <= 25
    assert support_of(device).tidal_ml == pytest.approx(450 if free else (25 - 5 - resistive) * compliance)
    assert (device.board.state_of("peak") == "signalling") == (not free)
    if not free:
        volume = support_of(device).tidal_ml
        device, _ = ventilator.after(device, 10, Airway(5 + volume / 100 + 2, 5 + volume / 100, volume, 14.0))
        assert support_of(device).tidal_ml == 450


def test_apnoea_in_pressure_support_starts_the_backup():
    device, _ = ventilator.after(on("psv"), 60, OWN)
    assert device.state == "psv"
    device, _ = ventilator.after(device, 19, BREATH)
    assert device.state == "psv"
    device, happened = ventilator.after(device, 2, BREATH)
    assert device.state == "backup"
    assert "apnoea" in raised(happened)
    assert any(isinstance(event, Told) and event.code == "backup" for event in happened)
    support = support_of(device)
    assert (support.mode, support.rate_per_min, support.inspiratory_cmh2o) == ("pcv", 12, 15)
    assert ventilator.after(device, 1, OWN)[0].state == "psv"


def test_the_backup_comes_even_while_it_asks_about_standby():
    device = done(on("psv"), "go_standby")
    assert ventilator.after(device, 21, BREATH)[0].state == "backup"


def test_disconnection_alarms_and_ends_the_breath():
    device = ventilator.fault(on(), "disconnection")
    assert support_of(device).ventilation == "spontaneous"
    _, happened = ventilator.after(device, 30, Airway(5.0, 5.0, 0.0, 14.0))
    assert raised(happened) == {"disconnection": 6.0}
    assert ventilator.ventilating(done(device, "connect"))


def test_low_volume_and_fast_breathing_alarm_after_their_delay():
    _, happened = ventilator.after(on(), 30, Airway(12.0, 10.0, 100.0, 40.0))
    assert raised(happened) == {"tidal_low": 16.0, "rate_high": 16.0}
    assert raised(ventilator.after(on(), 60, BREATH)[1]) == {}


def test_without_oxygen_it_gives_air_and_alarms():
    device = ventilator.fault(on(), "oxygen_supply")
    assert support_of(device).inspired_oxygen == 0.21
    assert raised(ventilator.after(device, 10, BREATH)[1]) == {"oxygen_supply": 3.0}


def test_without_power_it_is_off():
    device, happened = ventilator.after(ventilator.fault(on(), "power"), 1, BREATH)
    assert (device.state, support_of(device).ventilation) == ("off", "spontaneous")
    assert [event.code for event in happened] == ["power_gone"]
    with pytest.raises(Problem, match="bag"):
        ventilator.command(device, "switch_on")


def test_an_alarm_can_be_silenced_for_two_minutes():
    device, _ = ventilator.after(ventilator.fault(on(), "disconnection"), 10, BREATH)
    device = done(device, "silence")
    assert alarms.sounding(device.board) is None
    device, happened = ventilator.after(device, 121, BREATH)
    assert alarms.sounding(device.board) is not None
    assert [event.code for event in happened if isinstance(event, UseError)] == ["alarm_silenced_forgotten"]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("set", {"setting": "tidal_ml", "value": 1600}),
        ("set", {"setting": "inspired_oxygen", "value": 21}),
        ("set", {"setting": "rate_per_min", "value": math.nan}),
        ("set", {"setting": "rate_per_min", "value": 60}),
        ("set", {"setting": "colour", "value": 1}),
        ("set_limit", {"limit": "peak_cmh2o", "value": 5}),
        ("set_mode", {"mode": "hfov"}),
        ("start", {}),
        ("hum", {}),
    ],
)
def test_bad_commands_are_refused(name: str, arguments: dict[str, Any]):
    with pytest.raises(Problem) as met:
        ventilator.command(on(), name, arguments)
    assert met.value.next_step


def test_readings_that_are_no_numbers_are_refused():
    with pytest.raises(Problem):
        ventilator.after(on(), 1, Airway(math.nan))


def test_it_can_be_saved():
    device, _ = ventilator.after(on("psv"), 40, BREATH)
    assert msgspec.json.decode(msgspec.json.encode(device), type=Ventilator) == device
