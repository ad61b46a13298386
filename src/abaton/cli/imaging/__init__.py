"""`abaton import` and `abaton scan`: the commands of imaging."""

import typer

from abaton.cli.imaging.flying import fly
from abaton.cli.imaging.importing import import_scan
from abaton.cli.imaging.labelling import label
from abaton.cli.imaging.listing import list_scans
from abaton.cli.imaging.measuring import measure
from abaton.cli.imaging.planning import plan
from abaton.cli.imaging.segmenting import agreement, export, segment, segmentations, segmenters, unsegment
from abaton.cli.imaging.showing import show

import_app = typer.Typer(help="Bring scans in.", no_args_is_help=True)
scan_app = typer.Typer(
    help="Look at, label, measure and plan on scans. Not for primary diagnosis.", no_args_is_help=True
)


@import_app.callback()
def _import_commands() -> None:
    """Bring scans in."""


import_app.command("scan")(import_scan)
scan_app.command("list")(list_scans)
scan_app.command("show")(show)
scan_app.command("label")(label)
scan_app.command("measure")(measure)
scan_app.command("plan")(plan)
scan_app.command("fly")(fly)
for command in (segment, segmentations, unsegment, segmenters, agreement, export):
    scan_app.command()(command)
