"""Scenarios by name or file."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from abaton.training.scenario.reading import Written


def scenario_of(name: str) -> "Written":
    """A scenario that comes with the product, or one in a file, which is linted before it is played.

    A guideline that has a newer edition keeps nobody from playing; `abaton patient lint` tells it.

    Raises:
        Problem: There is none, or what is there is no sound scenario.
    """
    from abaton.core.errors import Problem
    from abaton.training.scenario.linter import lint
    from abaton.training.scenario.reading import read, shipped

    if not name.endswith((".yaml", ".yml")):
        return shipped(name)
    written = read(Path(name))
    found = [finding for finding in lint(written) if not finding.code.startswith("guideline")]
    if found:
        first = found[0]
        others = f" `abaton patient lint {name}` tells {len(found) - 1} more." if found[1:] else ""
        raise Problem(first.code, f"{first.where}: {first.got}", first.expected, first.next_step + others)
    return written
