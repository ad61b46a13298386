"""Insults by name, with what each may be given."""

import math
from collections.abc import Mapping

import msgspec

from abaton.core.errors import Problem
from abaton.training.insults.causes import (
    BLEEDS,
    Anaphylaxis,
    Haemorrhage,
    MyocardialInfarction,
    SepticShock,
    TensionPneumothorax,
)
from abaton.training.patient import Cause


class Argument(msgspec.Struct, frozen=True):
    """What an insult or treatment may be given.

    Attributes:
        meaning: In words, with the unit.
        least: Smallest number.
        most: Greatest number.
        words: Words allowed, where it is no number.
    """

    meaning: str
    least: float = 0.0
    most: float = 0.0
    words: tuple[str, ...] = ()


SEVERITY = Argument("from 0 none to 1 the most severe", 0.05, 1.0)
SIDE = Argument("of the chest", words=("left", "right"))

INSULTS: dict[str, dict[str, Argument]] = {
    "haemorrhage": {
        "site": Argument("of the wound", words=tuple(BLEEDS)),
        "rate_ml_min": Argument("flow at a mean pressure of 90 mmHg, ml/min", 10, 1500),
        "clotting_per_min": Argument("share that clots in a minute of low pressure", 0.0, 0.5),
    },
    "anaphylaxis": {"severity": SEVERITY},
    "tension_pneumothorax": {
        "side": SIDE,
        "rate_mmhg_min": Argument("how fast the pressure rises, mmHg/min", 0.1, 10),
        "most_mmhg": Argument("where it ends, mmHg", 5, 22),
    },
    "septic_shock": {"severity": SEVERITY, "per_hour": Argument("how much worse by the hour", 0.0, 1.0)},
    "myocardial_infarction": {
        "severity": SEVERITY,
        "hazard_per_min": Argument("hazard of fibrillation a minute", 0.0, 1.0),
    },
}
"""Name to arguments. The heart that stops is an event (`set_rhythm`), an overdose is a dose of the drug."""


def insult_of(name: str, arguments: Mapping[str, float | str]) -> Cause:
    """An insult by its name.

    Raises:
        Problem: No such insult, an argument it does not take or lacks, or a value out of range.
    """
    if name not in INSULTS:
        raise Problem(
            "insult_unknown",
            f"the insult {name!r}",
            "one of " + ", ".join(INSULTS),
            "Choose one of these.",
            "not_found",
        )
    given = checked_arguments(name, arguments, INSULTS[name])
    number = {key: value for key, value in given.items() if isinstance(value, float)}
    word = {key: value for key, value in given.items() if isinstance(value, str)}
    if name == "haemorrhage":
        return Haemorrhage(
            word.get("site", "leg"),
            number.get("rate_ml_min", 100.0),
            clotting_per_min=number.get("clotting_per_min", 0.0),
        )
    if name == "anaphylaxis":
        return Anaphylaxis(number.get("severity", 0.8))
    if name == "tension_pneumothorax":
        return TensionPneumothorax(
            word.get("side", "left"), number.get("rate_mmhg_min", 2.0), number.get("most_mmhg", 18.0)
        )
    if name == "septic_shock":
        return SepticShock(number.get("severity", 0.7), number.get("per_hour", 0.25))
    return MyocardialInfarction(number.get("severity", 0.5), number.get("hazard_per_min", 0.02))


def checked_arguments(
    name: str, arguments: Mapping[str, float | str], allowed: Mapping[str, Argument]
) -> dict[str, float | str]:
    """The arguments, numbers as floats.

    Raises:
        Problem: One that is not taken, or a value out of range.
    """
    found: dict[str, float | str] = {}
    for key, value in arguments.items():
        if key not in allowed:
            expected = ", ".join(allowed) or "no arguments"
            raise _wrong(f"the argument {key!r} of {name}", expected)
        rule = allowed[key]
        if rule.words:
            if value not in rule.words:
                raise _wrong(f"{name}: {key} = {value!r}", "one of " + ", ".join(rule.words))
            found[key] = str(value)
        elif isinstance(value, str) or not (math.isfinite(value) and rule.least <= value <= rule.most):
            raise _wrong(
                f"{name}: {key} = {value!r}", f"a number from {rule.least:g} to {rule.most:g} ({rule.meaning})"
            )
        else:
            found[key] = float(value)
    return found


def _wrong(got: str, expected: str) -> Problem:
    return Problem("argument_wrong", got, expected, "Correct the scenario or the act.")
