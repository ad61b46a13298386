"""Each device through courses that nobody thought of: any command, fault and time, in any order."""

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from abaton.core.errors import Problem
from abaton.training.devices import alarms, defibrillator, monitor, pump, ventilator
from abaton.training.devices.machine import Argument, possible
from abaton.training.devices.pump_chart import DELIVERING
from abaton.training.devices.pump_library import bolus_bounds, entry_named, rate_bounds
from abaton.training.physiology.person import Person
from abaton.training.physiology.rhythm import Rhythm

PERSON = Person()
SECONDS = st.one_of(st.sampled_from([0.0, 1.0, 8.0, 60.0, 120.0]), st.floats(0, 900, allow_subnormal=False))
COURSES = settings(max_examples=25, stateful_step_count=40, deadline=None)


def value_of(argument: Argument) -> st.SearchStrategy[Any]:
    if argument.words:
        return st.sampled_from(argument.words)
    if argument.text:
        return st.sampled_from(["propofol", "noradrenaline", "crystalloid", "water"])
    return st.one_of(st.floats(argument.least, argument.most), st.floats(argument.least, min(argument.most, 50.0)))


def acts(commands: dict[str, dict[str, Argument]]) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    return st.sampled_from(sorted(commands)).flatmap(
        lambda name: st.tuples(
            st.just(name), st.fixed_dictionaries({key: value_of(rule) for key, rule in commands[name].items()})
        )
    )


class Course(RuleBasedStateMachine):
    """A device, and what is true of all: a refused command changes nothing and says what would be taken."""

    module: Any
    device: Any

    def act(self, name: str, arguments: dict[str, Any], context: Any) -> tuple[Any, ...]:
        taken = name in possible(self.module.KIND, self.device.state)
        try:
            self.device, happened = self.module.command(self.device, name, arguments, context)
        except Problem as problem:
            happened, code = (), problem.code
        else:
            code = ""
        assert taken == (code != "device_state")
        return happened

    @invariant()
    def is_in_its_chart(self) -> None:
        assert self.device.state in self.module.CHART.states
        assert self.device.in_state_s >= 0


class PumpCourse(Course):
    module = pump

    def __init__(self) -> None:
        super().__init__()
        self.device = pump.new_pump()
        self.do("switch_on", "open_door", ("load", {"drug": "propofol", "concentration": 10_000, "volume_ml": 20}))
        self.do("close_door", ("choose", {"entry": "propofol 10 mg/ml"}))

    def do(self, *listed: str | tuple[str, dict[str, Any]]) -> None:
        for entry in listed:
            name, arguments = (entry, {}) if isinstance(entry, str) else entry
            self.device, _ = pump.command(self.device, name, arguments, PERSON)

    @rule(act=acts(pump.COMMANDS))
    def command(self, act: tuple[str, dict[str, Any]]) -> None:
        self.act(*act, PERSON)

    @precondition(lambda self: self.device.state == "init" and self.device.entry == "propofol 10 mg/ml")
    @rule(amount=st.floats(0.5, 12))
    def program(self, amount: float) -> None:
        self.do(("set_rate", {"amount": amount, "unit": "mg/kg/h"}), "confirm")

    @precondition(lambda self: self.device.state == "init" and self.device.rate_ml_s > 0 and self.device.volume_ml > 0)
    @rule()
    def start(self) -> None:
        self.act("start", {}, PERSON)
        self.act("confirm_drug", {}, PERSON)

    @rule(name=st.sampled_from(sorted(pump.FAULTS)), present=st.booleans())
    def fault(self, name: str, present: bool) -> None:
        self.device, _ = pump.fault(self.device, name, present)

    @rule(seconds=SECONDS.filter(lambda seconds: seconds > 0))
    def wait(self, seconds: float) -> None:
        """What leaves the reservoir reaches the patient or is trapped, to rounding, tick by tick."""
        while seconds > 0:
            tick = min(seconds, 20.0)
            before, reaching = self.device, pump.reaching_ml_s(self.device, tick)
            self.device, happened = pump.after(before, tick, PERSON)
            assert not any(isinstance(event, pump.Given) for event in happened)
            if before.connected:
                gone = before.volume_ml - self.device.volume_ml
                kept = self.device.trapped_ml - before.trapped_ml
                assert gone == pytest.approx(reaching * tick + kept, rel=1e-9, abs=1e-9)
            seconds -= tick

    @invariant()
    def is_safe(self) -> None:
        device = self.device
        assert device.volume_ml >= 0
        assert pump.pressure_mmhg(device) <= pump.OCCLUSION_MMHG * (1 + 1e-9)
        if device.state not in DELIVERING:
            assert pump.motor_ml_s(device) == 0
            assert not device.bolus_ml
        if device.entry:
            entry = entry_named(device.entry)
            assert device.rate_ml_s * entry.concentration <= rate_bounds(entry, PERSON).hard * (1 + 1e-12)
            if device.bolus_ml:
                assert device.bolus_ml * entry.concentration <= bolus_bounds(entry, PERSON).hard * (1 + 1e-12)
        assert device.silenced_until_s - device.time_s <= alarms.LONGEST_PAUSE_S


RHYTHMS = st.builds(
    defibrillator.Electrodes,
    st.sampled_from([None, *Rhythm]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, True]),
)


class DefibrillatorCourse(Course):
    module = defibrillator

    def __init__(self) -> None:
        super().__init__()
        self.device = defibrillator.new_defibrillator(manual=True)
        self.shocks = 0
        self.charged_for_s = 0.0

    def count(self, happened: tuple[Any, ...], before: defibrillator.Defibrillator, pressed: bool) -> None:
        given = [event for event in happened if isinstance(event, defibrillator.ShockDelivered)]
        self.shocks += len(given)
        for shock in given:
            assert before.state == ("charged" if pressed else "waiting_for_r")
            assert shock.joules == before.joules
            assert shock.cleared <= before.cleared
            assert before.pads

    @rule(act=acts(defibrillator.COMMANDS), context=RHYTHMS)
    def command(self, act: tuple[str, dict[str, Any]], context: defibrillator.Electrodes) -> None:
        before = self.device
        self.count(self.act(*act, context), before, act[0] == "shock")

    @precondition(lambda self: self.device.state == "ready")
    @rule(context=RHYTHMS)
    def charge(self, context: defibrillator.Electrodes) -> None:
        self.act("charge", {}, context)

    @precondition(lambda self: self.device.state == "attach_pads")
    @rule(context=RHYTHMS)
    def attach(self, context: defibrillator.Electrodes) -> None:
        self.act("attach_pads", {}, context)

    @rule(name=st.sampled_from(sorted(defibrillator.FAULTS)), present=st.booleans())
    def fault(self, name: str, present: bool) -> None:
        self.device = defibrillator.fault(self.device, name, present)

    @rule(seconds=SECONDS, context=RHYTHMS)
    def wait(self, seconds: float, context: defibrillator.Electrodes) -> None:
        before = self.device
        self.device, happened = defibrillator.after(before, seconds, context)
        self.count(happened, before, pressed=False)
        if seconds > defibrillator.DISARM_S and before.mode == "manual":
            assert self.device.state not in ("charged", "waiting_for_r") or before.state == "charging"

    @invariant()
    def is_safe(self) -> None:
        assert self.device.shocks == self.shocks
        assert 0 <= self.device.battery <= 1
        if self.device.state in ("charging", "charged", "waiting_for_r"):
            assert self.device.pads
            assert self.device.in_state_s <= defibrillator.DISARM_S


AIRWAYS = st.builds(
    ventilator.Airway,
    st.none() | st.floats(0, 90),
    st.none() | st.floats(0, 60),
    st.none() | st.floats(0, 1500),
    st.none() | st.floats(0, 60),
    st.booleans(),
)


class VentilatorCourse(Course):
    module = ventilator

    def __init__(self) -> None:
        super().__init__()
        self.device = ventilator.new_ventilator()
        for name in ("switch_on", "connect", "start"):
            self.device, _ = ventilator.command(self.device, name)

    @rule(act=acts(ventilator.COMMANDS))
    def command(self, act: tuple[str, dict[str, Any]]) -> None:
        self.act(*act, None)

    @rule(name=st.sampled_from(sorted(ventilator.FAULTS)), present=st.booleans())
    def fault(self, name: str, present: bool) -> None:
        self.device = ventilator.fault(self.device, name, present)

    @rule(seconds=st.floats(0, 60), airway=AIRWAYS)
    def wait(self, seconds: float, airway: ventilator.Airway) -> None:
        self.device, _ = ventilator.after(self.device, seconds, airway)

    @invariant()
    def is_safe(self) -> None:
        """Every setting is in its range; nobody is left without breath or alarm when apnoeic in pressure support."""
        device, support = self.device, ventilator.support_of(self.device)
        for name, allowed in (ventilator.SETTINGS | ventilator.LIMITS).items():
            assert allowed.least <= getattr(device, name) <= allowed.most
        assert 0.21 <= support.inspired_oxygen <= 1
        if support.ventilation == "ventilator":
            assert device.connected
            assert 0 <= support.tidal_ml <= device.tidal_ml
            assert support.inspiratory_cmh2o + support.peep_cmh2o <= max(device.peak_cmh2o, device.peep_cmh2o)
        assert not (device.state == "psv" and device.breathless_s >= device.apnoea_s + ventilator.STEP_S)


READINGS = st.builds(
    monitor.Readings,
    heart_rate=st.none() | st.floats(0, 250),
    rhythm=st.sampled_from([None, *Rhythm]),
    spo2_pct=st.none() | st.floats(40, 100),
    arterial_systolic_mmhg=st.none() | st.floats(0, 250),
    arterial_diastolic_mmhg=st.none() | st.floats(0, 150),
    cuff_failed=st.booleans(),
    respiratory_rate=st.none() | st.floats(0, 60),
)


class MonitorCourse(Course):
    module = monitor

    def __init__(self) -> None:
        super().__init__()
        self.device = monitor.new_monitor(tuple(monitor.SENSORS))
        self.device, _ = monitor.command(self.device, "switch_on")
        self.device, _ = monitor.after(self.device, 10)

    @rule(act=acts(monitor.COMMANDS))
    def command(self, act: tuple[str, dict[str, Any]]) -> None:
        self.act(*act, None)

    @rule(name=st.sampled_from(sorted(monitor.FAULTS)), present=st.booleans())
    def fault(self, name: str, present: bool) -> None:
        self.device = monitor.fault(self.device, name, present)

    @rule(seconds=st.floats(0, 30), readings=READINGS)
    def wait(self, seconds: float, readings: monitor.Readings) -> None:
        before = self.device
        self.device, happened = monitor.after(before, seconds, readings)
        for event in happened:
            if isinstance(event, alarms.AlarmChange) and event.change == "raised":
                assert event.time_s <= self.device.board.time_s + 1e-9
                assert event.time_s >= event.began_s

    @invariant()
    def is_honest(self) -> None:
        device = self.device
        attached = {vital for sensor in device.attached for vital in monitor.SENSORS[sensor]}
        assert set(monitor.shown(device)) == (attached if device.state == "monitoring" else set())
        for _, low, high in device.limits:
            assert low is None or high is None or low < high
        assert device.board.paused_until_s - device.board.time_s <= alarms.LONGEST_PAUSE_S
        if device.state != "monitoring":
            assert not device.board.alarms


TestPump = PumpCourse.TestCase
TestDefibrillator = DefibrillatorCourse.TestCase
TestVentilator = VentilatorCourse.TestCase
TestMonitor = MonitorCourse.TestCase
TestPump.settings = TestDefibrillator.settings = TestVentilator.settings = TestMonitor.settings = COURSES
