"""Problems of a scenario's file: where, what was met, what would have been right, what to do."""

from collections.abc import Iterable

from rapidfuzz import fuzz, process

from abaton.core.errors import Problem

LONGEST = 120
"""Characters of what was met that a message repeats."""
MOST_NAMES = 20
"""That a message lists."""


def misread(where: str, code: str, got: str, expected: str, next_step: str) -> Problem:
    """The problem of a place in a file.

    Args:
        where: `file:line`; empty for text that is in no file.
        code: Short stable word.
        got: What was met.
        expected: What would have been right.
        next_step: What to do.
    """
    return Problem(code, got=f"{where}: {got}" if where else got, expected=expected, next_step=next_step)


def meant(name: str, known: Iterable[str]) -> str:
    """A sentence that offers the known name that is spelt most like this one, or lists them all."""
    names = sorted(known)
    near = process.extractOne(name.lower(), names, scorer=fuzz.ratio, score_cutoff=60.0)
    if near is not None:
        return f"Did you mean {near[0]!r}?"
    if len(names) > MOST_NAMES:
        return "Look it up in the language's reference."
    return "Use one of: " + ", ".join(names) + "."


def shown(thing: object) -> str:
    """As a message repeats it, cut to a length."""
    text = repr(thing)
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
