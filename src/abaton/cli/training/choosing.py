"""Scenarios by name or file."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from abaton.training.scenario.reading import Written


def scenario_of(name: str) -> "Written":
    """A scenario that comes with the product, or one in a file.

    Raises:
        Problem: There is none, or what is there is no sound scenario.
    """
    from abaton.training.scenario.reading import read, shipped

    if name.endswith((".yaml", ".yml")):
        return read(Path(name))
    return shipped(name)
