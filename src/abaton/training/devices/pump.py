"""Infusion pump by the states of the generic infusion pump, with faults, coupled to the drugs.

Each second, whoever runs it sets the drug's infusion to `delivering_ug_s` and then calls `after`; `Given` among the
events is a dose at once. `pump_drugs` does both. Nothing is delivered above the hard limit of the library, ever.
"""

import math
from typing import Final

from abaton.training.devices import pump_actions as actions
from abaton.training.devices.alarms import SIGNALS, Signal
from abaton.training.devices.machine import (
    Arguments,
    Happened,
    Kind,
    Told,
    UseError,
    checked_seconds,
    commanded,
    moved,
    with_fault,
    with_fields,
)
from abaton.training.devices.pump_chart import ALARMS, CHART, COMMANDS
from abaton.training.devices.pump_flow import (
    COMPLIANCE_ML_MMHG,
    FREE_FLOW_ML_S,
    OCCLUSION_MMHG,
    Given,
    Pump,
    blocked,
    delivering_ug_s,
    flowed,
    free_flow_ml_s,
    is_delivering,
    motor_ml_s,
    on_battery,
    pressure_mmhg,
    reaching_ml_s,
    released,
)
from abaton.training.devices.pump_library import LIBRARY
from abaton.training.physiology.person import Person

__all__ = [
    "CHART", "COMMANDS", "COMPLIANCE_ML_MMHG", "FAULTS", "FREE_FLOW_ML_S", "KIND", "LIBRARY", "OCCLUSION_MMHG", "Given",
    "Pump", "after", "alarm_of", "command", "delivering_ug_s", "fault", "free_flow_ml_s", "motor_ml_s", "new_pump",
    "on_battery", "pressure_mmhg", "reaching_ml_s", "sounding",
]  # fmt: skip

LOW_S: Final = 600.0
"""The reservoir is low when it lasts for less than 10 min (recalled from manuals, to be checked)."""
PAUSE_S: Final = 600.0
"""A pause is too long after 10 min (the state is the generic pump's, the time ours)."""
CHANGE_S: Final = 60.0
"""A rate not entered within a minute alarms (the state is the generic pump's, the time ours)."""
SYRINGE_S: Final = 12 * 3600.0
"""Propofol and its line are thrown away after 12 h (recalled from its product information, to be checked)."""

FAULTS: Final = {
    "occlusion": "The line is blocked: kinked, clotted, a tap shut.",
    "air_in_line": "A bubble is at the detector.",
    "battery_worn": "The battery lasts for minutes instead of hours.",
    "mains_lost": "No power from the wall.",
    "hardware": "The motor's second channel disagrees with the first.",
    "software": "The watchdog missed a beat.",
    "overheated": "It is hotter inside than it may be.",
    "anti_flow_valve": "The valve that shuts the line at an open door leaks.",
}
BROKEN: Final = frozenset({"hardware", "software", "overheated"})
WORN_S: Final = 300.0
"""What a worn battery lasts for (ours)."""


def new_pump(line: int = 1) -> Pump:
    """A pump, switched off and empty, on a venous line (1 to 4)."""
    return Pump(line=line)


def command(
    pump: Pump, name: str, arguments: Arguments | None = None, context: Person | None = None
) -> tuple[Pump, Happened]:
    """The pump after a command, and what happened.

    Args:
        pump: Now.
        name: One of `COMMANDS`.
        arguments: Its arguments.
        context: The patient, whose weight the limits need.

    Raises:
        Problem: No such command, not in this state, wrong arguments, or above a hard limit.
    """
    before, person = pump.state, context or Person()
    later, happened = _entered(*commanded(KIND, pump, name, arguments or {}, person), before)
    settled, more = after(later, 0.0, person)
    return settled, happened + more


def after(pump: Pump, seconds: float, context: Person | None = None) -> tuple[Pump, Happened]:
    """The pump some seconds later, and what happened.

    Raises:
        Problem: A wrong time.
    """
    left, person = checked_seconds(seconds), context or Person()
    happened: Happened = ()
    while True:
        trigger, wait_s = _next_event(pump)
        if wait_s > left:
            return _passed(pump, left), happened
        left -= wait_s
        pump = _passed(pump, wait_s)
        pump, more = _happen(pump, trigger, person)
        happened += more


def fault(pump: Pump, name: str, present: bool = True) -> tuple[Pump, Happened]:
    """The pump with a fault or without it, and what happened: a line that frees itself lets its pressure off.

    Raises:
        Problem: It cannot have such a fault.
    """
    pump = with_fields(pump, faults=with_fault("infusion pump", pump.faults, FAULTS, name, present))
    if name == "battery_worn" and present:
        pump = with_fields(pump, battery_s=min(pump.battery_s, WORN_S))
    pump, happened = released(pump)
    settled, more = after(pump, 0.0)
    return settled, happened + more


def alarm_of(pump: Pump) -> tuple[str, str] | None:
    """Priority and text of what it alarms for."""
    return ALARMS.get(pump.state)


def sounding(pump: Pump) -> Signal | None:
    """The alarm signal that sounds now."""
    alarm = alarm_of(pump)
    return SIGNALS[alarm[0]] if alarm and pump.silenced_until_s <= pump.time_s else None


def _next_event(pump: Pump) -> tuple[str, float]:
    """What happens next by itself, and in how long."""
    due = list(_faults(pump)) if pump.state != "off" else []
    if is_delivering(pump):
        due.extend(_deliveries(pump))
    waits = {
        "infusion_paused": ("paused_long", PAUSE_S),
        "paused_stop_confirm": ("paused_long", PAUSE_S),
        "change_rate": ("waited_long", CHANGE_S),
    }
    if pump.state in waits:
        trigger, limit_s = waits[pump.state]
        due.append((trigger, limit_s - pump.in_state_s))
    if pump.silenced_until_s > pump.time_s:
        due.append(("sound_again", pump.silenced_until_s - pump.time_s))
    if pump.loaded == "propofol" and pump.loaded_s < SYRINGE_S:
        due.append(("syringe_old", SYRINGE_S - pump.loaded_s))
    trigger, wait_s = min(due, key=lambda pair: pair[1], default=("", math.inf))
    return trigger, max(0.0, wait_s)


def _faults(pump: Pump) -> tuple[tuple[str, float], ...]:
    if pump.faults & BROKEN:
        return () if pump.state == "alarm_level_two_hardware_failure" else (("failed", -1.0),)
    if on_battery(pump) and pump.state not in ("alarm_battery", "alarm_level_two_hardware_failure"):
        return (("power_gone", pump.battery_s),)
    return ()


def _deliveries(pump: Pump) -> list[tuple[str, float]]:
    flow = motor_ml_s(pump)
    due = [("reservoir_empty", pump.volume_ml / flow)]
    if "air_in_line" in pump.faults:
        due.append(("air_found", 0.0))
    if blocked(pump) and pump.connected:
        due.append(("occluded", (OCCLUSION_MMHG * COMPLIANCE_ML_MMHG - pump.trapped_ml) / flow))
    if pump.state == "infusion_normal_operation" and not pump.low_seen:
        due.append(("reservoir_low", pump.volume_ml / flow - LOW_S))
    if pump.state == "bolus_request":
        due.append(("bolus_done", pump.bolus_ml / flow))
    return due


def _passed(pump: Pump, seconds: float) -> Pump:
    drained = seconds if on_battery(pump) and pump.state != "off" else 0.0
    return with_fields(
        flowed(pump, seconds),
        in_state_s=pump.in_state_s + seconds,
        time_s=pump.time_s + seconds,
        loaded_s=pump.loaded_s + seconds,
        battery_s=max(0.0, pump.battery_s - drained),
    )


def _happen(pump: Pump, trigger: str, person: Person) -> tuple[Pump, Happened]:
    before = pump.state
    if trigger == "sound_again":
        pump = with_fields(pump, silenced_until_s=0.0)
        alarm = alarm_of(pump)
        return pump, (UseError("alarm_silenced_forgotten", f"Silenced, and still there: {alarm[1]}."),) if alarm else ()
    if trigger == "syringe_old":
        told = Told("syringe_old", "Propofol has hung for 12 h: throw syringe and line away.")
        return with_fields(pump, loaded_s=SYRINGE_S), (told,)
    if trigger == "reservoir_empty":
        pump = with_fields(pump, volume_ml=0.0, bolus_ml=0.0)
    if trigger == "bolus_done":
        pump = with_fields(pump, bolus_ml=0.0)
    return _entered(moved(KIND, pump, trigger, person), (), before)


def _entered(pump: Pump, happened: Happened, before: str) -> tuple[Pump, Happened]:
    """Time in the state begins anew, a new alarm sounds even in a pause, and what was silenced is over with it."""
    if pump.state == before:
        return pump, happened
    bolus = pump.bolus_ml if pump.state == "bolus_request" else 0.0
    pump = with_fields(pump, in_state_s=0.0, silenced_until_s=0.0, bolus_ml=bolus)
    alarm = alarm_of(pump)
    return pump, (*happened, Told(pump.state, f"{alarm[1]} ({alarm[0]} priority).")) if alarm else happened


KIND: Final = Kind[Pump, Person](
    CHART,
    COMMANDS,
    actions.ACTIONS,
    {
        "running": lambda pump, _: pump.running,
        "broken": lambda pump, _: bool(pump.faults & BROKEN),
        "without_power": lambda pump, _: on_battery(pump) and pump.battery_s <= 0.0,
        "unsafe": lambda pump, _: bool(pump.unsafe),
        "drug_matches": lambda pump, _: actions.matches(pump),
    },
)
