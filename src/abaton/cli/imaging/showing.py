"""`abaton scan show`: a page of one scan."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from abaton.cli.options import Data, settings_of
from abaton.cli.screen import errors, output, progress

ScanId = Annotated[str, typer.Argument(metavar="ID", help="The scan's id, or enough of its beginning.")]


def show(
    scan: ScanId,
    to: Annotated[Path | None, typer.Option(metavar="FILE", help="The page to write. [scan-ID.html]")] = None,
    segmentation: Annotated[int | None, typer.Option(help="Number of the segmentation to draw. [the first]")] = None,
    data: Data = None,
) -> None:
    """Write a page with three slices, the volume in 3-D and tables. Opens in any browser, loads nothing."""
    from abaton.imaging import words
    from abaton.imaging.pages.scan_page import scan_page
    from abaton.imaging.store import Scans
    from abaton.pages import write_page
    from abaton.pages.writing import has_viewer

    scans = Scans(settings_of(data=data).data / "scans")
    record = scans.record(scan)
    path = to or Path(f"scan-{words.short_id(record, scans.records())}.html")
    with progress() as bar:
        bar.add_task("Drawing", total=None)
        made_at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
        write_page(path, scan_page(scans, record.id, shown=segmentation, made_at=made_at))
    output().print(str(path))
    if not has_viewer():
        errors().print("The 3-D view was not built into this installation: run `make setup`, then show the scan again.")
    errors().print("Open it in a browser. Not for primary diagnosis.")
