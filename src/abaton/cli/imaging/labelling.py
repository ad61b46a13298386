"""`abaton scan label`: attaches labels from a file to a stored scan."""

from pathlib import Path
from typing import Annotated

import typer

from abaton.cli.imaging.importing import data_option
from abaton.cli.options import Data, settings_of
from abaton.cli.screen import errors, output, progress

ScanId = Annotated[str, typer.Argument(metavar="ID", help="The scan's id, or enough of its beginning.")]


def label(
    scan: ScanId,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Labels as NIfTI or DICOM SEG.")],
    names: Annotated[
        str | None, typer.Option(metavar="LIST", help="What values mean: totalsegmentator, brats, or a file.")
    ] = None,
    by: Annotated[str | None, typer.Option(metavar="RATER", help="Who or what made the labels.")] = None,
    nearest: Annotated[bool, typer.Option("--nearest", help="Resample labels that lie on another grid.")] = False,
    data: Data = None,
) -> None:
    """Attach labels that were drawn on this scan. `abaton scan unsegment` takes them back."""
    from abaton.imaging import words
    from abaton.imaging.importing.sandbox import import_path
    from abaton.imaging.label_files import READER, laid_on_scan, made_by, only_one
    from abaton.imaging.label_names import label_names, renamed
    from abaton.imaging.store import Scans

    known = label_names(names) if names else {}
    scans = Scans(settings_of(data=data).data / "scans")
    record = scans.record(scan)
    with progress() as bar:
        task = bar.add_task("Reading labels", total=1.0)
        found = import_path(
            file, scans.key, report=lambda doing, share: bar.update(task, description=doing, completed=share),
            reader=READER,
        )  # fmt: skip
        laid = laid_on_scan(only_one(found), record.grid, nearest=nearest)
        added = scans.add_segmentation(record.id, made_by(renamed(laid, known), by))
    output().print(f"Segmentation {words.labels_text(added)}")
    short = words.short_id(record, scans.records())
    errors().print(f"Next: abaton scan show {short} --segmentation {added.number}{data_option(data)}")
