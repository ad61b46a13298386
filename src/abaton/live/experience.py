"""What an author writes: an experience is its state, the commands that change it, its tick and its summary."""

import inspect
from collections.abc import Callable, Mapping
from enum import StrEnum
from random import Random
from typing import Annotated, Any, ClassVar, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from abaton.live.role import Role
from abaton.live.wire import CommandShape, ExperienceShape, Parameter


class Unit(msgspec.Struct, frozen=True):
    """The unit of a number, as it is shown: `m`, `m/s`, `%`."""

    symbol: str


class Range(msgspec.Struct, frozen=True):
    """The least and the greatest value that a number may take, and the step of its control."""

    minimum: float
    maximum: float
    step: float | None = None


class Graded(msgspec.Struct, frozen=True):
    """Marks a field or argument that is stronger the larger it is; in a choice, the later member is the stronger.

    Only graded fields have a ceiling, and none of them rises while the room is stopped.
    """


class Label(msgspec.Struct, frozen=True):
    """What the panel calls a parameter; without it, its name is used."""

    text: str


class State(msgspec.Struct):
    """Base of an experience's state: plain fields with defaults, each with its unit and range in its annotation."""


_AnyState = State

Ceilings = Mapping[str, float | str]
"""A patient's limits by graded field: the greatest number, or the strongest choice."""

Handler = TypeVar("Handler", bound=Callable[..., None])


class _CommandMark(msgspec.Struct, frozen=True):
    by: tuple[Role, ...]
    every_s: float
    shows: str | None


def command(
    by: Role | tuple[Role, ...], *, every_s: float = 0.1, shows: str | None = None
) -> Callable[[Handler], Handler]:
    """Make a method a command.

    Args:
        by: the role, or roles, that may give it.
        every_s: the least time between two of the same command, in seconds.
        shows: the state field that the panel shows as the argument's present value; the argument's own name if that
            is a field.
    """
    roles = by if isinstance(by, tuple) else (by,)

    def mark(handler: Handler) -> Handler:
        handler.__dict__["abaton_command"] = _CommandMark(roles, every_s, shows)
        return handler

    return mark


class Experience:
    """Base of all experiences.

    The room makes one with a seeded random generator, calls its commands and ticks it; it reaches for no clock,
    file or network of its own. Given the same seed and the same calls it goes through the same states, bit for bit.
    """

    title: ClassVar[str]
    scene: ClassVar[str]
    version: ClassVar[str] = "1"
    rate_hz: ClassVar[int] = 60

    State: ClassVar[type[_AnyState]] = State

    def __init__(self, random: Random) -> None:
        self.random = random
        self.state = type(self).State()

    def tick(self, dt: float) -> None:
        """Move the state on by `dt` seconds; at most 2 ms of work."""

    def on_stop(self) -> None:
        """Come to rest where you are; called when the room goes to the calm place."""

    def summary(self) -> dict[str, float | str]:
        """What the report says of the session, by name."""
        return {}


def describe(name: str, experience: type[Experience], ceilings: Ceilings | None = None) -> ExperienceShape:
    """The experience as a client must know it; its panel is drawn from this.

    Raises:
        TypeError: a field or argument has a type that no panel can show.
    """
    limits = ceilings or {}
    fields = _parameters(get_type_hints(experience.State, include_extras=True), limits)
    names = {field.name for field in fields}
    commands = [_command_shape(handler, mark, names, limits) for handler, mark in commands_of(experience).values()]
    return ExperienceShape(name, experience.title, experience.scene, experience.version, fields, commands)


def commands_of(experience: type[Experience]) -> dict[str, tuple[Callable[..., None], "_CommandMark"]]:
    """The command methods of an experience by name, in the order in which they are written."""
    found: dict[str, tuple[Callable[..., None], _CommandMark]] = {}
    for cls in reversed(experience.__mro__):
        for name, member in vars(cls).items():
            mark = getattr(member, "abaton_command", None)
            if isinstance(mark, _CommandMark):
                found[name] = (member, mark)
    return found


def graded_fields(experience: type[Experience]) -> dict[str, Parameter]:
    """The fields of the state that have an intensity, by name."""
    fields = _parameters(get_type_hints(experience.State, include_extras=True), {})
    return {field.name: field for field in fields if field.graded}


def rank(parameter: Parameter, value: Any) -> float:
    """How strong a value is: the number itself, or the place of a choice."""
    if parameter.choices is not None:
        return float(parameter.choices.index(str(value)))
    return float(value)


def argument_types(handler: Callable[..., None]) -> dict[str, Any]:
    """The annotated types of a command's arguments by name."""
    hints = get_type_hints(handler, include_extras=True)
    return {name: hints[name] for name in list(inspect.signature(handler).parameters)[1:]}


def _command_shape(
    handler: Callable[..., None], mark: _CommandMark, fields: set[str], ceilings: Ceilings
) -> CommandShape:
    parameters = _parameters(argument_types(handler), ceilings)
    shows = mark.shows or next((parameter.name for parameter in parameters if parameter.name in fields), None)
    words = handler.__name__.replace("_", " ")
    text = inspect.getdoc(handler) or ""
    return CommandShape(handler.__name__, words.capitalize(), text, list(mark.by), mark.every_s, parameters, sets=shows)


def _parameters(hints: Mapping[str, Any], ceilings: Ceilings) -> list[Parameter]:
    return [_parameter(name, hint, ceilings.get(name)) for name, hint in hints.items()]


def _parameter(name: str, hint: Any, ceiling: float | str | None) -> Parameter:
    annotated = get_origin(hint) is Annotated
    base, marks = (get_args(hint)[0], get_args(hint)[1:]) if annotated else (hint, ())
    unit = next((mark.symbol for mark in marks if isinstance(mark, Unit)), None)
    limits = next((mark for mark in marks if isinstance(mark, Range)), None)
    label = next((mark.text for mark in marks if isinstance(mark, Label)), _words(name, unit))
    graded = any(isinstance(mark, Graded) for mark in marks)
    choices = [str(member) for member in base] if isinstance(base, type) and issubclass(base, StrEnum) else None
    return Parameter(
        name,
        label,
        _kind(name, base),
        unit=unit,
        minimum=limits.minimum if limits else None,
        maximum=limits.maximum if limits else None,
        step=limits.step if limits else None,
        choices=choices,
        graded=graded,
        ceiling=ceiling if graded else None,
    )


_KINDS: dict[type, str] = {bool: "flag", int: "integer", float: "number", str: "text"}


def _kind(name: str, base: Any) -> str:
    if isinstance(base, type) and issubclass(base, StrEnum):
        return "choice"
    if base not in _KINDS:
        raise TypeError(f"{name} is a {base}; a panel can show bool, int, float, str or a StrEnum. Use one of them.")
    return _KINDS[base]


def _words(name: str, unit: str | None) -> str:
    suffix = f"_{unit}" if unit else ""
    return name.removesuffix(suffix).removesuffix("_mps").replace("_", " ").capitalize()
