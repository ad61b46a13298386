"""The experiences that are installed: Abaton's own, and any that a clinic's package brings along."""

from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from abaton.live.experience import Experience, describe

GROUP = "abaton.experiences"


class BadExperience(Exception):
    """An installed experience cannot be loaded or shown; the message names it and its package's mistake."""


def installed(points: Iterable[EntryPoint] | None = None) -> Mapping[str, type[Experience]]:
    """Experiences by the name of their entry point, in order of name.

    Raises:
        BadExperience: one does not import, is no Experience, or has a state or command that no panel can show.
    """
    found = sorted(entry_points(group=GROUP) if points is None else points, key=lambda point: point.name)
    return {point.name: _load(point) for point in found}


def _load(point: EntryPoint) -> type[Experience]:
    try:
        experience: Any = point.load()
        if not (isinstance(experience, type) and issubclass(experience, Experience)):
            raise TypeError(f"{experience!r} is not a class derived from Experience")
        describe(point.name, experience)
    except Exception as error:
        raise BadExperience(
            f"experience {point.name!r} ({point.value}): {error}. Correct or uninstall the package that brings it."
        ) from error
    return experience
