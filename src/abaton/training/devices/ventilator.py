"""Ventilator: volume and pressure controlled, pressure support with a backup for apnoea, standby, alarms.

The engine breathes for the patient by `support_of`; the ventilator reads what came of it.
"""

import math
from typing import Any, Final

import msgspec

from abaton.training.devices import alarms
from abaton.training.devices.alarms import Board
from abaton.training.devices.machine import (
    Argument,
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
from abaton.training.devices.ventilator_chart import (
    BREATHING,
    CHART,
    COMMANDS,
    FAULTS,
    LIMITS,
    RULES,
    SETTINGS,
    STANDBY_S,
    STEP_S,
)
from abaton.training.physiology.influences import Support


class Ventilator(msgspec.Struct, frozen=True):
    """A ventilator now.

    Attributes:
        state: In the chart.
        mode: Chosen: `vcv`, `pcv` or `psv`.
        connected: Whether its circuit is on the patient's tube or mask.
        inspired_oxygen, rate_per_min, tidal_ml, inspiratory_cmh2o, support_cmh2o, peep_cmh2o, inspiratory_s,
        backup_rate_per_min, backup_cmh2o: Settings, see `SETTINGS`.
        peak_cmh2o, tidal_low_ml, rate_high_per_min, apnoea_s: Limits, see `LIMITS`.
        given_ml: Volume it gives in VCV once the pressure limit has cut breaths short; None before.
        breathless_s: Time since the last breath of the patient's own.
        standby_s: Time in standby with a patient connected.
        in_state_s: Time in this state.
        board: Its alarms.
        faults: Names of `FAULTS`.
    """

    state: str = "off"
    mode: str = "vcv"
    connected: bool = False
    inspired_oxygen: float = 0.5
    rate_per_min: float = 14.0
    tidal_ml: float = 450.0
    inspiratory_cmh2o: float = 15.0
    support_cmh2o: float = 10.0
    peep_cmh2o: float = 5.0
    inspiratory_s: float = 1.0
    backup_rate_per_min: float = 12.0
    backup_cmh2o: float = 15.0
    peak_cmh2o: float = 40.0
    tidal_low_ml: float = 250.0
    rate_high_per_min: float = 35.0
    apnoea_s: float = 20.0
    given_ml: float | None = None
    breathless_s: float = 0.0
    standby_s: float = 0.0
    in_state_s: float = 0.0
    board: Board = Board(RULES)
    faults: frozenset[str] = frozenset()


class Airway(msgspec.Struct, frozen=True):
    """What the ventilator measures of the last breath.

    Attributes:
        peak_cmh2o, plateau_cmh2o: Airway pressure.
        tidal_ml: That came back.
        rate_per_min: Breaths, own or given.
        effort: Whether the patient tries to breathe.
    """

    peak_cmh2o: float | None = None
    plateau_cmh2o: float | None = None
    tidal_ml: float | None = None
    rate_per_min: float | None = None
    effort: bool = False


NOTHING_READ: Final = Airway()


def new_ventilator() -> Ventilator:
    """A ventilator, switched off, with settings for an adult."""
    return Ventilator()


def command(
    device: Ventilator, name: str, arguments: Arguments | None = None, context: Airway | None = None
) -> tuple[Ventilator, Happened]:
    """The ventilator after a command, and what happened.

    Raises:
        Problem: No such command, not in this state, wrong arguments.
    """
    before = device.state
    later, happened = commanded(KIND, device, name, arguments or {}, context or NOTHING_READ)
    return _entered(later, before), happened


def after(device: Ventilator, seconds: float, context: Airway | None = None) -> tuple[Ventilator, Happened]:
    """The ventilator some seconds later, and what happened; what it reads holds all that time.

    Raises:
        Problem: A wrong time, or a reading that is no number.
    """
    left, airway = checked_seconds(seconds), context or NOTHING_READ
    _checked(airway)
    happened: Happened = ()
    while left > 0.0:
        step = min(left, STEP_S)
        device, more = _stepped(device, step, airway)
        happened += more
        left = 0.0 if left - step < 1e-9 else left - step
        if device.state == "off":
            break
    return device, happened


def fault(device: Ventilator, name: str, present: bool = True) -> Ventilator:
    """The ventilator with a fault, or without it.

    Raises:
        Problem: It cannot have such a fault.
    """
    return with_fields(device, faults=with_fault("ventilator", device.faults, FAULTS, name, present))


def ventilating(device: Ventilator) -> bool:
    """Whether it breathes for the patient: it is on, connected, and nothing came off."""
    return device.state in (*BREATHING, "confirm_standby") and device.connected and "disconnection" not in device.faults


def support_of(device: Ventilator, support: Support | None = None) -> Support:
    """What the ventilator does to the body, in place of that in `support`.

    A patient connected to a ventilator in standby, or whose circuit came off, breathes alone, and room air.

    Args:
        device: Now.
        support: Everything else (compressions, tube, airway) stays as it is.
    """
    support = support or Support()
    if not device.connected:
        return support
    replace = msgspec.structs.replace
    if not ventilating(device):
        return replace(support, ventilation="spontaneous", inspired_oxygen=0.21, rate_per_min=0.0, peep_cmh2o=0.0)
    backup = device.state == "backup"
    mode = "pcv" if backup else device.mode
    pressure = device.backup_cmh2o if backup else device.support_cmh2o if mode == "psv" else device.inspiratory_cmh2o
    return replace(
        support,
        ventilation="ventilator",
        mode=mode,
        inspired_oxygen=0.21 if "oxygen_supply" in device.faults else device.inspired_oxygen,
        rate_per_min=device.backup_rate_per_min if backup else device.rate_per_min,
        tidal_ml=device.tidal_ml if device.given_ml is None else device.given_ml,
        inspiratory_cmh2o=min(pressure, max(0.0, device.peak_cmh2o - device.peep_cmh2o)),
        peep_cmh2o=device.peep_cmh2o,
        inspiratory_s=device.inspiratory_s,
    )


def _checked(airway: Airway) -> None:
    for name in ("peak_cmh2o", "plateau_cmh2o", "tidal_ml", "rate_per_min"):
        value = getattr(airway, name)
        if value is not None and not math.isfinite(value):
            raise refused("ventilator_reading", f"{name} = {value}", "a number or nothing", "Look at the sensor.")


def _stepped(device: Ventilator, seconds: float, airway: Airway) -> tuple[Ventilator, Happened]:
    if device.state == "off":
        return with_fields(device, in_state_s=device.in_state_s + seconds), ()
    if "power" in device.faults:
        gone = with_fields(_entered(moved(KIND, device, "power_gone", airway), device.state), board=Board(RULES))
        return gone, (Told("power_gone", "The ventilator is off: no power."),)
    effort = airway.effort and device.connected
    device = with_fields(
        device,
        in_state_s=device.in_state_s + seconds,
        breathless_s=0.0 if effort else device.breathless_s + seconds,
        standby_s=device.standby_s + seconds if device.state == "standby" and device.connected else 0.0,
        given_ml=_given_ml(device, airway),
    )
    happened: Happened = ()
    if device.standby_s >= STANDBY_S > device.standby_s - seconds:
        happened = (UseError("ventilator_standby", "A patient is connected to a ventilator in standby."),)
    apnoeic = device.breathless_s >= device.apnoea_s
    if device.mode == "psv" and device.state in ("psv", "confirm_standby") and apnoeic:
        device = _entered(moved(KIND, device, "apnoea", airway), device.state)
        happened += (Told("backup", "No own breaths: the backup ventilates."),)
    elif device.state == "backup" and effort:
        device = _entered(moved(KIND, device, "breathes", airway), "backup")
        happened += (Told("breathes", "The patient breathes: pressure support."),)
    board, changes = alarms.after(device.board, seconds, _conditions(device, airway, apnoeic))
    return with_fields(device, board=board), happened + changes


def _given_ml(device: Ventilator, airway: Airway) -> float | None:
    """Volume at which the pressure limit ends a breath in VCV, ml.

    By the equation of motion P = R V' + V / C + PEEP (training reference, section 2): the resistive part is what the
    peak is above the plateau, the compliance what came back over the plateau's rise, so V = C (limit - PEEP - R V').
    """
    peak, plateau, tidal = airway.peak_cmh2o, airway.plateau_cmh2o, airway.tidal_ml
    if device.state != "vcv" or not ventilating(device):
        return None
    if peak is None or plateau is None or tidal is None or plateau <= device.peep_cmh2o or tidal <= 0.0:
        return device.given_ml
    resistive = max(0.0, peak - plateau)
    room = device.peak_cmh2o - device.peep_cmh2o - resistive
    allowed = max(0.0, tidal / (plateau - device.peep_cmh2o) * room)
    return allowed if allowed < device.tidal_ml else None


def _conditions(device: Ventilator, airway: Airway, apnoeic: bool) -> dict[str, str | None]:
    if device.state not in (*BREATHING, "confirm_standby"):
        return {}
    tidal = airway.tidal_ml
    off = not device.connected or "disconnection" in device.faults
    found = {
        "disconnection": off,
        "peak": (not off and _over(airway.peak_cmh2o, device.peak_cmh2o)) or device.given_ml is not None,
        "tidal_low": not off and tidal is not None and tidal < device.tidal_low_ml,
        "rate_high": not off and _over(airway.rate_per_min, device.rate_high_per_min),
        "oxygen_supply": "oxygen_supply" in device.faults,
        "backup": device.state == "backup",
        "apnoea": device.mode == "psv" and apnoeic,
    }
    return {name: None for name, held in found.items() if held}


def _over(value: float | None, limit: float) -> bool:
    return value is not None and value > limit


def _entered(device: Ventilator, before: str) -> Ventilator:
    if device.state == before:
        return device
    quiet = device.state in BREATHING and before not in BREATHING
    return with_fields(device, in_state_s=0.0, breathless_s=0.0 if quiet else device.breathless_s)


Done = tuple[Ventilator, Happened]
Values = dict[str, float | str]


def _switch_on(device: Ventilator, _: Values, __: Airway) -> Done:
    if "power" in device.faults:
        raise refused("ventilator_power", "no power", "power from the wall", "Use a bag, and find power.")
    return with_fields(device, standby_s=0.0, given_ml=None, board=Board(RULES)), ()


def _within(name: str, value: float, rule: Argument) -> None:
    if not rule.least <= value <= rule.most:
        raise refused(
            "ventilator_setting",
            f"{name} = {value:g}",
            f"{rule.least:g} to {rule.most:g} ({rule.meaning})",
            "Correct it.",
        )


def _set(device: Ventilator, given: Values, _: Airway) -> Done:
    name, value = str(given["setting"]), float(given["value"])
    _within(name, value, SETTINGS[name])
    changed: Ventilator = with_fields(device, given_ml=None, **{name: value})
    for rate in (changed.rate_per_min, changed.backup_rate_per_min):
        if changed.inspiratory_s > 0.8 * 60.0 / rate:
            raise refused(
                "ventilator_setting",
                f"an inspiration of {changed.inspiratory_s:g} s at {rate:g} breaths a minute",
                "time to breathe out: at most 0.8 of the breath",
                "Shorten the inspiration or lower the rate.",
            )
    return changed, ()


def _set_limit(device: Ventilator, given: Values, _: Airway) -> Done:
    name, value = str(given["limit"]), float(given["value"])
    _within(name, value, LIMITS[name])
    fields: dict[str, Any] = {name: value, "given_ml": None}
    return with_fields(device, **fields), ()


def _set_mode(device: Ventilator, given: Values, _: Airway) -> Done:
    return with_fields(device, mode=given["mode"], given_ml=None, breathless_s=0.0), ()


def _connect(device: Ventilator, _: Values, __: Airway) -> Done:
    return with_fields(device, connected=True, faults=device.faults - {"disconnection"}), ()


def _disconnect(device: Ventilator, _: Values, __: Airway) -> Done:
    return with_fields(device, connected=False), ()


def _silence(device: Ventilator, given: Values, _: Airway) -> Done:
    return with_fields(device, board=alarms.paused(device.board, float(given["seconds"]))), ()


def _acknowledge(device: Ventilator, _: Values, __: Airway) -> Done:
    board, happened = alarms.acknowledged(device.board)
    return with_fields(device, board=board), happened


KIND: Final = Kind[Ventilator, Airway](
    CHART,
    COMMANDS,
    {
        "switch_on": _switch_on,
        "set": _set,
        "set_limit": _set_limit,
        "set_mode": _set_mode,
        "connect": _connect,
        "disconnect": _disconnect,
        "silence": _silence,
        "acknowledge": _acknowledge,
    },
    {
        "is_vcv": lambda device, _: device.mode == "vcv",
        "is_pcv": lambda device, _: device.mode == "pcv",
        "is_psv": lambda device, _: device.mode == "psv",
    },
)
