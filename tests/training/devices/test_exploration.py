"""Each device is explored exhaustively: over all commands and events from all states that can be reached.

Numbers are taken in classes (an empty, a low, a full reservoir), one device standing for each class.
"""

import functools
import math
from typing import Any, cast

from abaton.training.devices import defibrillator, monitor, pump, ventilator
from abaton.training.devices.alarms import LONGEST_PAUSE_S
from abaton.training.devices.pump_chart import ALARMS, DELIVERING
from abaton.training.devices.pump_library import bolus_bounds, entry_named, rate_bounds
from abaton.training.physiology.person import Person
from abaton.training.physiology.rhythm import Rhythm
from tests.training.devices.exploring import Explored, Input, check_whole, explore

PERSON = Person()


def commands(module: Any, given: dict[str, list[dict[str, Any]]], contexts: tuple[Any, ...] = (None,)) -> list[Input]:
    """Every command with every argument that is listed for it."""

    def input_of(name: str, arguments: dict[str, Any], context: Any) -> Input:
        words = " ".join([name, *map(str, arguments.values()), "" if context is None else str(contexts.index(context))])
        return words, lambda device: module.command(device, name, arguments, context)

    return [
        input_of(name, arguments, context)
        for name in module.COMMANDS
        for arguments in given.get(name, [{}])
        for context in contexts
    ]


def passing(module: Any, seconds: tuple[float, ...], contexts: tuple[Any, ...] = (None,)) -> list[Input]:
    return [
        (f"after {second:g} s", functools.partial(_after, module, second, context))
        for second in seconds
        for context in contexts
    ]


def _after(module: Any, seconds: float, context: Any, device: Any) -> tuple[Any, tuple[Any, ...]]:
    return module.after(device, seconds, context)


def faults(module: Any, names: tuple[str, ...], at_once: int = 1) -> list[Input]:
    """Each fault comes and goes; so many at once at most."""

    def toggled(device: Any, name: str) -> tuple[Any, tuple[Any, ...]]:
        if name not in device.faults and len(device.faults) >= at_once:
            return device, ()
        later = module.fault(device, name, name not in device.faults)
        return cast("tuple[Any, tuple[Any, ...]]", later) if isinstance(later, tuple) else (later, ())

    return [(f"fault {name}", functools.partial(toggled, name=name)) for name in names]


# --- the pump ------------------------------------------------------------------------------------------------

PROPOFOL = "propofol 10 mg/ml"


def pump_key(device: pump.Pump) -> Any:
    volume = 0 if device.volume_ml <= 0 else 1 if device.volume_ml < 6 else 2
    return (
        device.state,
        device.running,
        device.rate_ml_s > 0,
        device.unsafe,
        bool(device.entry),
        bool(device.loaded) and pump.KIND.guards["drug_matches"](device, PERSON),
        volume,
        0 if device.trapped_ml <= 0 else 1 if pump.pressure_mmhg(device) < 524 else 2,
        device.connected,
        device.clamp_open,
        device.mains,
        device.battery_s > 0,
        device.faults,
    )


@functools.cache
def pumps(part: str) -> Explored:
    """The pump with faults, or with clamp, line and valve, or with mains and battery."""
    given: dict[str, list[dict[str, Any]]] = {
        "load": [{"drug": "propofol", "concentration": 10_000, "volume_ml": 50}],
        "choose": [{"entry": PROPOFOL}],
        "set_rate": [{"amount": amount, "unit": "mg/kg/h"} for amount in ((4, 15, 50) if part == "faults" else (4,))],
        "bolus": [{"amount": 10, "unit": "ml"}],
        "set_clamp": [{"position": "open"}, {"position": "closed"}],
    }
    if part == "power":
        given["load"].append({"drug": "propofol", "concentration": 20_000, "volume_ml": 50})
    line, power = ("connect", "disconnect", "set_clamp"), ("plug_in", "unplug")
    left_out = {"faults": line + power, "line": power, "power": line}[part]
    names = {"faults": ("occlusion", "air_in_line", "hardware"), "line": ("anti_flow_valve",), "power": ()}[part]
    inputs = [*commands(pump, given), *passing(pump, (1, 65, 5500, 20_000)), *faults(pump, names)]
    return explore(pump.new_pump(), [entry for entry in inputs if entry[0].split()[0] not in left_out], pump_key)


def all_pumps() -> tuple[Explored, ...]:
    return pumps("faults"), pumps("line"), pumps("power")


def test_every_state_of_the_pump_is_reached_and_refuses_well():
    check_whole(all_pumps(), pump.KIND)
    assert sum(len(explored.found) for explored in all_pumps()) > 1000


def test_from_every_state_of_the_pump_a_way_leads_out():
    for explored in all_pumps():
        for goal in ("off", "init", "infusion_normal_operation", "infusion_stopped"):
            assert explored.leading_to(lambda device, goal=goal: device.state == goal) == set(explored.found), goal


def test_the_pump_never_delivers_through_an_open_door_or_in_an_alarm_that_stops():
    silent = set(pump.CHART.states) - set(DELIVERING)
    assert {"door_open", "alarm_level_two_hardware_failure", "alarm_air_in_line", "alarm_occlusion"} <= silent
    flowing = 0
    for explored in all_pumps():
        for device in explored.found.values():
            flow = pump.motor_ml_s(device)
            flowing += flow > 0
            if device.state in silent:
                assert flow == 0
                free = device.state == "door_open" and "anti_flow_valve" in device.faults and device.clamp_open
                assert free or pump.delivering_ug_s(device) == 0
            if not device.running and device.state != "bolus_request":
                assert flow == 0
    assert flowing > 100


def test_the_pump_never_delivers_above_the_hard_limit():
    entry = entry_named(PROPOFOL)
    hard, most = rate_bounds(entry, PERSON).hard, bolus_bounds(entry, PERSON).hard
    tried = 0
    for device in pumps("faults").found.values():
        tried += device.unsafe == "hard"
        assert device.rate_ml_s * entry.concentration <= hard * (1 + 1e-12)
        assert device.bolus_ml * entry.concentration <= most
        assert not (device.state == "check_new_rate" and device.unsafe)
    assert tried > 10


def test_the_pump_runs_only_after_its_drug_was_checked():
    started = [step for step in pumps("faults").steps if step.after.running and not step.before.running]
    assert {step.label.strip() for step in started} == {"scan", "confirm_drug"}
    assert all(step.before.state == "check_drug" for step in started)


def test_every_alarm_of_the_pump_can_be_silenced_and_left():
    edges = {(step.before.state, step.after.state) for part in all_pumps() for step in part.steps}
    for state in ALARMS:
        assert any(before == state != after for before, after in edges), state
    for step in (step for part in all_pumps() for step in part.steps):
        if step.label.startswith("silence"):
            assert step.after.silenced_until_s - step.after.time_s <= LONGEST_PAUSE_S
            assert pump.sounding(step.after) is None
            assert pump.alarm_of(step.after) is not None


# --- the defibrillator ---------------------------------------------------------------------------------------

VF = defibrillator.Electrodes(Rhythm.VENTRICULAR_FIBRILLATION)
BEATING = defibrillator.Electrodes(Rhythm.ATRIAL_FIBRILLATION, pulse=True)
TOUCHED = defibrillator.Electrodes(Rhythm.VENTRICULAR_FIBRILLATION, touching=True)


def defibrillator_key(device: defibrillator.Defibrillator) -> Any:
    return (
        device.state,
        device.mode,
        device.pads,
        device.synchronised,
        device.cleared,
        device.joules >= 120,
        device.battery > 0,
        device.faults,
    )


@functools.cache
def defibrillators(manual: bool) -> Explored:
    given = {
        "set_mode": [{"mode": "aed"}, {"mode": "manual"}],
        "select_energy": [{"joules": 50}, {"joules": 150}, {"joules": 151}],
        "set_sync": [{"on": "on"}, {"on": "off"}],
    }
    contexts = (VF, BEATING, TOUCHED)
    inputs = [
        *commands(defibrillator, given, contexts[:2]),
        *passing(defibrillator, (1, 9, 61, 121), contexts),
        *faults(defibrillator, tuple(defibrillator.FAULTS)),
    ]
    return explore(defibrillator.new_defibrillator(manual), inputs, defibrillator_key)


def test_every_state_of_the_defibrillator_is_reached_and_refuses_well():
    check_whole((defibrillators(True), defibrillators(False)), defibrillator.KIND)
    assert defibrillators(False).states == set(defibrillator.CHART.states) - {"ready", "waiting_for_r"}
    assert len(defibrillators(True).found) > 300


def test_from_every_state_of_the_defibrillator_a_way_leads_out():
    for manual in (False, True):
        explored = defibrillators(manual)
        for goal in ("off", "charged", "cpr"):
            assert explored.leading_to(lambda device, goal=goal: device.state == goal) == set(explored.found), goal


def test_a_shock_comes_only_from_a_charge_and_the_button():
    shocks = 0
    for manual in (False, True):
        for step in defibrillators(manual).steps:
            given = [event for event in step.happened if isinstance(event, defibrillator.ShockDelivered)]
            assert len(given) <= 1
            assert step.after.shocks - step.before.shocks == len(given)
            if given:
                shocks += 1
                pressed = step.before.state == "charged" and step.label.startswith("shock")
                awaited = step.before.state == "waiting_for_r" and step.label.startswith("after")
                assert pressed or awaited
                assert step.before.pads
                assert not awaited or given[0].synchronised
                assert given[0].joules == step.before.joules
                assert not given[0].cleared or step.before.cleared
                assert step.after.state not in ("charged", "waiting_for_r")
                assert not step.after.cleared
    assert shocks > 50


def test_no_charge_stays_longer_than_a_minute_or_without_pads():
    armed = 0
    for manual in (False, True):
        for device in defibrillators(manual).found.values():
            if device.state in ("charging", "charged", "waiting_for_r"):
                armed += 1
                assert device.pads
                assert device.in_state_s <= defibrillator.DISARM_S
                later, _ = defibrillator.after(device, 600, defibrillator.Electrodes(Rhythm.ASYSTOLE))
                assert later.state not in ("charging", "charged", "waiting_for_r")
    assert armed > 20


# --- the ventilator ------------------------------------------------------------------------------------------

AIRWAYS = (
    ventilator.Airway(20, 15, 450, 14, effort=True),
    ventilator.Airway(20, 15, 450, 14),
    ventilator.Airway(60, 35, 450, 14),
)


def ventilator_key(device: ventilator.Ventilator) -> Any:
    return (
        device.state,
        device.mode,
        device.connected,
        device.given_ml is None,
        device.breathless_s >= device.apnoea_s,
        device.peak_cmh2o,
        device.faults,
        any(alarm.state == "signalling" for alarm in device.board.alarms),
    )


@functools.cache
def ventilators() -> Explored:
    given = {
        "set_mode": [{"mode": mode} for mode in ("vcv", "pcv", "psv")],
        "set": [{"setting": "tidal_ml", "value": 450}, {"setting": "rate_per_min", "value": 50}],
        "set_limit": [{"limit": "peak_cmh2o", "value": 40}, {"limit": "peak_cmh2o", "value": 9}],
    }
    inputs = [
        *commands(ventilator, given),
        *passing(ventilator, (1, 25), AIRWAYS),
        *faults(ventilator, tuple(ventilator.FAULTS)),
    ]
    return explore(ventilator.new_ventilator(), inputs, ventilator_key)


def test_every_state_of_the_ventilator_is_reached_and_refuses_well():
    check_whole((ventilators(),), ventilator.KIND)


def test_from_every_state_of_the_ventilator_a_way_leads_out():
    for goal in ventilator.CHART.states:
        assert ventilators().leading_to(lambda device, goal=goal: device.state == goal) == set(ventilators().found), (
            goal
        )


def test_the_ventilator_breathes_only_when_it_is_on_and_connected():
    given = 0
    for device in ventilators().found.values():
        support = ventilator.support_of(device)
        on = device.state not in ("off", "standby") and device.connected and "disconnection" not in device.faults
        assert (support.ventilation == "ventilator") == on
        given += on
        if on:
            assert support.inspiratory_cmh2o + support.peep_cmh2o <= device.peak_cmh2o
            assert support.tidal_ml <= device.tidal_ml
            assert support.inspired_oxygen == (0.21 if "oxygen_supply" in device.faults else 0.5)
        elif device.connected:
            assert support.inspired_oxygen == 0.21
    assert given > 30


# --- the monitor ---------------------------------------------------------------------------------------------

READINGS = (
    monitor.Readings(heart_rate=70, spo2_pct=98),
    monitor.Readings(heart_rate=None, rhythm=Rhythm.VENTRICULAR_FIBRILLATION),
    monitor.Readings(heart_rate=45, cuff_failed=True),
)


def monitor_key(device: monitor.Monitor) -> Any:
    return (
        device.state,
        device.attached,
        device.cuff_failed,
        device.cuff_every_s > 0,
        tuple((alarm.name, alarm.state) for alarm in device.board.alarms),
        device.board.paused_until_s > device.board.time_s,
    )


@functools.cache
def monitors() -> Explored:
    sensors = [{"sensor": "ecg"}, {"sensor": "nibp"}]
    given = {
        "attach": sensors,
        "detach": sensors,
        "set_limit": [
            {"vital": "heart_rate", "side": "low", "value": 50},
            {"vital": "heart_rate", "side": "low", "value": 130},
        ],
        "repeat_pressure": [{"minutes": 0.5}, {"minutes": 2}],
    }
    return explore(
        monitor.new_monitor(), [*commands(monitor, given), *passing(monitor, (2, 12), READINGS)], monitor_key
    )


def test_every_state_of_the_monitor_is_reached_and_refuses_well():
    check_whole((monitors(),), monitor.KIND)


def test_from_every_state_of_the_monitor_a_way_leads_out():
    for goal in monitor.CHART.states:
        assert monitors().leading_to(lambda device, goal=goal: device.state == goal) == set(monitors().found), goal


def test_the_monitor_shows_only_what_is_attached():
    shown = 0
    for device in monitors().found.values():
        vitals = set(monitor.shown(device))
        attached = {vital for sensor in device.attached for vital in monitor.SENSORS[sensor]}
        assert vitals == (attached if device.state == "monitoring" else set())
        assert all(text == "--" or float(text) >= 0 for text in monitor.shown(device).values())
        shown += bool(vitals)
    assert shown > 10


def test_whatever_is_wrong_is_heard_unless_someone_knows():
    """Where an alarm signals, sound comes, but in a pause of at most two minutes."""
    for device in monitors().found.values():
        signalling = [alarm for alarm in device.board.alarms if alarm.state in ("signalling", "latched")]
        paused = device.board.paused_until_s - device.board.time_s
        assert paused <= LONGEST_PAUSE_S
        assert (monitor.alarms.sounding(device.board) is not None) == (bool(signalling) and paused <= 0)


# --- all -----------------------------------------------------------------------------------------------------


def test_no_device_holds_a_number_that_is_none():
    for explored in (*all_pumps(), defibrillators(True), ventilators(), monitors()):
        for device in explored.found.values():
            for field in device.__struct_fields__:
                value = getattr(device, field)
                assert not isinstance(value, float) or math.isfinite(value), field


def test_time_may_be_cut_anywhere():
    """A minute in one step is a minute in two, wherever a device is."""
    for explored, module in ((pumps("faults"), pump), (defibrillators(True), defibrillator)):
        for device in list(explored.found.values())[::7]:
            whole, at_once = module.after(device, 60)
            part, first = module.after(device, 22.5)
            parts, second = module.after(part, 37.5)
            assert parts.state == whole.state
            assert [type(event) for event in first + second] == [type(event) for event in at_once]
            assert math.isclose(parts.in_state_s, whole.in_state_s, abs_tol=1e-6)
