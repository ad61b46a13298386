"""What each command does to the infusion pump, before it moves to its next state."""

import math
from typing import Final

from abaton.core.errors import Problem
from abaton.training.devices.alarms import LONGEST_PAUSE_S
from abaton.training.devices.machine import Happened, Told, UseError, refused, with_fields
from abaton.training.devices.pump_flow import MOST_ML_S, PRIME_ML, Given, Pump, blocked, released
from abaton.training.devices.pump_library import Bounds, Entry, bolus_bounds, dose_of, entry_named, rate_bounds, rate_of
from abaton.training.drugs.formulary import drug_named
from abaton.training.drugs.kinetics import FLUIDS
from abaton.training.physiology.person import Person

Given_ = dict[str, float | str]
Done = tuple[Pump, Happened]


def matches(pump: Pump) -> bool:
    """Whether what is loaded is what was chosen, drug and concentration."""
    if not pump.entry:
        return False
    entry = entry_named(pump.entry)
    return entry.drug == pump.loaded and math.isclose(entry.concentration, pump.concentration)


def _switch_on(pump: Pump, _: Given_, __: Person) -> Done:
    return with_fields(pump, entry="", rate_ml_s=0.0, pending_ml_s=0.0, unsafe="", running=False), ()


def _switch_off(pump: Pump, _: Given_, __: Person) -> Done:
    return with_fields(pump, running=False, bolus_ml=0.0, rate_ml_s=0.0, pending_ml_s=0.0, unsafe=""), ()


def _open_door(pump: Pump, _: Given_, __: Person) -> Done:
    pump = with_fields(pump, bolus_ml=0.0, pending_ml_s=0.0, unsafe="")
    if not (pump.clamp_open and pump.connected and pump.volume_ml > 0.0):
        return pump, ()
    what = "nothing but the pump's valve holds the drug back"
    return pump, (UseError("line_unclamped", f"The door was opened with the line's clamp open: {what}."),)


def _load(pump: Pump, given: Given_, _: Person) -> Done:
    drug = drug_named(str(given["drug"])).name
    concentration, volume = float(given["concentration"]), float(given["volume_ml"])
    if drug in FLUIDS and concentration != 1.0:
        raise Problem(
            "pump_concentration", f"{concentration:g} of {drug}", "1 (a fluid is counted in ml)", "Load it so."
        )
    loaded = with_fields(
        pump, loaded=drug, concentration=concentration, volume_ml=volume, low_seen=False, loaded_s=0.0, trapped_ml=0.0
    )
    return loaded, (Told("loaded", f"{volume:g} ml of {drug}."),)


def _set_clamp(pump: Pump, given: Given_, _: Person) -> Done:
    return released(with_fields(pump, clamp_open=given["position"] == "open"))


def _connect(pump: Pump, _: Given_, __: Person) -> Done:
    return with_fields(pump, connected=True), ()


def _disconnect(pump: Pump, _: Given_, __: Person) -> Done:
    return with_fields(pump, connected=False, trapped_ml=0.0), ()


def _plug_in(pump: Pump, _: Given_, __: Person) -> Done:
    if "mains_lost" in pump.faults and pump.state == "alarm_battery":
        raise refused("pump_power", "a plug without power", "power from the wall", "Find a socket that has power.")
    return with_fields(pump, mains=True), ()


def _unplug(pump: Pump, _: Given_, __: Person) -> Done:
    return with_fields(pump, mains=False), (Told("on_battery", "Running on battery."),)


def _choose(pump: Pump, given: Given_, _: Person) -> Done:
    entry = str(given["entry"])
    rate_bounds(entry_named(entry), Person())
    return with_fields(pump, entry=entry, rate_ml_s=0.0, pending_ml_s=0.0, unsafe="", running=False), ()


def _outside(amount: float, bounds: Bounds) -> str:
    if amount > bounds.hard:
        return "hard"
    return "" if bounds.low <= amount <= bounds.high else "soft"


def _set_rate(pump: Pump, given: Given_, person: Person) -> Done:
    entry = _entry(pump)
    rate = rate_of(float(given["amount"]), str(given["unit"]), entry, person)
    flow = rate / entry.concentration
    text = f"{given['amount']:g} {given['unit']}"
    if not 0.0 < flow <= MOST_ML_S:
        raise refused("pump_rate", text, f"above 0 and at most {3600 * MOST_ML_S:g} ml/h", "Set a rate it can run.")
    unsafe = _outside(rate, rate_bounds(entry, person))
    happened: Happened = ()
    if unsafe == "hard":
        happened = (UseError("hard_limit_tried", f"{text} is above the hard limit of {pump.entry}."),)
    return with_fields(pump, pending_ml_s=flow, unsafe=unsafe), happened


def _entry(pump: Pump) -> Entry:
    if not pump.entry:
        raise refused("pump_no_entry", "no line of the library is chosen", "a chosen drug", "Choose one first.")
    return entry_named(pump.entry)


def _override(pump: Pump, _: Given_, person: Person) -> Done:
    if pump.unsafe == "hard":
        hard = rate_bounds(_entry(pump), person).hard / _entry(pump).concentration
        raise refused(
            "pump_hard_limit",
            f"{3600 * pump.pending_ml_s:.4g} ml/h, above the hard limit",
            f"at most {3600 * hard:.4g} ml/h of {pump.entry}",
            "Set a lower rate; a hard limit is never overridden.",
        )
    told = UseError(
        "soft_limit_overridden", f"{3600 * pump.pending_ml_s:.4g} ml/h of {pump.entry} is outside its limits."
    )
    return with_fields(pump, unsafe=""), (told,)


def _confirm(pump: Pump, _: Given_, __: Person) -> Done:
    if pump.state == "check_new_rate":
        told = Told("rate_set", f"{3600 * pump.pending_ml_s:.4g} ml/h.")
        return with_fields(pump, rate_ml_s=pump.pending_ml_s, pending_ml_s=0.0), (told,)
    running = pump.state == "confirm_pause"
    return with_fields(pump, running=running), (Told("paused" if running else "stopped", "Not infusing."),)


def _cancel(pump: Pump, _: Given_, __: Person) -> Done:
    running = pump.running and pump.state not in ("check_drug", "alarm_wrong_drug")
    return with_fields(pump, pending_ml_s=0.0, unsafe="", running=running), ()


def _start(pump: Pump, _: Given_, __: Person) -> Done:
    _entry(pump)
    if pump.rate_ml_s <= 0.0:
        raise refused("pump_no_rate", "no confirmed rate", "a rate", "Set the rate and confirm it.")
    if not pump.loaded or pump.volume_ml <= 0.0:
        raise refused("pump_empty", "an empty reservoir", "a loaded one", "Open the door and load it.")
    return pump, ()


def _scan(pump: Pump, _: Given_, __: Person) -> Done:
    if matches(pump):
        return with_fields(pump, running=True), (Told("drug_checked", f"{pump.entry}: matches."),)
    return pump, (UseError("wrong_library_entry", f"{pump.entry} was chosen; {_real(pump)} is loaded."),)


def _confirm_drug(pump: Pump, _: Given_, __: Person) -> Done:
    happened: Happened = (Told("drug_not_scanned", "Started without scanning the drug."),)
    if not matches(pump):
        happened += (UseError("wrong_library_entry", f"{pump.entry} was chosen; {_real(pump)} is loaded."),)
    return with_fields(pump, running=True), happened


def _real(pump: Pump) -> str:
    return f"{pump.loaded} {pump.concentration:g} ug/ml"


def _stop(pump: Pump, _: Given_, __: Person) -> Done:
    running = not pump.state.startswith("alarm_") or pump.state == "alarm_too_long_pause"
    return with_fields(pump, bolus_ml=0.0, running=pump.running and running), ()


def _resume(pump: Pump, _: Given_, __: Person) -> Done:
    if pump.state == "alarm_air_in_line" and "air_in_line" in pump.faults:
        raise refused("pump_air", "air in the line", "a line without air", "Disconnect and prime it.")
    if pump.volume_ml <= 0.0:
        raise refused("pump_empty", "an empty reservoir", "a loaded one", "Open the door and load it.")
    return with_fields(pump, running=True), ()


def _bolus(pump: Pump, given: Given_, person: Person) -> Done:
    entry = _entry(pump)
    dose = dose_of(float(given["amount"]), str(given["unit"]), entry, person)
    text = f"a bolus of {given['amount']:g} {given['unit']} of {entry.drug}"
    if dose <= 0.0:
        raise refused("pump_bolus", text, "more than nothing", "Say how much.")
    outside = _outside(dose, bolus_bounds(entry, person))
    if outside == "hard":
        raise refused("pump_hard_limit", text, "at most the hard limit", "Give less; a hard limit is never overridden.")
    happened: Happened = (Told("bolus", text),)
    if outside and given["insist"] != "yes":
        raise refused("pump_soft_limit", text, "a dose within the limits", "Change it, or insist.")
    if outside:
        happened += (UseError("soft_limit_overridden", f"{text} is outside its limits."),)
    return with_fields(pump, bolus_ml=dose / entry.concentration), happened


def _stop_bolus(pump: Pump, _: Given_, __: Person) -> Done:
    return with_fields(pump, bolus_ml=0.0), ()


def _acknowledge(pump: Pump, _: Given_, __: Person) -> Done:
    return with_fields(pump, low_seen=pump.low_seen or pump.state == "warning_low_reservoir"), ()


def _silence(pump: Pump, _: Given_, __: Person) -> Done:
    return with_fields(pump, silenced_until_s=pump.time_s + LONGEST_PAUSE_S), ()


def _relieve(pump: Pump, _: Given_, __: Person) -> Done:
    return with_fields(pump, trapped_ml=0.0), (
        Told("relieved", "The line's pressure was let off away from the patient."),
    )


def _prime(pump: Pump, _: Given_, __: Person) -> Done:
    if blocked(pump):
        raise refused("pump_blocked", "a blocked line", "a line that is free", "Free the line first.")
    moved = min(PRIME_ML, pump.volume_ml)
    freed = with_fields(pump, volume_ml=pump.volume_ml - moved, faults=pump.faults - {"air_in_line"})
    if not (pump.connected and pump.loaded and moved > 0.0):
        return freed, (Told("primed", f"{moved:g} ml."),)
    wrong = UseError("primed_into_patient", f"{moved:g} ml were primed into the patient.")
    return freed, (Given(pump.loaded, moved * pump.concentration, pump.line, "primed_into_patient"), wrong)


ACTIONS: Final = {
    "switch_on": _switch_on,
    "switch_off": _switch_off,
    "open_door": _open_door,
    "load": _load,
    "set_clamp": _set_clamp,
    "connect": _connect,
    "disconnect": _disconnect,
    "plug_in": _plug_in,
    "unplug": _unplug,
    "choose": _choose,
    "set_rate": _set_rate,
    "override": _override,
    "confirm": _confirm,
    "cancel": _cancel,
    "start": _start,
    "scan": _scan,
    "confirm_drug": _confirm_drug,
    "stop": _stop,
    "resume": _resume,
    "bolus": _bolus,
    "stop_bolus": _stop_bolus,
    "acknowledge": _acknowledge,
    "silence": _silence,
    "relieve": _relieve,
    "prime": _prime,
}
