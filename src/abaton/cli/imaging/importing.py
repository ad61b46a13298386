"""`abaton import scan`: from files to certified, de-identified, stored scans."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from abaton.cli.options import Data, settings_of
from abaton.cli.screen import errors, output, progress
from abaton.core.errors import Problem

if TYPE_CHECKING:
    from abaton.imaging.importing.found import Found, ImportedSeries, Report, Skipped
    from abaton.imaging.store import ScanRecord, Scans
    from abaton.imaging.volume import Segmentation

SAMPLE = "sample"
ScanPath = Annotated[
    Path | None, typer.Argument(metavar="PATH", help="A folder, a zip, a DICOM or a NIfTI file; or the word sample.")
]
Names = Annotated[
    str | None,
    typer.Option("--label-names", metavar="LIST", help="What label values mean: totalsegmentator, or a file."),
]


def import_scan(
    path: ScanPath = None,
    sample: Annotated[bool, typer.Option("--sample", help="The head that comes with Abaton.")] = False,
    label_names: Names = None,
    data: Data = None,
) -> None:
    """Read scans, check where each slice lies, remove what names the patient, and store them."""
    from abaton.imaging.label_names import label_names as names_of
    from abaton.imaging.store import Scans

    names = names_of(label_names) if label_names else {}
    scans = Scans(settings_of(data=data).data / "scans")
    with progress() as bar:
        found = _found(path, sample, scans, bar)
        stored = [
            _store(scans, series, _labels_of(found, place, names), bar, "sample" if sample else None)
            for place, series in enumerate(found.series)
        ]
    for record, is_new in stored:
        _tell(scans, record, is_new)
    _tell_skipped(found.skipped)
    if not stored:
        raise _nothing(found.skipped)
    _tell_next([record for record, _ in stored], scans, data)


def _found(path: Path | None, sample: bool, scans: "Scans", bar: Progress) -> "Found":
    if sample or (path is not None and str(path) == SAMPLE and not path.exists()):
        from abaton.imaging.importing.found import Found
        from abaton.imaging.sample import read_sample

        return Found((read_sample(),), (), ())
    if path is None:
        raise Problem(
            "path_missing",
            got="no path",
            expected="a folder, a zip, a DICOM or NIfTI file, or --sample",
            next_step="Try `abaton import scan --sample`, or see `abaton import scan --help`.",
        )
    from abaton.imaging.importing.sandbox import import_path

    return import_path(path, scans.key, report=_reporter(bar, "Reading"))


def _store(
    scans: "Scans", series: "ImportedSeries", labels: "Sequence[Segmentation]", bar: Progress, source: str | None
) -> "tuple[ScanRecord, bool]":
    """Stores a series unless it is here already; labels that are new are added to it then."""
    known = scans.find(series.volume)
    if known is None:
        return scans.add(series, labels, _reporter(bar, "Storing"), "sample" if source else None), True
    have = {(one.made_by, tuple(one.voxels.items())) for one in known.segmentations}
    for one in labels:
        if (one.made_by, _counts(one)) not in have:
            scans.add_segmentation(known.id, one)
    return scans.record(known.id), False


def _counts(segmentation: "Segmentation") -> tuple[tuple[int, int], ...]:
    import numpy as np

    counts = np.bincount(segmentation.labels.ravel())
    return tuple((value, int(counts[value])) for value in np.flatnonzero(counts).tolist() if value)


def _labels_of(found: "Found", place: int, names: dict[int, str]) -> "list[Segmentation]":
    from abaton.imaging.label_names import renamed

    return [renamed(labels, names) for series, labels in found.segmentations if series == place]


def _reporter(bar: Progress, first: str) -> "Report":
    task = bar.add_task(first, total=1.0)

    def report(doing: str, share: float) -> None:
        bar.update(task, description=doing or first, completed=share)

    return report


def _tell(scans: "Scans", record: "ScanRecord", is_new: bool) -> None:
    from abaton.imaging import words

    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    short = words.short_id(record, scans.records())
    here = "" if is_new else " (it is here already; nothing was stored twice)"
    rows = [
        ("Scan", Text.assemble((short, "bold"), here)),
        ("Series", f"{words.title(record)}, {_files(record)}"),
        ("Size", f"{words.size_text(record)}, {words.extent_text(record)}"),
        ("Spacing", words.spacing_text(record)),
        ("Orientation", words.orientation_text(record)),
        ("Geometry", words.certificate_text(record.certificate)),
        *(("", remark) for remark in record.certificate.remarks),
        ("Privacy", words.privacy_text(record.privacy)),
        *(("Look at", warning) for warning in record.privacy.warnings),
        *(("Labels", words.labels_text(one)) for one in record.segmentations),
        *_numbered_raters(record),
        ("Stored in", str(scans.folder_of(record.id))),
    ]
    for name, value in rows:
        table.add_row(name, value)
    output().print(table)
    output().print()


def _files(record: "ScanRecord") -> str:
    return f"{record.files} {record.source} file{'' if record.files == 1 else 's'}"


def _tell_skipped(skipped: "Sequence[Skipped]") -> None:
    if not skipped:
        return
    table = Table("Left out", "Because", "Expected", "What to do", box=None, pad_edge=False)
    for one in skipped:
        table.add_row(f"{one.files} file{'' if one.files == 1 else 's'}", one.got, one.expected, one.next_step)
    output().print(table)
    output().print()


def _tell_next(records: "Sequence[ScanRecord]", scans: "Scans", data: Path | None) -> None:
    from abaton.imaging import words

    short = words.short_id(records[0], scans.records())
    errors().print(f"Next: abaton scan show {short}{data_option(data)}")
    errors().print("Not for primary diagnosis.")


def data_option(data: Path | None) -> str:
    """What to add to the next command so that it finds the same folder."""
    return f" --data {shlex.quote(str(data))}" if data is not None else ""


def _nothing(skipped: "Sequence[Skipped]") -> Problem:
    first = skipped[0] if skipped else None
    return Problem(
        "no_scan_found",
        got="nothing that could be stored" + (f": {first.got}" if first else ""),
        expected=first.expected if first else "a series of DICOM files or a NIfTI file",
        next_step=first.next_step if first else "Choose the folder that holds the scan.",
    )


def _numbered_raters(record: "ScanRecord") -> list[tuple[str, str]]:
    if not any(one.made_by.startswith("rater ") for one in record.segmentations):
        return []
    return [("", "Raters are numbered in the order of their files' names, which may name a person.")]
