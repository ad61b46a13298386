"""`abaton serve` and `abaton demo`."""

from pathlib import Path
from typing import Annotated

import typer

from abaton.cli.options import Data, DatabaseUrl, Host, Lan, Port, settings_of

LanPort = Annotated[int, typer.Option(min=0, max=65535, help="HTTPS port for --lan; 0 takes a free one.")]


def serve(
    host: Host = None,
    port: Port = None,
    lan: Lan = False,
    lan_port: LanPort = 8443,
    data: Data = None,
    database: DatabaseUrl = None,
) -> None:
    """Run the server of a clinic."""
    from abaton.cli.serving import run

    run(settings_of(host=host, port=port, data=data, database_url=database), lan_port if lan else None)


def demo(
    port: Port = None,
    lan: Lan = False,
    lan_port: LanPort = 8443,
    data: Annotated[Path, typer.Option(help="Folder of the demo's records.")] = Path("demo"),
) -> None:
    """Run a made-up clinic to try everything with."""
    from abaton.cli.serving import run

    # A line for each request would bury the addresses; the demo's own log tells only what went wrong.
    run(settings_of(port=port, data=data, demo=True, log_level="warning"), lan_port if lan else None)
