"""The infusion pump: what it does in use, in fault and in error; and what reaches the body."""

import math
from typing import Any

import msgspec
import pytest

from abaton.core.errors import Problem
from abaton.training.devices import pump
from abaton.training.devices.alarms import SIGNALS
from abaton.training.devices.machine import UseError
from abaton.training.devices.pump import Given, Pump
from abaton.training.devices.pump_drugs import carried, pumped
from abaton.training.devices.pump_library import LIBRARY, entry_named, rate_bounds
from abaton.training.drugs.kinetics import NOTHING, infusions
from abaton.training.physiology.person import Person

PERSON = Person(weight_kg=80.0)
NORADRENALINE = "noradrenaline 80 ug/ml"


def done(device: Pump, *acts: str | tuple[str, dict[str, Any]]) -> Pump:
    for act in acts:
        name, arguments = (act, {}) if isinstance(act, str) else act
        device, _ = pump.command(device, name, arguments, PERSON)
    return device


def loaded(drug: str = "noradrenaline", concentration: float = 80.0, volume_ml: float = 50.0) -> Pump:
    load = {"drug": drug, "concentration": concentration, "volume_ml": volume_ml}
    return done(pump.new_pump(), "switch_on", "open_door", ("load", load), "close_door")


def programmed(entry: str = NORADRENALINE, rate: float = 3.0, unit: str = "ml/h", **reservoir: Any) -> Pump:
    set_rate = {"amount": rate, "unit": unit}
    return done(loaded(**reservoir), ("choose", {"entry": entry}), ("set_rate", set_rate), "confirm")


def running(**how: Any) -> Pump:
    return done(programmed(**how), "start", "scan")


def codes(happened: tuple[Any, ...]) -> set[str]:
    return {event.code for event in happened if isinstance(event, UseError)}


def test_it_delivers_what_was_set():
    """0.1 ug/kg/min for 80 kg is 8 ug/min."""
    device = running(rate=0.1, unit="ug/kg/min")
    assert device.state == "infusion_normal_operation"
    assert pump.delivering_ug_s(device) == pytest.approx(8.0 / 60.0)
    later, _ = pump.after(device, 600)
    assert device.volume_ml - later.volume_ml == pytest.approx(8.0 * 10 / 80)


def test_a_rate_above_the_hard_limit_is_never_run():
    device = programmed()
    hard = rate_bounds(entry_named(NORADRENALINE), PERSON).hard * 60 / 80
    device, happened = pump.command(device, "set_rate", {"amount": hard * 1.01, "unit": "ug/kg/min"}, PERSON)
    assert device.state == "alarm_unsafe_new_rate"
    assert codes(happened) == {"hard_limit_tried"}
    with pytest.raises(Problem, match="never overridden") as met:
        pump.command(device, "override", {}, PERSON)
    assert met.value.code == "pump_hard_limit"
    assert done(device, "cancel").rate_ml_s == pytest.approx(3.0 / 3600)


def test_a_blocked_line_alarms_when_its_pressure_is_reached():
    """525 mmHg times 0.002 ml/mmHg are 1.05 ml: 21 min at 3 ml/h."""
    device, _ = pump.fault(running(), "occlusion")
    assert pump.delivering_ug_s(device) == 0
    before, _ = pump.after(device, 1259)
    assert before.state == "infusion_normal_operation"
    assert pump.pressure_mmhg(before) == pytest.approx(525 * 1259 / 1260)
    later, _ = pump.after(before, 2)
    assert later.state == "alarm_occlusion"
    assert pump.alarm_of(later) == ("high", "Line blocked")
    assert pump.motor_ml_s(later) == 0


def test_what_was_trapped_runs_in_when_the_line_is_freed():
    device, _ = pump.fault(running(), "occlusion")
    device, _ = pump.after(device, 3600)
    freed, happened = pump.fault(device, "occlusion", present=False)
    given = [event for event in happened if isinstance(event, Given)]
    assert [(event.drug, event.why) for event in given] == [("noradrenaline", "post_occlusion_bolus")]
    assert given[0].amount == pytest.approx(pump.OCCLUSION_MMHG * pump.COMPLIANCE_ML_MMHG * 80)
    assert freed.trapped_ml == 0
    drugs = carried(NOTHING, device, freed, happened, PERSON)
    assert dict(drugs.given)["noradrenaline"] == pytest.approx(given[0].amount)
    relieved = done(device, "relieve")
    assert pump.fault(relieved, "occlusion", present=False)[1] == ()


def test_a_shut_clamp_is_a_blocked_line():
    device = done(running(), ("set_clamp", {"position": "closed"}))
    device, _ = pump.after(device, 3600)
    assert device.state == "alarm_occlusion"
    _, happened = pump.command(device, "set_clamp", {"position": "open"}, PERSON)
    assert any(isinstance(event, Given) for event in happened)


def test_a_reservoir_warns_before_it_is_empty():
    """1 ml at 3 ml/h lasts for 20 min."""
    device = running(volume_ml=1.0)
    assert pump.after(device, 599)[0].state == "infusion_normal_operation"
    low, _ = pump.after(device, 601)
    assert pump.alarm_of(low) == ("low", "Reservoir nearly empty")
    assert pump.motor_ml_s(low) > 0
    seen, _ = pump.after(done(low, "acknowledge"), 10)
    assert seen.state == "infusion_normal_operation"
    empty, _ = pump.after(seen, 600)
    assert empty.state == "alarm_empty_reservoir"
    assert empty.volume_ml == 0
    assert pump.delivering_ug_s(empty) == 0
    again = {"drug": "noradrenaline", "concentration": 80, "volume_ml": 50}
    assert pump.motor_ml_s(done(empty, "open_door", ("load", again), "close_door", "resume")) > 0


def test_air_in_the_line_stops_it():
    device, _ = pump.fault(running(), "air_in_line")
    device, _ = pump.after(device, 1)
    assert device.state == "alarm_air_in_line"
    assert pump.delivering_ug_s(device) == 0
    with pytest.raises(Problem, match="air in the line"):
        pump.command(device, "resume", {}, PERSON)
    primed = done(device, "disconnect", "prime", "connect")
    assert primed.state == "infusion_paused"
    assert done(primed, "resume").state == "infusion_normal_operation"


def test_a_bolus_keeps_its_limits():
    """Propofol: usual 0.2 to 3 mg/kg, never above 10 mg/kg."""
    device = running(entry="propofol 10 mg/ml", rate=4, unit="mg/kg/h", drug="propofol", concentration=10_000.0)
    with pytest.raises(Problem, match="never overridden"):
        pump.command(device, "bolus", {"amount": 11, "unit": "mg/kg", "insist": "yes"}, PERSON)
    with pytest.raises(Problem, match="insist"):
        pump.command(device, "bolus", {"amount": 4, "unit": "mg/kg"}, PERSON)
    insisted, happened = pump.command(device, "bolus", {"amount": 4, "unit": "mg/kg", "insist": "yes"}, PERSON)
    assert codes(happened) == {"soft_limit_overridden"}
    assert insisted.bolus_ml == pytest.approx(32)
    bolus = done(device, ("bolus", {"amount": 1, "unit": "mg/kg"}))
    assert bolus.state == "bolus_request"
    assert pump.motor_ml_s(bolus) == pytest.approx(1200 / 3600)
    over, _ = pump.after(bolus, 24.1)
    assert over.state == "infusion_normal_operation"
    assert bolus.volume_ml - over.volume_ml == pytest.approx(8.0 + 0.1 * device.rate_ml_s)


def test_a_pause_that_lasts_alarms():
    device = done(running(), "pause")
    assert pump.motor_ml_s(device) > 0
    device = done(device, "confirm")
    assert pump.motor_ml_s(device) == 0
    assert pump.after(device, 599)[0].state == "infusion_paused"
    device, _ = pump.after(device, 600)
    assert pump.alarm_of(device) == ("medium", "Paused too long")


def test_a_line_that_came_off_is_not_noticed():
    device = done(running(), "disconnect")
    later, happened = pump.after(device, 600)
    assert (later.state, happened) == ("infusion_normal_operation", ())
    assert later.volume_ml < device.volume_ml
    assert pump.delivering_ug_s(later) == 0
    assert later.trapped_ml == 0


@pytest.mark.parametrize("fault", ["hardware", "software", "overheated"])
def test_a_failure_stops_it_for_good(fault: str):
    device, _ = pump.fault(running(), fault)
    device, _ = pump.after(device, 0)
    assert device.state == "alarm_level_two_hardware_failure"
    assert pump.delivering_ug_s(device) == 0
    with pytest.raises(Problem) as met:
        pump.command(device, "resume", {}, PERSON)
    assert met.value.code == "device_state"
    again = done(device, "switch_off", "switch_on")
    assert again.state == "alarm_level_two_hardware_failure"
    mended, _ = pump.fault(done(again, "switch_off"), fault, present=False)
    assert done(mended, "switch_on").state == "init"


def test_without_mains_it_runs_on_its_battery():
    for device in (done(running(), "unplug"), pump.fault(running(), "mains_lost")[0]):
        later, _ = pump.after(device, 3600)
        assert later.battery_s == pytest.approx(device.battery_s - 3600)
        assert pump.motor_ml_s(later) > 0


def test_an_empty_battery_alarms_and_stops():
    device, _ = pump.fault(done(running(), "unplug"), "battery_worn")
    device, _ = pump.after(device, 301)
    assert device.state == "alarm_battery"
    assert pump.delivering_ug_s(device) == 0
    assert pump.after(device, 3600)[0].state == "alarm_battery"
    assert done(device, "plug_in").state == "infusion_paused"
    dark, _ = pump.fault(device, "mains_lost")
    with pytest.raises(Problem, match="without power"):
        pump.command(dark, "plug_in", {}, PERSON)


def test_rates_in_any_unit_are_the_same_flow():
    """0.1 ug/kg/min of 80 kg is 8 ug/min, 480 ug/h, 0.48 mg/h, 6 ml/h of 80 ug/ml."""
    same = [
        (0.1, "ug/kg/min"),
        (6, "ug/kg/h"),
        (8, "ug/min"),
        (480, "ug/h"),
        (0.48, "mg/h"),
        (6, "ml/h"),
        (0.1, "ml/min"),
    ]
    flows = [programmed(rate=rate, unit=unit).rate_ml_s for rate, unit in same]
    assert flows == pytest.approx([6 / 3600] * len(flows), rel=1e-12)


def test_a_rate_that_is_not_confirmed_does_not_run():
    device = done(running(), "change_rate", ("set_rate", {"amount": 9, "unit": "ml/h"}))
    assert device.state == "check_new_rate"
    assert pump.motor_ml_s(device) == pytest.approx(3 / 3600)
    assert pump.motor_ml_s(done(device, "cancel")) == pytest.approx(3 / 3600)
    assert pump.motor_ml_s(done(device, "confirm")) == pytest.approx(9 / 3600)


def test_a_rate_that_is_not_entered_alarms():
    device, _ = pump.after(done(running(), "change_rate"), 60)
    assert pump.alarm_of(device) == ("low", "Rate not entered")
    assert pump.motor_ml_s(device) == pytest.approx(3 / 3600)


def test_an_open_door_stops_it():
    device = done(running(), "open_door")
    assert pump.delivering_ug_s(device) == 0
    assert done(device, "close_door").state == "infusion_paused"


def test_free_flow_needs_an_open_clamp_and_a_leaking_valve():
    leaking, _ = pump.fault(running(), "anti_flow_valve")
    device = done(leaking, "open_door")
    assert pump.motor_ml_s(device) == 0
    assert pump.delivering_ug_s(device) == pytest.approx(pump.FREE_FLOW_ML_S * 80)
    empty, _ = pump.after(device, 60)
    assert empty.volume_ml == pytest.approx(0, abs=1e-9)
    assert pump.delivering_ug_s(empty) == 0
    held = done(leaking, ("set_clamp", {"position": "closed"}), "open_door")
    assert pump.delivering_ug_s(held) == 0


def test_old_propofol_is_told():
    device = loaded("propofol", 10_000.0)
    device, before = pump.after(device, 12 * 3600 - 1)
    device, at = pump.after(device, 2)
    _, later = pump.after(device, 3600)
    assert [event.code for event in at] == ["syringe_old"]
    assert before == later == ()


@pytest.mark.parametrize(("drug", "concentration"), [("adrenaline", 80.0), ("noradrenaline", 160.0)])
def test_the_scan_finds_the_wrong_drug(drug: str, concentration: float):
    device = done(programmed(drug=drug, concentration=concentration), "start")
    wrong, happened = pump.command(device, "scan", {}, PERSON)
    assert wrong.state == "alarm_wrong_drug"
    assert codes(happened) == {"wrong_library_entry"}
    assert pump.delivering_ug_s(wrong) == 0


def test_a_wrong_entry_gives_what_is_loaded():
    """3 ml/h of 160 ug/ml, though 80 ug/ml was chosen, is twice the drug."""
    device = done(programmed(concentration=160.0), "start")
    device, happened = pump.command(device, "confirm_drug", {}, PERSON)
    assert codes(happened) == {"wrong_library_entry"}
    assert pump.delivering_ug_s(device) == pytest.approx(3 / 3600 * 160)


def test_a_slip_of_the_point_or_the_unit_is_caught():
    """0.2 ug/kg/min was meant."""
    device = done(loaded(), ("choose", {"entry": NORADRENALINE}))
    ten, _ = pump.command(device, "set_rate", {"amount": 2, "unit": "ug/kg/min"}, PERSON)
    assert (ten.state, ten.unsafe) == ("alarm_unsafe_new_rate", "soft")
    hundred, _ = pump.command(device, "set_rate", {"amount": 20, "unit": "ug/kg/min"}, PERSON)
    assert (hundred.state, hundred.unsafe) == ("alarm_unsafe_new_rate", "hard")
    with pytest.raises(Problem, match="1200 ml/h"):
        pump.command(device, "set_rate", {"amount": 0.2, "unit": "mg/kg/min"}, Person(weight_kg=200))
    right, _ = pump.command(device, "set_rate", {"amount": 0.2, "unit": "ug/kg/min"}, PERSON)
    assert right.state == "check_new_rate"


def test_overriding_a_soft_limit_is_logged():
    device, _ = pump.command(programmed(), "set_rate", {"amount": 2, "unit": "ug/kg/min"}, PERSON)
    device, happened = pump.command(device, "override", {}, PERSON)
    assert codes(happened) == {"soft_limit_overridden"}
    assert pump.delivering_ug_s(done(device, "confirm", "start", "scan")) == pytest.approx(2 * 80 / 60)


def test_opening_the_door_unclamped_is_logged():
    _, happened = pump.command(running(), "open_door", {}, PERSON)
    assert codes(happened) == {"line_unclamped"}
    _, happened = pump.command(done(running(), ("set_clamp", {"position": "closed"})), "open_door", {}, PERSON)
    assert codes(happened) == set()


def test_a_silenced_alarm_comes_back():
    device, _ = pump.fault(running(), "air_in_line")
    device, _ = pump.after(device, 1)
    assert pump.sounding(device) == SIGNALS["high"]
    device = done(device, "silence")
    quiet, happened = pump.after(device, 119)
    assert (pump.sounding(quiet), happened) == (None, ())
    loud, happened = pump.after(quiet, 2)
    assert pump.sounding(loud) is not None
    assert codes(happened) == {"alarm_silenced_forgotten"}
    cured, happened = pump.after(done(device, "disconnect", "prime"), 130)
    assert (pump.sounding(cured), codes(happened)) == (None, set())


def test_priming_into_the_patient_is_given_and_logged():
    device = done(running(), "pause", "confirm")
    _, happened = pump.command(device, "prime", {}, PERSON)
    assert codes(happened) == {"primed_into_patient"}
    assert [event.amount for event in happened if isinstance(event, Given)] == [2.0 * 80]


def test_it_does_not_start_without_all_it_needs():
    for device, code in (
        (loaded(), "pump_no_entry"),
        (done(loaded(), ("choose", {"entry": NORADRENALINE})), "pump_no_rate"),
        (
            done(
                pump.new_pump(), "switch_on", ("choose", {"entry": NORADRENALINE}),
                ("set_rate", {"amount": 3, "unit": "ml/h"}), "confirm",
            ),
            "pump_empty",
        ),
    ):  # fmt: skip
        with pytest.raises(Problem) as met:
            pump.command(device, "start", {}, PERSON)
        assert met.value.code == code


@pytest.mark.parametrize("entry", LIBRARY)
def test_every_line_of_the_library_can_be_run(entry: str):
    drug, concentration = LIBRARY[entry].drug, LIBRARY[entry].concentration
    bounds = rate_bounds(LIBRARY[entry], PERSON)
    assert 0 < bounds.low < bounds.high < bounds.hard
    rate = math.sqrt(bounds.low * bounds.high)
    device = running(entry=entry, rate=rate / concentration * 3600, drug=drug, concentration=concentration)
    assert pump.delivering_ug_s(device) == pytest.approx(rate)


def test_the_pump_feeds_the_drugs():
    """An hour at 8 ug/min are 480 ug in the body's balance; then the door stops it."""
    device, drugs = running(rate=0.1, unit="ug/kg/min"), NOTHING
    drugs, device, _ = pumped(drugs, device, PERSON)
    rate, line = infusions(drugs)["noradrenaline"]
    assert (rate, line) == (pytest.approx(8 / 60), 1)
    opened, happened = pump.command(device, "open_door", {}, PERSON)
    drugs = carried(drugs, device, opened, happened, PERSON)
    assert infusions(drugs) == {}


def test_another_reservoir_ends_what_the_first_one_gave():
    device = running()
    drugs, device, _ = pumped(NOTHING, device, PERSON)
    other = done(device, "open_door", ("load", {"drug": "propofol", "concentration": 10_000, "volume_ml": 50}))
    assert infusions(carried(drugs, device, other, (), PERSON)) == {}


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("set_rate", {"amount": math.nan, "unit": "ml/h"}),
        ("set_rate", {"amount": 3, "unit": "mg"}),
        ("set_rate", {"amount": 3}),
        ("set_rate", {"amount": -3, "unit": "ml/h"}),
        ("choose", {"entry": "water"}),
        ("fly", {}),
        ("start", {"now": 1}),
    ],
)
def test_bad_input_is_refused(name: str, arguments: dict[str, Any]):
    with pytest.raises(Problem):
        pump.command(programmed(), name, arguments, PERSON)


@pytest.mark.parametrize("seconds", [-1.0, math.nan, math.inf])
def test_bad_time_is_refused(seconds: float):
    with pytest.raises(Problem):
        pump.after(running(), seconds)


def test_what_is_loaded_is_of_the_formulary():
    device = done(pump.new_pump(), "switch_on", "open_door")
    with pytest.raises(Problem, match="Do you mean"):
        pump.command(device, "load", {"drug": "noradrenalin2", "concentration": 80, "volume_ml": 50})
    with pytest.raises(Problem, match="fluid"):
        pump.command(device, "load", {"drug": "crystalloid", "concentration": 80, "volume_ml": 50})


def test_unknown_faults_are_refused():
    with pytest.raises(Problem):
        pump.fault(running(), "rust")


def test_it_can_be_saved():
    device, _ = pump.fault(running(), "occlusion")
    device, _ = pump.after(device, 2000)
    assert msgspec.json.decode(msgspec.json.encode(device), type=Pump) == device


@pytest.mark.parametrize("tick_s", [1.0, 0.7, 7.0])
def test_what_leaves_the_reservoir_is_what_the_body_gets(tick_s: float):
    """A bolus of 3.21 ml that ends within a tick, then the rate until the reservoir is empty within one."""
    device = running(entry="propofol 10 mg/ml", rate=60, drug="propofol", concentration=10_000.0, volume_ml=9.0)
    device = done(device, ("bolus", {"amount": 3.21, "unit": "ml"}))
    got_ug = 0.0
    while device.state != "alarm_empty_reservoir":
        before = device
        reaching = pump.delivering_ug_s(device, tick_s) * tick_s
        device, _ = pump.after(device, tick_s, PERSON)
        assert reaching == pytest.approx((before.volume_ml - device.volume_ml) * 10_000, abs=1e-6)
        got_ug += reaching
    assert got_ug == pytest.approx(90_000, rel=1e-9)
