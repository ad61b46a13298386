"""What all devices share: charts of states as data, commands with their arguments, what happened, refusals.

A chart is data; the library `transitions` turns it into a machine and finds the next state. The machine holds nothing:
a device's state is in the device.
"""

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Generic, Protocol, TypeVar, cast

import msgspec
from transitions import EventData, Machine

from abaton.core.errors import Problem

STAY = "="
"""As the end of a move: the state stays."""
LONGEST_S = 86400.0
"""Time goes in steps of at most a day."""


class Move(msgspec.Struct, frozen=True):
    """An arrow of a chart.

    Attributes:
        trigger: A command's or an event's name.
        sources: States from which it leads.
        to: Where it leads; `STAY` where it was.
        guard: Name of a condition that must hold; of several arrows the first that holds is taken.
    """

    trigger: str
    sources: tuple[str, ...]
    to: str
    guard: str = ""


class Chart(msgspec.Struct, frozen=True, eq=False):
    """A machine as data; a chart is equal to itself alone.

    Attributes:
        device: Its name, for people.
        states: All of them.
        initial: Where it begins.
        moves: Its arrows.
    """

    device: str
    states: tuple[str, ...]
    initial: str
    moves: tuple[Move, ...]


class Argument(msgspec.Struct, frozen=True):
    """What a command may be given.

    Attributes:
        meaning: In words, with the unit.
        least: Smallest number.
        most: Greatest number.
        words: Words allowed, where it is no number; empty with `text` for any.
        text: Whether any short text is taken.
        default: Where it is left out; None makes it necessary.
    """

    meaning: str
    least: float = 0.0
    most: float = 0.0
    words: tuple[str, ...] = ()
    text: bool = False
    default: float | str | None = None


class Told(msgspec.Struct, frozen=True, tag="told"):
    """What a device says, shows or does, for the log.

    Attributes:
        code: Short stable word.
        text: As it is shown or spoken.
    """

    code: str
    text: str


class UseError(msgspec.Struct, frozen=True, tag="use_error"):
    """A mistake in using a device, for the score and the debrief.

    Attributes:
        code: Short stable word, such as `shock_without_clearing`.
        text: What was done, and what it means.
    """

    code: str
    text: str


Arguments = Mapping[str, float | str]


class Device(Protocol):
    """Anything with a state of a chart; a frozen msgspec struct."""

    @property
    def state(self) -> str:
        """Where in its chart it is."""
        ...


D = TypeVar("D", bound=Device)
C = TypeVar("C")
Happened = tuple[Any, ...]
"""What happened: `Told`, `UseError`, and the device's own structs."""


class Kind(msgspec.Struct, Generic[D, C], frozen=True):
    """A sort of device.

    Attributes:
        chart: Its states.
        commands: What people can do: name to arguments.
        actions: What a command does to the device's other fields, before it moves; may refuse with a Problem.
        guards: Conditions of the chart, by name.
    """

    chart: Chart
    commands: dict[str, dict[str, Argument]]
    actions: dict[str, Callable[[D, dict[str, float | str], C], tuple[D, Happened]]]
    guards: dict[str, Callable[[D, C], bool]]


class _Place:
    """What the library moves: a state on its way, and the answers to the guards."""

    def __init__(self, state: str, holds: Callable[[str], bool]) -> None:
        self.state = state
        self.holds = holds


def _condition(guard: str) -> Callable[[EventData], bool]:
    def holds(event: EventData) -> bool:
        return cast("_Place", event.model).holds(guard)

    return holds


@lru_cache(maxsize=16)
def machine_of(chart: Chart) -> Machine:
    """The library's machine of a chart; it has no model of its own."""
    machine = Machine(
        model=None, states=list(chart.states), initial=chart.initial, auto_transitions=False, send_event=True
    )
    for move in chart.moves:
        machine.add_transition(
            move.trigger, list(move.sources), move.to, conditions=[_condition(move.guard)] if move.guard else None
        )
    return machine


def next_state(chart: Chart, state: str, trigger: str, holds: Callable[[str], bool]) -> str | None:
    """Where a trigger leads, or None where it leads nowhere."""
    event = machine_of(chart).events.get(trigger)
    if event is None or state not in event.transitions:
        return None
    place = _Place(state, holds)
    return place.state if event.trigger(place) else None


def possible(kind: Kind[Any, Any], state: str) -> tuple[str, ...]:
    """Commands that a state takes, in the order in which they are defined."""
    triggers = _triggers(kind.chart, state)
    return tuple(name for name in kind.commands if name in triggers)


@lru_cache(maxsize=256)
def _triggers(chart: Chart, state: str) -> frozenset[str]:
    return frozenset(machine_of(chart).get_triggers(state))


def moved(kind: Kind[D, C], device: D, trigger: str, context: C) -> D:
    """The device after a trigger; as it was where the trigger leads nowhere."""
    state = next_state(kind.chart, device.state, trigger, lambda guard: kind.guards[guard](device, context))
    return device if state is None else with_fields(device, state=state)


def commanded(kind: Kind[D, C], device: D, name: str, arguments: Arguments, context: C) -> tuple[D, Happened]:
    """The device after a command, and what happened.

    Raises:
        Problem: No such command, one that the state does not take, or wrong arguments.
    """
    if name not in kind.commands:
        raise Problem(
            "device_command_unknown",
            f"the command {name[:40]!r} to the {kind.chart.device}",
            "one of " + ", ".join(kind.commands),
            "Choose one of these.",
            "not_found",
        )
    given = checked_arguments(kind, name, arguments)
    if name not in _triggers(kind.chart, device.state):
        raise wrong_state(kind, device, name)
    changed, happened = kind.actions[name](device, given, context) if name in kind.actions else (device, ())
    state = next_state(kind.chart, changed.state, name, lambda guard: kind.guards[guard](changed, context))
    if state is None:
        raise wrong_state(kind, device, name)
    return with_fields(changed, state=state), happened


def wrong_state(kind: Kind[Any, Any], device: Device, name: str) -> Problem:
    """The problem of a command that does not fit the state: names both, and what is possible."""
    return Problem(
        "device_state",
        f"the command {name!r} to the {kind.chart.device} while it is in state {device.state!r}",
        "one of " + (", ".join(possible(kind, device.state)) or "none"),
        "Bring the device into a state that takes it.",
        "conflict",
    )


def refused(code: str, got: str, expected: str, next_step: str) -> Problem:
    """The problem of a device that will not do it now."""
    return Problem(code, got, expected, next_step, "refused")


def checked_arguments(kind: Kind[Any, Any], name: str, arguments: Arguments) -> dict[str, float | str]:
    """The arguments, numbers as floats, defaults filled in.

    Raises:
        Problem: One that is not taken, is missing, or is out of range.
    """
    allowed = kind.commands[name]
    where = f"{name} of the {kind.chart.device}"
    for key in arguments:
        if key not in allowed:
            raise _wrong(f"the argument {str(key)[:40]!r} of {where}", ", ".join(allowed) or "no arguments")
    found: dict[str, float | str] = {}
    for key, rule in allowed.items():
        value = arguments.get(key, rule.default)
        if value is None:
            raise _wrong(f"{where} without {key}", f"{key}: {rule.meaning}")
        found[key] = _checked(where, key, value, rule)
    return found


def _checked(where: str, key: str, value: float | str, rule: Argument) -> float | str:
    if rule.words or rule.text:
        if not isinstance(value, str) or len(value) > 60 or (rule.words and value not in rule.words):
            raise _wrong(f"{where}: {key} = {str(value)[:60]!r}", "one of " + ", ".join(rule.words) or rule.meaning)
        return value
    number = math.nan if isinstance(value, str) else float(value)
    if not (math.isfinite(number) and rule.least <= number <= rule.most):
        raise _wrong(
            f"{where}: {key} = {str(value)[:40]}", f"a number from {rule.least:g} to {rule.most:g} ({rule.meaning})"
        )
    return number


def _wrong(got: str, expected: str) -> Problem:
    return Problem("device_argument", got, expected, "Correct it and give the command again.")


def checked_seconds(seconds: float) -> float:
    """Seconds that a device may be moved on.

    Raises:
        Problem: Not a number from 0 to a day.
    """
    if not (math.isfinite(seconds) and 0.0 <= seconds <= LONGEST_S):
        raise Problem("device_time", f"{seconds} s", "0 to 86 400 s", "Go in steps of a tick.")
    return float(seconds)


def with_fault(kind: str, faults: frozenset[str], known: Mapping[str, str], name: str, present: bool) -> frozenset[str]:
    """The faults with one more or one less.

    Raises:
        Problem: The device cannot have such a fault.
    """
    if name not in known:
        raise Problem(
            "device_fault_unknown",
            f"the fault {name[:40]!r} of the {kind}",
            "one of " + ", ".join(known),
            "Choose one of these.",
            "not_found",
        )
    return faults | {name} if present else faults - {name}


T = TypeVar("T")


def with_fields(struct: T, **fields: Any) -> T:
    """A struct with some fields changed."""
    return cast("T", msgspec.structs.replace(cast("Any", struct), **fields))
