"""`abaton scan fly`: through a hollow organ, with how much of its wall was seen."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from abaton.cli.options import Data, settings_of
from abaton.cli.screen import errors, output, progress

if TYPE_CHECKING:
    from abaton.imaging.flythrough import Flight

ScanId = Annotated[str, typer.Argument(metavar="ID", help="The scan's id, or enough of its beginning.")]


def fly(
    scan: ScanId,
    through: Annotated[str, typer.Option(metavar="LABEL", help="The hollow organ, such as colon.")],
    field_of_view: Annotated[
        float, typer.Option("--field-of-view", metavar="DEG", min=1.0, max=179.0, help="Of the camera.")
    ] = 120.0,
    both_ways: Annotated[bool, typer.Option("--both-ways", help="Fly back too, looking back.")] = False,
    start: Annotated[str | None, typer.Option("--from", metavar="X,Y,Z", help="Start here, mm.")] = None,
    end: Annotated[str | None, typer.Option("--end", metavar="X,Y,Z", help="End here, mm.")] = None,
    via: Annotated[str | None, typer.Option(metavar="'X,Y,Z X,Y,Z ...'", help="Pass here, in this order, mm.")] = None,
    segmentation: Annotated[int | None, typer.Option(help="Number of the segmentation, if several fit.")] = None,
    to: Annotated[Path | None, typer.Option(metavar="FILE", help="Where the page is written.")] = None,
    data: Data = None,
) -> None:
    """Fly through a hollow organ and tell how much of its wall is seen. Not for primary diagnosis."""
    from abaton.cli.imaging.chosen_label import segmentation_with
    from abaton.cli.imaging.flight_page import flight_page
    from abaton.cli.imaging.measuring import point_of, points_of
    from abaton.imaging.flythrough import View
    from abaton.imaging.flythrough import fly as fly_through
    from abaton.imaging.store import Scans
    from abaton.pages import write_page

    scans = Scans(settings_of(data=data).data / "scans")
    record = scans.record(scan)
    labels = segmentation_with(scans, record, through, segmentation)
    with progress() as bar:
        task = bar.add_task("Flying", total=1.0)
        flight = fly_through(
            labels.mask(through),
            record.grid,
            view=View(field_of_view_deg=field_of_view),
            both_ways=both_ways,
            start_mm=None if start is None else point_of(start),
            end_mm=None if end is None else point_of(end),
            through_mm=[] if via is None else points_of(via),
            report=lambda doing, share: bar.update(task, description=doing, completed=share),
        )
        bar.update(task, description="Writing the page")
        path = to or Path(f"flight-{record.id[:8]}.html")
        write_page(path, flight_page(scans, record, through, flight))
    output().print(_table(flight, both_ways))
    _remarks(flight)
    output().print(str(path))


def _table(flight: "Flight", both_ways: bool) -> Table:
    from abaton.cli.imaging.flight_page import figures_of

    table = Table(show_header=False, box=None, pad_edge=False)
    for name, value in figures_of(flight, both_ways):
        table.add_row(name, value)
    return table


def _remarks(flight: "Flight") -> None:
    from abaton.cli.imaging.flight_page import remarks_of

    for remark in remarks_of(flight):
        errors().print(remark)
    errors().print("Not for primary diagnosis.")
