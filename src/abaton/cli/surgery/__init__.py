"""`abaton surgery`: the commands of surgery."""

import typer

from abaton.cli.surgery.running import run

surgery_app = typer.Typer(help="Play tasks of surgery, and mark them.", no_args_is_help=True)


@surgery_app.callback()
def _surgery_commands() -> None:
    """Play tasks of surgery, and mark them."""


surgery_app.command("run")(run)
