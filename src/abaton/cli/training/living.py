"""`abaton patient live`: a scenario in real time, in the terminal."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from abaton.cli.screen import errors
from abaton.cli.training.choosing import scenario_of


def live(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A name of `abaton patient list`, or a file.")],
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Of chance.")] = 1,
    speed: Annotated[float, typer.Option(min=0.1, max=50, help="Times real time.")] = 1.0,
    to: Annotated[Path, typer.Option(metavar="FOLDER", help="Where record and page go.")] = Path(),
) -> None:
    """Be at the bedside: a monitor, a line to type orders in. For training, never for care."""
    from abaton.training.live.app import play
    from abaton.training.live.bedside import ScenarioBedside
    from abaton.training.live.debrief import debriefing

    chosen = scenario_of(scenario).scenario

    def stamp() -> str:
        return datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")

    told = play(ScenarioBedside(chosen, seed, debriefing(to, stamp)), speed)
    if told:
        errors().print(told)
