"""The experiences that are installed: those of this package and any that a clinic adds by its own."""

from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points

from abaton.core.errors import Problem
from abaton.live.experience import Experience

GROUP = "abaton.experiences"


def installed_experiences(points: Iterable[EntryPoint] | None = None) -> dict[str, type[Experience]]:
    """Loads every experience by its name.

    Args:
        points: Entry points to load instead of the installed ones of the group `abaton.experiences`.

    Raises:
        Problem: One of them cannot be loaded or is not an experience, or two have the same name.
    """
    found: dict[str, type[Experience]] = {}
    for point in entry_points(group=GROUP) if points is None else points:
        loaded = _load(point)
        if found.setdefault(point.name, loaded) is not loaded:
            raise _unfit(point, "another package has an experience of the same name")
    return dict(sorted(found.items()))


def _load(point: EntryPoint) -> type[Experience]:
    try:
        loaded = point.load()
    except Exception as error:  # whatever a package of someone else raises while it is imported
        raise _unfit(point, f"{type(error).__name__}: {error}") from error
    if not (isinstance(loaded, type) and issubclass(loaded, Experience)):
        raise _unfit(point, "it is not an Experience class")
    return loaded


def _unfit(point: EntryPoint, reason: str) -> Problem:
    package = point.dist.name if point.dist else "an unknown package"
    return Problem(
        "experience_unfit",
        got=f"the experience {point.name!r} ({point.value}) of {package} cannot be used: {reason}",
        expected="an entry point of the group abaton.experiences that names an Experience class",
        next_step=f"Correct or uninstall {package}.",
    )
