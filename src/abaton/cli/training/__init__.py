"""`abaton patient`: the commands of the patient engine."""

import typer

from abaton.cli.training.compressing import compressions
from abaton.cli.training.listing import lint, list_scenarios
from abaton.cli.training.living import live
from abaton.cli.training.running import run

patient_app = typer.Typer(help="Play scenarios on a patient whose body answers.", no_args_is_help=True)


@patient_app.callback()
def _patient_commands() -> None:
    """Play scenarios on a patient whose body answers."""


patient_app.command("run")(run)
patient_app.command("live")(live)
patient_app.command("list")(list_scenarios)
patient_app.command("lint")(lint)
patient_app.command("compressions")(compressions)
