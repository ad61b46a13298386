"""Checks of a command, made before anything is written or changed."""

import math
from collections.abc import Mapping
from typing import Any

import msgspec

from abaton.live.experience import Ceilings, Experience, argument_types, commands_of, describe, rank
from abaton.live.role import Role
from abaton.live.wire import Parameter


class Refusal(Exception):
    """A request that is not carried out: what was got, what was expected, what to do next."""

    def __init__(self, code: str, got: str, expected: str, next_step: str) -> None:
        super().__init__(f"{got}; expected {expected}. {next_step}")
        self.code = code
        self.got = got
        self.expected = expected
        self.next_step = next_step


class CommandCheck:
    """Knows the commands of one experience and one patient's ceilings."""

    def __init__(self, experience: type[Experience], ceilings: Ceilings) -> None:
        self._commands = commands_of(experience)
        self._types = {name: argument_types(handler) for name, (handler, _) in self._commands.items()}
        self._shapes = {shape.name: shape for shape in describe("", experience, ceilings).commands}
        self._last_s: dict[str, float] = {}

    def check(
        self,
        role: Role,
        name: str,
        arguments: Mapping[str, Any],
        now_s: float,
        held: Mapping[str, Any] | None,
    ) -> dict[str, Any]:
        """Return the arguments in their declared types, or raise Refusal.

        Args:
            role: who asks.
            name: the command.
            arguments: as they came over the wire.
            now_s: monotonic time in seconds, for the limit of rate.
            held: while the room is stopped or frozen, the present graded values, none of which may rise.
        """
        shape = self._shapes.get(name)
        if shape is None:
            known = ", ".join(sorted(self._shapes)) or "no command at all"
            raise Refusal("unknown", f"command {name!r}", f"one of {known}", "Check the spelling.")
        if role not in shape.by:
            who = " or ".join(shape.by)
            raise Refusal("role", f"{name} from the {role}", f"it from the {who}", f"Ask the {who}.")
        if set(arguments) != set(self._types[name]):
            expected = ", ".join(self._types[name]) or "none"
            raise Refusal("malformed", f"arguments {sorted(arguments)}", expected, "Send exactly these.")
        converted = {key: self._convert(key, value, self._types[name][key]) for key, value in arguments.items()}
        for parameter in shape.parameters:
            _check_value(parameter, converted[parameter.name], held)
        self._check_rate(name, shape.every_s, now_s)
        return converted

    def _convert(self, name: str, value: Any, annotation: Any) -> Any:
        try:
            converted = msgspec.convert(value, annotation)
        except msgspec.ValidationError as error:
            raise Refusal("malformed", f"{name} = {value!r}", str(error), "Send a value of that type.") from None
        if isinstance(converted, float) and not math.isfinite(converted):
            # The log could not hold it either: JSON has no such numbers.
            raise Refusal("range", f"{name} = {value}", "a finite number", "Choose a value within the limits.")
        return converted

    def _check_rate(self, name: str, every_s: float, now_s: float) -> None:
        last_s = self._last_s.get(name)
        if last_s is not None and now_s - last_s < every_s:
            got = f"{name} again after {now_s - last_s:.3f} s"
            raise Refusal("rate", got, f"at least {every_s} s between two", "Wait a moment and send it again.")
        self._last_s[name] = now_s


def _check_value(parameter: Parameter, value: Any, held: Mapping[str, Any] | None) -> None:
    got = f"{parameter.name} = {value}"
    low, high = parameter.minimum, parameter.maximum
    if low is not None and high is not None and not low <= value <= high:
        expected = f"{low:g} to {high:g} {parameter.unit or ''}".strip()
        raise Refusal("range", got, expected, "Choose a value within these limits.")
    if not parameter.graded:
        return
    if parameter.ceiling is not None and rank(parameter, value) > rank(parameter, parameter.ceiling):
        expected = f"at most this patient's ceiling, {parameter.ceiling}"
        raise Refusal("ceiling", got, expected, "Stay below it, or change the ceiling on the patient's page.")
    if held is not None and parameter.name in held and rank(parameter, value) > rank(parameter, held[parameter.name]):
        expected = f"at most {held[parameter.name]} while the room is stopped"
        raise Refusal("phase", got, expected, "Ease it now, or go on first and raise it then.")
