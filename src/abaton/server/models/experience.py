"""Experiences as the console needs them. The shapes are those of the wire: both sides draw the same panel."""

from abaton.live.role import Role
from abaton.server.models.common import Model


class Parameter(Model):
    """One argument of a command or one field of the state, as on the wire."""

    name: str
    label: str
    kind: str
    unit: str | None
    minimum: float | None
    maximum: float | None
    step: float | None
    choices: list[str] | None
    graded: bool
    ceiling: float | str | None


class CommandShape(Model):
    """A command as a panel needs it, as on the wire."""

    name: str
    label: str
    help: str
    by: list[Role]
    every_s: float
    parameters: list[Parameter]
    sets: str | None


class ExperienceShape(Model):
    """What a client must know of an experience, as on the wire."""

    name: str
    title: str
    scene: str
    version: str
    state: list[Parameter]
    commands: list[CommandShape]


class Experience(Model):
    """An experience that this server can run."""

    name: str
    title: str
    scene: str
    version: str
    summary: str
    shape: ExperienceShape
