"""Patient monitor: shows what is attached, `--` where a sensor is lost, and alarms by limits that can be set."""

import math
from typing import Any, Final

import msgspec

from abaton.training.devices import alarms
from abaton.training.devices.alarms import Board
from abaton.training.devices.machine import (
    STAY,
    Argument,
    Arguments,
    Chart,
    Happened,
    Kind,
    Move,
    Told,
    checked_seconds,
    commanded,
    moved,
    refused,
    with_fault,
    with_fields,
)
from abaton.training.devices.monitor_limits import (
    FAR,
    FATAL,
    FAULTS,
    LIMITS,
    NAMES,
    RULES,
    SENSORS,
    WAVES,
    Readings,
)

__all__ = [
    "CHART", "COMMANDS", "FAULTS", "KIND", "LIMITS", "LOST", "RULES", "SENSORS", "WAVES", "CuffStarted", "Monitor",
    "Readings", "after", "command", "fault", "new_monitor", "shown", "waves",
]  # fmt: skip

START_S: Final = 10.0
"""Until it shows something (recalled from manuals, to be checked)."""
STEP_S: Final = 1.0
"""Alarms are judged once in so long at least."""
LOST: Final = "--"


CHART: Final = Chart(
    "monitor",
    ("off", "starting", "monitoring", "standby"),
    "off",
    (
        Move("switch_on", ("off",), "starting"),
        Move("switch_off", ("starting", "monitoring", "standby"), "off"),
        Move("started", ("starting",), "monitoring"),
        Move("standby", ("monitoring",), "standby"),
        Move("resume", ("standby",), "monitoring"),
        Move("attach", ("off", "starting", "monitoring", "standby"), STAY),
        Move("detach", ("off", "starting", "monitoring", "standby"), STAY),
        Move("set_limit", ("monitoring", "standby"), STAY),
        Move("measure_pressure", ("monitoring",), STAY),
        Move("repeat_pressure", ("monitoring", "standby"), STAY),
        Move("pause_sound", ("monitoring",), STAY),
        Move("sound_on", ("monitoring",), STAY),
        Move("acknowledge", ("monitoring",), STAY),
    ),
)

SENSOR = {"sensor": Argument("which", words=tuple(SENSORS))}
COMMANDS: Final[dict[str, dict[str, Argument]]] = {
    "switch_on": {},
    "switch_off": {},
    "standby": {},
    "resume": {},
    "attach": SENSOR,
    "detach": SENSOR,
    "set_limit": {
        "vital": Argument("which", words=tuple(LIMITS)),
        "side": Argument("which limit", words=("low", "high")),
        "value": Argument("in the vital sign's unit", 0.0, 300.0),
    },
    "measure_pressure": {},
    "repeat_pressure": {"minutes": Argument("between cuff measurements; 0 for none", 0.0, 60.0)},
    "pause_sound": {"seconds": Argument("of the audio pause", 1.0, 120.0, default=120.0)},
    "sound_on": {},
    "acknowledge": {},
}


class CuffStarted(msgspec.Struct, frozen=True, tag="cuff"):
    """The cuff is to inflate now."""


class Monitor(msgspec.Struct, frozen=True):
    """A patient monitor now.

    Attributes:
        state: In the chart.
        attached: Sensors on the patient.
        readings: Last readings of what is attached.
        cuff: Last cuff measurement: systolic, diastolic, mean, mmHg.
        cuff_failed: Whether that failed.
        cuff_age_s: Since then.
        cuff_every_s: Between measurements; 0 when only on demand.
        cuff_due_s: Until the next.
        limits: By vital sign: low, high.
        board: Its alarms.
        in_state_s: Time in this state.
        faults: Names of `FAULTS`.
    """

    state: str = "off"
    attached: frozenset[str] = frozenset()
    readings: Readings = Readings()
    cuff: tuple[float, float, float] | None = None
    cuff_failed: bool = False
    cuff_age_s: float = 0.0
    cuff_every_s: float = 0.0
    cuff_due_s: float = 0.0
    limits: tuple[tuple[str, float | None, float | None], ...] = tuple(
        (vital, limits.low, limits.high) for vital, limits in LIMITS.items()
    )
    board: Board = Board(RULES)
    in_state_s: float = 0.0
    faults: frozenset[str] = frozenset()


def new_monitor(attached: tuple[str, ...] = ()) -> Monitor:
    """A monitor, switched off, with sensors that are on the patient already.

    Raises:
        Problem: It has no such sensor.
    """
    monitor = Monitor()
    for sensor in attached:
        monitor, _ = command(monitor, "attach", {"sensor": sensor})
    return monitor


def command(
    monitor: Monitor, name: str, arguments: Arguments | None = None, context: Readings | None = None
) -> tuple[Monitor, Happened]:
    """The monitor after a command, and what happened.

    Raises:
        Problem: No such command, not in this state, wrong arguments.
    """
    before = monitor.state
    later, happened = commanded(KIND, monitor, name, arguments or {}, context or Readings())
    return (later if later.state == before else with_fields(later, in_state_s=0.0)), happened


def after(monitor: Monitor, seconds: float, context: Readings | None = None) -> tuple[Monitor, Happened]:
    """The monitor some seconds later, and what happened; the readings hold all that time.

    Raises:
        Problem: A wrong time, or a reading that is no number.
    """
    left, readings = checked_seconds(seconds), context or Readings()
    _finite(readings)
    happened: Happened = ()
    while left > 0.0:
        step = min(left, STEP_S)
        monitor, more = _stepped(monitor, step, readings)
        happened += more
        left = 0.0 if left - step < 1e-9 else left - step
        readings = with_fields(readings, **dict.fromkeys(SENSORS["nibp"]), cuff_failed=False)
    return monitor, happened


def fault(monitor: Monitor, name: str, present: bool = True) -> Monitor:
    """The monitor with a fault, or without it.

    Raises:
        Problem: It cannot have such a fault.
    """
    return with_fields(monitor, faults=with_fault("monitor", monitor.faults, FAULTS, name, present))


def shown(monitor: Monitor) -> dict[str, str]:
    """What it shows: vital sign to text, of what is attached only, `--` where the sensor says nothing."""
    if monitor.state != "monitoring":
        return {}
    found: dict[str, str] = {}
    for sensor, vitals in SENSORS.items():
        if sensor not in monitor.attached or sensor == "nibp":
            continue
        for vital in vitals:
            value = getattr(monitor.readings, vital)
            digits = 1 if vital == "temperature_c" else 0
            found[vital] = LOST if value is None else f"{value:.{digits}f}"
    if "nibp" in monitor.attached:
        values = monitor.cuff or (None, None, None)
        for vital, value in zip(SENSORS["nibp"], values, strict=True):
            found[vital] = LOST if value is None else f"{value:.0f}"
    return found


def waves(monitor: Monitor) -> tuple[str, ...]:
    """Waves that it draws: sensors of `WAVES` that are attached."""
    return tuple(sensor for sensor in WAVES if sensor in monitor.attached) if monitor.state == "monitoring" else ()


def _finite(readings: Readings) -> None:
    for name in readings.__struct_fields__:
        value = getattr(readings, name)
        if isinstance(value, float) and not math.isfinite(value):
            raise refused("monitor_reading", f"{name} = {value}", "a number, or nothing", "Look at the sensor.")


def _seen(monitor: Monitor, readings: Readings) -> Readings:
    """Readings of what is attached and works."""
    gone: dict[str, Any] = {}
    for sensor, vitals in SENSORS.items():
        if sensor not in monitor.attached or f"{sensor}_off" in monitor.faults:
            gone |= dict.fromkeys(vitals)
            if sensor == "ecg":
                gone["rhythm"] = None
            if sensor == "nibp":
                gone["cuff_failed"] = readings.cuff_failed and sensor in monitor.attached
    return with_fields(readings, **gone)


def _stepped(monitor: Monitor, seconds: float, readings: Readings) -> tuple[Monitor, Happened]:
    monitor = with_fields(monitor, in_state_s=monitor.in_state_s + seconds)
    if monitor.state == "starting" and monitor.in_state_s >= START_S:
        return with_fields(moved(KIND, monitor, "started", readings), in_state_s=0.0), (Told("ready", "Monitoring."),)
    if monitor.state != "monitoring":
        return monitor, ()
    seen = _seen(monitor, readings)
    monitor, happened = _cuffed(with_fields(monitor, readings=seen), seconds, seen)
    board, changes = alarms.after(monitor.board, seconds, dict.fromkeys(_conditions(monitor, seen)))
    return with_fields(monitor, board=board), happened + changes


def _cuffed(monitor: Monitor, seconds: float, seen: Readings) -> tuple[Monitor, Happened]:
    """The cuff: its last value and how old it is; the next measurement when it is due."""
    systolic, diastolic, mean = seen.cuff_systolic_mmhg, seen.cuff_diastolic_mmhg, seen.cuff_mean_mmhg
    if systolic is not None and diastolic is not None and mean is not None:
        monitor = with_fields(monitor, cuff=(systolic, diastolic, mean), cuff_failed=False, cuff_age_s=0.0)
    elif seen.cuff_failed:
        monitor = with_fields(monitor, cuff=None, cuff_failed=True, cuff_age_s=0.0)
    else:
        monitor = with_fields(monitor, cuff_age_s=monitor.cuff_age_s + seconds)
    if not monitor.cuff_every_s or "nibp" not in monitor.attached:
        return monitor, ()
    due = monitor.cuff_due_s - seconds
    if due > 0.0:
        return with_fields(monitor, cuff_due_s=due), ()
    return with_fields(monitor, cuff_due_s=due + monitor.cuff_every_s), (CuffStarted(),)


def _conditions(monitor: Monitor, seen: Readings) -> list[str]:
    found = [FATAL[seen.rhythm][0]] if seen.rhythm is not None and seen.rhythm in FATAL else []
    found.extend(_limits_broken(monitor, seen))
    breaths = seen.respiratory_rate if "capnography" in monitor.attached else seen.chest_rate
    if breaths is not None and breaths < 1.0:
        found.append("apnoea")
    systolic, diastolic = seen.arterial_systolic_mmhg, seen.arterial_diastolic_mmhg
    if systolic is not None and diastolic is not None and systolic - diastolic < 3.0:
        found.append("no_pulse")
    for sensor, vitals in SENSORS.items():
        lost = monitor.cuff_failed if sensor == "nibp" else all(getattr(seen, vital) is None for vital in vitals)
        if sensor in monitor.attached and lost:
            found.append(f"{sensor}_lost")
    return found


def _limits_broken(monitor: Monitor, seen: Readings) -> list[str]:
    found: list[str] = []
    cuff = dict(zip(SENSORS["nibp"], monitor.cuff or (None, None, None), strict=True))
    for vital, low, high in monitor.limits:
        value = cuff[vital] if vital in cuff else getattr(seen, vital)
        if value is None or (vital == "chest_rate" and "capnography" in monitor.attached):
            continue
        far_low, far_high = FAR.get(vital, (-math.inf, math.inf))
        for side, broken, far in (
            ("low", low is not None and value < low, value < far_low),
            ("high", high is not None and value > high, value > far_high),
        ):
            if broken:
                found.extend([f"{vital}_{side}", f"{vital}_far_{side}"] if far else [f"{vital}_{side}"])
    return found


Done = tuple[Monitor, Happened]
Values = dict[str, float | str]


def _switch_on(monitor: Monitor, _: Values, __: Readings) -> Done:
    return with_fields(monitor, board=Board(RULES), cuff=None, cuff_failed=False, cuff_age_s=0.0), ()


def _quiet(monitor: Monitor, _: Values, __: Readings) -> Done:
    return with_fields(monitor, board=Board(RULES, time_s=monitor.board.time_s), readings=Readings()), ()


def _attach(monitor: Monitor, given: Values, _: Readings) -> Done:
    sensor = str(given["sensor"])
    faults = monitor.faults - {f"{sensor}_off"}
    return with_fields(monitor, attached=monitor.attached | {sensor}, faults=faults), ()


def _detach(monitor: Monitor, given: Values, _: Readings) -> Done:
    sensor = str(given["sensor"])
    if sensor not in monitor.attached:
        raise refused(
            "monitor_sensor", f"{sensor}, which is not attached", "a sensor that is", "Look what is attached."
        )
    later = with_fields(monitor, attached=monitor.attached - {sensor})
    return (with_fields(later, cuff=None, cuff_failed=False) if sensor == "nibp" else later), ()


def _set_limit(monitor: Monitor, given: Values, _: Readings) -> Done:
    vital, side, value = str(given["vital"]), str(given["side"]), float(given["value"])
    allowed = LIMITS[vital]
    low, high = next(entry[1:] for entry in monitor.limits if entry[0] == vital)
    low, high = (value, high) if side == "low" else (low, value)
    upside_down = low is not None and high is not None and low >= high
    if not allowed.least <= value <= allowed.most or upside_down:
        raise refused(
            "monitor_limit",
            f"{side} limit of {vital} at {value:g}",
            f"{allowed.least:g} to {allowed.most:g}, the low limit below the high one",
            "Set another limit.",
        )
    limits = tuple((vital, low, high) if entry[0] == vital else entry for entry in monitor.limits)
    return with_fields(monitor, limits=limits), (Told("limit_set", f"{NAMES[vital]} {side} {value:g}"),)


def _cuff_needed(monitor: Monitor) -> None:
    if "nibp" not in monitor.attached:
        raise refused("monitor_sensor", "no cuff is attached", "a cuff on the arm", "Attach nibp first.")


def _measure(monitor: Monitor, _: Values, __: Readings) -> Done:
    _cuff_needed(monitor)
    return monitor, (CuffStarted(),)


def _repeat(monitor: Monitor, given: Values, __: Readings) -> Done:
    _cuff_needed(monitor)
    every = 60.0 * float(given["minutes"])
    if 0.0 < every < 60.0:
        raise refused("monitor_cuff", f"every {every:g} s", "0, or a minute or more", "Leave the arm time to refill.")
    return with_fields(monitor, cuff_every_s=every, cuff_due_s=every), (CuffStarted(),) if every else ()


def _pause(monitor: Monitor, given: Values, _: Readings) -> Done:
    return with_fields(monitor, board=alarms.paused(monitor.board, float(given["seconds"]))), ()


def _sound_on(monitor: Monitor, _: Values, __: Readings) -> Done:
    return with_fields(monitor, board=alarms.paused(monitor.board, 0.0)), ()


def _acknowledge(monitor: Monitor, _: Values, __: Readings) -> Done:
    board, happened = alarms.acknowledged(monitor.board)
    return with_fields(monitor, board=board), happened


KIND: Final = Kind[Monitor, Readings](
    CHART,
    COMMANDS,
    {
        "switch_on": _switch_on,
        "switch_off": _quiet,
        "standby": _quiet,
        "attach": _attach,
        "detach": _detach,
        "set_limit": _set_limit,
        "measure_pressure": _measure,
        "repeat_pressure": _repeat,
        "pause_sound": _pause,
        "sound_on": _sound_on,
        "acknowledge": _acknowledge,
    },
    {},
)
