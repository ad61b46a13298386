"""Defibrillator: an AED that leads, and a manual one that obeys and can also lead.

What it does to the heart is data (`ShockDelivered`); `physiology.rhythm.shocked` says what follows.
"""

from typing import Final, Literal

import msgspec

from abaton.training.devices.defibrillator_chart import (
    AED_J,
    ANALYSIS_S,
    ARMED,
    BATTERY_J,
    CHARGE_J_S,
    CHART,
    COMMANDS,
    CPR_S,
    DISARM_S,
    ENERGIES_J,
    FAULTS,
    LEAST_BATTERY,
    LEAST_FIBRILLATION_J,
    ON,
    PADDED,
)
from abaton.training.devices.machine import (
    Arguments,
    Happened,
    Kind,
    Told,
    UseError,
    checked_seconds,
    commanded,
    moved,
    refused,
    with_fault,
    with_fields,
)
from abaton.training.physiology.rhythm import SHOCKABLE, Rhythm


class Defibrillator(msgspec.Struct, frozen=True):
    """A defibrillator now.

    Attributes:
        manual: Whether it has a manual mode at all; an AED has none.
        state: In the chart.
        mode: `aed` or `manual`.
        pads: Whether pads are on the chest.
        joules: Of the next shock.
        synchronised: Whether shocks wait for the R wave.
        cleared: Whether "stand clear" was called since the last shock.
        in_state_s: Time in this state.
        battery: Share left.
        shocks: Delivered so far.
        faults: Names of `FAULTS`.
    """

    manual: bool = False
    state: str = "off"
    mode: Literal["aed", "manual"] = "aed"
    pads: bool = False
    joules: float = AED_J
    synchronised: bool = False
    cleared: bool = False
    in_state_s: float = 0.0
    battery: float = 1.0
    shocks: int = 0
    faults: frozenset[str] = frozenset()


class Electrodes(msgspec.Struct, frozen=True):
    """What the device meets through its pads.

    Attributes:
        rhythm: Of the heart; None where it is not known, then no shock is advised.
        touching: Whether someone touches the patient: compressions, hands.
        pulse: Whether the heart pumps, for judging the use.
        shockable: What an analysis of the ECG says; None to judge by the rhythm.
    """

    rhythm: Rhythm | None = None
    touching: bool = False
    pulse: bool = False
    shockable: bool | None = None


class ShockDelivered(msgspec.Struct, frozen=True, tag="shock"):
    """A shock went through the chest.

    Attributes:
        joules: Delivered.
        synchronised: With the R wave.
        cleared: Whether everyone stood clear: it was called, and nobody touched the patient.
    """

    joules: float
    synchronised: bool
    cleared: bool


def new_defibrillator(manual: bool = False) -> Defibrillator:
    """A defibrillator, switched off: an AED, or one with a manual mode, which is then on."""
    return Defibrillator(manual=manual, mode="manual" if manual else "aed")


def command(
    device: Defibrillator, name: str, arguments: Arguments | None = None, context: Electrodes | None = None
) -> tuple[Defibrillator, Happened]:
    """The device after a command, and what happened.

    Raises:
        Problem: No such command, not in this state, or wrong arguments.
    """
    before = device.state
    later, happened = commanded(KIND, device, name, arguments or {}, context or Electrodes())
    return _entered(later, before, happened)


def after(device: Defibrillator, seconds: float, context: Electrodes | None = None) -> tuple[Defibrillator, Happened]:
    """The device some seconds later, and what happened; the context holds all that time.

    Raises:
        Problem: A wrong time.
    """
    left, electrodes = checked_seconds(seconds), context or Electrodes()
    happened: Happened = ()
    while True:
        trigger, due_s = _next_event(device, electrodes)
        wait_s = max(0.0, due_s - device.in_state_s)
        if not trigger or wait_s > left:
            return with_fields(device, in_state_s=device.in_state_s + left), happened
        left -= wait_s
        device, more = _happen(device, trigger, electrodes)
        happened += more


def fault(device: Defibrillator, name: str, present: bool = True) -> Defibrillator:
    """The device with a fault, or without it.

    Raises:
        Problem: It cannot have such a fault.
    """
    return with_fields(device, faults=with_fault("defibrillator", device.faults, FAULTS, name, present))


def prompt(device: Defibrillator) -> str:
    """What it says now."""
    return PROMPTS[device.state if device.state != "cpr" or device.mode == "aed" else "ready"]


PROMPTS: Final = {
    "off": "",
    "faulty": "Battery flat. Replace the battery.",
    "attach_pads": "Attach the pads to the bare chest.",
    "check_pads": "Check the pads. Press them firmly on the chest.",
    "ready": "Ready.",
    "analysing": "Do not touch the patient. Analysing the rhythm.",
    "motion": "Motion. Stop all motion.",
    "charging": "Charging. Stand clear.",
    "charged": "Stand clear. Press the shock button.",
    "waiting_for_r": "Waiting for an R wave.",
    "cpr": "Begin chest compressions.",
}


def shock_advised(context: Electrodes) -> bool:
    """Whether an analysis finds a rhythm to shock: ventricular fibrillation or tachycardia."""
    return context.rhythm in SHOCKABLE if context.shockable is None else context.shockable


def _flat(device: Defibrillator) -> bool:
    spent = device.battery < LEAST_BATTERY and device.state not in ("charging", *ARMED)
    return spent or "flat_battery" in device.faults


def _bad_contact(device: Defibrillator) -> bool:
    return bool(device.faults & {"poor_contact", "expired_pads"})


def _next_event(device: Defibrillator, context: Electrodes) -> tuple[str, float]:
    """What happens next by itself, and after how long in this state."""
    state = device.state
    if state in ON and _flat(device):
        return "battery_ends", 0.0
    if state in PADDED and _bad_contact(device):
        return "contact_lost", 0.0
    if state == "check_pads" and not _bad_contact(device):
        return "contact_back", 0.0
    disturbed = context.touching or "motion" in device.faults
    if state == "waiting_for_r" and context.rhythm is not None and context.rhythm < Rhythm.VENTRICULAR_FIBRILLATION:
        return "r_wave", 0.0
    if state == "analysing":
        advice = "advised" if shock_advised(context) else "not_advised"
        return ("disturbed", 0.0) if disturbed else (advice, ANALYSIS_S)
    if state == "motion":
        return ("", 0.0) if disturbed else ("still", 0.0)
    timed = {
        "charging": ("charged_up", device.joules / CHARGE_J_S),
        "charged": ("timed_out", DISARM_S),
        "waiting_for_r": ("timed_out", DISARM_S),
        "cpr": ("cpr_over", CPR_S),
    }
    return timed.get(state, ("", 0.0))


def _happen(device: Defibrillator, trigger: str, context: Electrodes) -> tuple[Defibrillator, Happened]:
    before, happened = device.state, ()
    if trigger == "r_wave":
        device, happened = _delivered(device, context)
    elif trigger == "advised":
        device, happened = _spent(device), (Told("shock_advised", "Shock advised."),)
    elif trigger == "not_advised":
        happened = (Told("no_shock_advised", "No shock advised."),)
    elif trigger == "timed_out":
        happened = (Told("disarmed", "No shock was given. Disarmed."),)
        if device.synchronised and before == "waiting_for_r":
            happened += (_left_on(),)
    return _entered(moved(KIND, device, trigger, context), before, happened)


def _entered(device: Defibrillator, before: str, happened: Happened) -> tuple[Defibrillator, Happened]:
    """The time in the state begins anew where the state is another; what it says is told."""
    if device.state == before:
        return device, happened
    device = with_fields(device, in_state_s=0.0)
    said = prompt(device)
    return device, (*happened, Told("prompt", said)) if said else happened


def _spent(device: Defibrillator) -> Defibrillator:
    return with_fields(device, battery=max(0.0, device.battery - device.joules / BATTERY_J))


def _delivered(device: Defibrillator, context: Electrodes) -> tuple[Defibrillator, Happened]:
    cleared = device.cleared and not context.touching
    shock = ShockDelivered(device.joules, device.synchronised, cleared)
    happened: Happened = (
        shock,
        Told("shock_delivered", f"Shock delivered, {device.joules:g} J."),
        *_judged(device, context),
    )
    if not cleared:
        why = "someone touched the patient" if context.touching else "nobody called to stand clear"
        happened += (UseError("shock_without_clearing", f"A shock was given while {why}."),)
    return with_fields(device, cleared=False, synchronised=False, shocks=device.shocks + 1), happened


def _judged(device: Defibrillator, context: Electrodes) -> Happened:
    rhythm = context.rhythm
    if rhythm is None:
        return ()
    if rhythm in (Rhythm.ASYSTOLE, Rhythm.PULSELESS_ELECTRICAL_ACTIVITY):
        return (UseError("shock_not_indicated", "A shock was given to a rhythm that none helps."),)
    if rhythm == Rhythm.VENTRICULAR_FIBRILLATION and device.joules < LEAST_FIBRILLATION_J:
        return (UseError("energy_low", f"{device.joules:g} J is little for fibrillation; 120 to 200 J are usual."),)
    organised = rhythm not in SHOCKABLE or (rhythm == Rhythm.VENTRICULAR_TACHYCARDIA and context.pulse)
    if organised and not device.synchronised:
        return (UseError("sync_left_off", "A heart that beats was shocked without waiting for the R wave."),)
    return ()


def _left_on() -> UseError:
    return UseError("sync_left_on", "The shock waited for an R wave that fibrillation does not have.")


def _manual_only(device: Defibrillator, what: str) -> None:
    if device.mode != "manual":
        raise refused(
            "defibrillator_mode",
            f"{what} in the mode that leads",
            "manual mode",
            "Set the mode to manual." if device.manual else "Follow its prompts: an AED has no manual mode.",
        )


def _switch_on(device: Defibrillator, _: object, __: Electrodes) -> tuple[Defibrillator, Happened]:
    mode = "manual" if device.manual else "aed"
    return with_fields(device, mode=mode, joules=AED_J, synchronised=False, cleared=False), ()


def _safe(device: Defibrillator, _: object, __: Electrodes) -> tuple[Defibrillator, Happened]:
    return with_fields(device, cleared=False), ()


def _replace_battery(device: Defibrillator, _: object, __: Electrodes) -> tuple[Defibrillator, Happened]:
    return with_fields(device, battery=1.0, faults=device.faults - {"flat_battery"}), ()


def _attach(device: Defibrillator, _: object, __: Electrodes) -> tuple[Defibrillator, Happened]:
    happened = ()
    if "expired_pads" in device.faults:
        happened = (UseError("pads_expired", "Pads past their date were attached; their gel is dry."),)
    return with_fields(device, pads=True), happened


def _remove(device: Defibrillator, _: object, __: Electrodes) -> tuple[Defibrillator, Happened]:
    return with_fields(device, pads=False, cleared=False), ()


def _press(device: Defibrillator, _: object, __: Electrodes) -> tuple[Defibrillator, Happened]:
    return with_fields(device, faults=device.faults - {"poor_contact"}), ()


def _replace(device: Defibrillator, _: object, __: Electrodes) -> tuple[Defibrillator, Happened]:
    return with_fields(device, pads=True, cleared=False, faults=device.faults - {"poor_contact", "expired_pads"}), ()


def _mode(device: Defibrillator, given: dict[str, float | str], _: Electrodes) -> tuple[Defibrillator, Happened]:
    if given["mode"] == "manual" and not device.manual:
        raise refused("defibrillator_mode", "manual mode of an AED", "aed", "Follow its prompts.")
    if given["mode"] == "aed":
        device = with_fields(device, joules=AED_J, synchronised=False)
    return with_fields(device, mode=given["mode"]), ()


def _energy(device: Defibrillator, given: dict[str, float | str], _: Electrodes) -> tuple[Defibrillator, Happened]:
    _manual_only(device, "an energy was chosen")
    if given["joules"] not in ENERGIES_J:
        raise refused(
            "defibrillator_energy", f"{given['joules']:g} J", "one of " + ", ".join(map(str, ENERGIES_J)), "Choose one."
        )
    return with_fields(device, joules=given["joules"]), ()


def _sync(device: Defibrillator, given: dict[str, float | str], _: Electrodes) -> tuple[Defibrillator, Happened]:
    _manual_only(device, "synchronising was set")
    return with_fields(device, synchronised=given["on"] == "on"), ()


def _charge(device: Defibrillator, _: object, __: Electrodes) -> tuple[Defibrillator, Happened]:
    return _spent(device), ()


def _clear(device: Defibrillator, _: object, __: Electrodes) -> tuple[Defibrillator, Happened]:
    return with_fields(device, cleared=True), (Told("clear_called", "Stand clear!"),)


def _shock(device: Defibrillator, _: object, context: Electrodes) -> tuple[Defibrillator, Happened]:
    if _waits(device, context):
        return device, (_left_on(),) if context.rhythm == Rhythm.VENTRICULAR_FIBRILLATION else ()
    return _delivered(device, context)


def _waits(device: Defibrillator, _: Electrodes) -> bool:
    return device.synchronised


KIND: Final = Kind[Defibrillator, Electrodes](
    CHART,
    COMMANDS,
    {
        "switch_on": _switch_on,
        "switch_off": _safe,
        "replace_battery": _replace_battery,
        "attach_pads": _attach,
        "remove_pads": _remove,
        "press_pads": _press,
        "replace_pads": _replace,
        "set_mode": _mode,
        "select_energy": _energy,
        "set_sync": _sync,
        "charge": _charge,
        "disarm": _safe,
        "clear": _clear,
        "shock": _shock,
    },
    {
        "flat": lambda device, _: _flat(device),
        "no_pads": lambda device, _: not device.pads,
        "bad_contact": lambda device, _: _bad_contact(device),
        "leads": lambda device, _: device.mode == "aed",
        "waits": _waits,
        "was_charged": lambda device, _: device.state == "charged",
    },
)
