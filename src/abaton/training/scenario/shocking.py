"""The defibrillator at the bedside: commands to it, what it does by itself, and the shocks that leave it.

What it says and refuses is its own (`abaton.training.devices.defibrillator`); here it meets the run.
"""

from typing import Any, Final

import msgspec

from abaton.core.errors import Problem
from abaton.training.devices.defibrillator import (
    Defibrillator,
    Electrodes,
    ShockDelivered,
    after,
    command,
    new_defibrillator,
)
from abaton.training.devices.machine import Told, UseError
from abaton.training.patient import Patient
from abaton.training.scenario.language import Argument, Scenario
from abaton.training.scenario.operating import Deed, Operation

ALIASES: Final = {"on": "switch_on", "off": "switch_off", "pads": "attach_pads"}
"""Shorter words for commands."""
ADVICE: Final = {"shock_advised": True, "no_shock_advised": False}


class Answered(msgspec.Struct, frozen=True, eq=False):
    """What came of a command or a second.

    Attributes:
        device: After.
        shocks: That left it, as operations without their draw.
        told: What it said.
        deeds: For conditions: `use_error` with its code.
        advised: Whether an analysis advised a shock; None where none ended.
    """

    device: Defibrillator
    shocks: tuple[Operation, ...]
    told: tuple[str, ...]
    deeds: tuple[Deed, ...]
    advised: bool | None


def standing(scenario: Scenario) -> Defibrillator | None:
    """The defibrillator that stands there, off; with its pads on where the scenario says so."""
    for device in scenario.devices:
        if device.name in ("aed", "defibrillator"):
            made = new_defibrillator(manual=device.name == "defibrillator")
            if "pads" in device.attached:
                made = msgspec.structs.replace(made, pads=True)
            return made
    return None


def commanded(device: Defibrillator, name: str, arguments: dict[str, Argument], patient: Patient) -> Answered:
    """After a command.

    Raises:
        Problem: One that the device does not take, or not now.
    """
    words = {key: _word(value) for key, value in arguments.items()}
    return _answered(*command(device, ALIASES.get(name, name), words, _electrodes(patient)))


def pressed(device: Defibrillator, arguments: dict[str, Argument], patient: Patient) -> Answered:
    """After somebody wants a shock: stand clear is called if it is, a manual device is charged first if it is not.

    Raises:
        Problem: The device is not charged and cannot be.
    """
    context = _electrodes(patient)
    happened: tuple[Any, ...] = ()
    if device.mode == "manual" and device.state == "ready":
        for name, given in (
            ("select_energy", {"joules": float(arguments.get("joules", 200.0))}),
            ("set_sync", {"on": _word(arguments.get("sync", False))}),
            ("charge", {}),
        ):
            device, more = command(device, name, given, context)
            happened += more
        return _answered(device, happened)
    if device.state != "charged":
        raise Problem(
            "device_state",
            f"a shock wanted from the defibrillator in state {device.state!r}",
            "a charged one",
            "Switch it on, attach pads, let it analyse, stand clear.",
            "conflict",
        )
    if arguments.get("clear") is True:
        device, happened = command(device, "clear", {}, context)
    device, more = command(device, "shock", {}, context)
    return _answered(device, happened + more)


def second(device: Defibrillator, patient: Patient) -> Answered:
    """A second later."""
    return _answered(*after(device, 1.0, _electrodes(patient)))


def _electrodes(patient: Patient) -> Electrodes:
    return Electrodes(patient.vitals.rhythm, patient.support.compression_per_min > 0, patient.vitals.pulse)


def _word(value: Argument) -> float | str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return value


def _answered(device: Defibrillator, happened: tuple[Any, ...]) -> Answered:
    shocks = tuple(
        Operation("shock", {"joules": each.joules, "sync": each.synchronised, "clear": each.cleared})
        for each in happened
        if isinstance(each, ShockDelivered)
    )
    told = tuple(each.text for each in happened if isinstance(each, Told | UseError))
    deeds = tuple(Deed(0, "use_error", each.code) for each in happened if isinstance(each, UseError))
    advice = [ADVICE[each.code] for each in happened if isinstance(each, Told) and each.code in ADVICE]
    return Answered(device, shocks, told, deeds, advice[-1] if advice else None)
