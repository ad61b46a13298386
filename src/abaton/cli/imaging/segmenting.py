"""`abaton scan segment`, `segmentations`, `unsegment`, `segmenters`, `agreement` and `export`."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from abaton.cli.imaging.measuring import POINT, ScanId, point_of
from abaton.cli.options import Data, settings_of
from abaton.cli.screen import errors, output
from abaton.core.errors import Problem

if TYPE_CHECKING:
    from abaton.imaging.segment.recipe import Recipe, Refinement, Seed, Start
    from abaton.imaging.store import ScanRecord, Scans
    from abaton.imaging.volume import Segmentation

Number = Annotated[int, typer.Argument(metavar="NUMBER", help="The segmentation's number; see `scan segmentations`.")]
Chosen = Annotated[
    list[int] | None, typer.Option("--segmentation", help="Number of a segmentation; may be repeated. [all]")
]
Millimetres = Annotated[float | None, typer.Option(metavar="MM")]
NAMED_POINT = "NAME=X,Y,Z"


class Form(StrEnum):
    """What labels can be exported as."""

    DICOM_SEG = "dicom-seg"
    NIFTI = "nifti"
    STL = "stl"


def segment(
    scan: ScanId,
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="What is segmented, such as liver.")] = "",
    threshold: Annotated[
        tuple[float, float] | None, typer.Option(metavar="LOW HIGH", help="All voxels with values from low to high.")
    ] = None,
    grow: Annotated[
        list[str] | None, typer.Option(metavar=POINT, help="Grow from a point, mm; may be repeated.")
    ] = None,
    watershed: Annotated[bool, typer.Option("--watershed", help="Flood from seeds to the borders.")] = False,
    random_walker: Annotated[
        bool, typer.Option("--random-walker", help="Walk at random to seeds; finds weak borders, takes longer.")
    ] = False,
    plugin: Annotated[str | None, typer.Option("--with", metavar="PLUGIN", help="An installed segmenter.")] = None,
    within: Annotated[
        tuple[float, float] | None, typer.Option(metavar="LOW HIGH", help="Only values from low to high.")
    ] = None,
    deviations: Annotated[
        float, typer.Option(help="Without --within: values this many standard deviations around the seed's.")
    ] = 2.5,
    neck: Annotated[
        float, typer.Option(metavar="MM", help="Do not grow through necks narrower than twice this.")
    ] = 0.0,
    seed: Annotated[
        list[str] | None,
        typer.Option(metavar=NAMED_POINT, help="Where a label begins; `rest` is what is not wanted. Repeat it."),
    ] = None,
    seed_radius: Annotated[float, typer.Option(metavar="MM", help="Of the seeds.")] = 2.0,
    open_by: Annotated[float | None, typer.Option("--open", metavar="MM", help="Cut thin bridges and spikes.")] = None,
    largest: Annotated[int | None, typer.Option(min=1, help="Keep so many of the largest parts.")] = None,
    larger_than: Annotated[float | None, typer.Option(metavar="MM3", help="Keep parts of this volume or more.")] = None,
    close_by: Annotated[float | None, typer.Option("--close", metavar="MM", help="Shut narrow gaps.")] = None,
    fill_holes: Annotated[bool, typer.Option("--fill-holes", help="Fill what is enclosed.")] = False,
    smooth: Annotated[float | None, typer.Option(metavar="MM", help="Round by a Gaussian; keeps the volume.")] = None,
    data: Data = None,
) -> None:
    """Label a scan: by value, from a seed, by seeds that meet, or with an installed model. Not for primary diagnosis.

    One of --threshold, --grow, --watershed, --random-walker and --with says how. What comes of it is opened, reduced
    to its largest parts, closed, filled and smoothed, in this order, as far as asked for. Ctrl-C stops it, and
    nothing is stored.
    """
    from abaton.cli.imaging.watching import watched
    from abaton.imaging.segment.plugin import segment_with
    from abaton.imaging.segment.recipe import follow

    then = _refinements(open_by, largest, larger_than, close_by, fill_holes, smooth)
    starts = _starts(threshold, grow, watershed, random_walker, within, deviations, neck, seed, seed_radius)
    _check_one_way(len(starts) + (plugin is not None))
    recipe = None if plugin else _recipe(name, starts[0], then)
    scans = _scans(data)
    record = scans.record(scan)
    volume = scans.volume(record.id)
    with watched() as watch:
        made = follow(recipe, volume, watch) if recipe else segment_with(plugin or "", volume, watch)
        watch.at("Storing", 1.0)
    stored = scans.add_segmentation(record.id, made)
    output().print(f"Segmentation {stored.number}, {made.made_by}")
    output().print(_volumes(made))
    errors().print(
        f"See it with `abaton scan show {record.id[:6]}`; take it back with "
        f"`abaton scan unsegment {record.id[:6]} {stored.number}`. Not for primary diagnosis."
    )


def segmentations(scan: ScanId, data: Data = None) -> None:
    """List a scan's segmentations: number, labels, method."""
    record = _scans(data).record(scan)
    table = Table("Number", "Labels", "Made by", box=None, pad_edge=False)
    for one in record.segmentations:
        table.add_row(str(one.number), ", ".join(one.names.values()), one.made_by)
    output().print(table)


def unsegment(scan: ScanId, number: Number, data: Data = None) -> None:
    """Take a segmentation back; the scan stays."""
    scans = _scans(data)
    record = scans.record(scan)
    scans.remove_segmentation(record.id, number)
    output().print(f"Segmentation {number} was taken back.")


def segmenters() -> None:
    """List installed segmenters, what each labels, and what it lacks."""
    from abaton.imaging.segment.plugin import listed

    table = Table("Name", "Labels", "Made for", "Package", "Ready", box=None, pad_edge=False)
    found = listed()
    for one in found:
        lacks = "; ".join(f"lacks {need.what}: {need.install}" for need in one.missing)
        made_for = ", ".join(one.modalities) or "any modality"
        table.add_row(one.name, ", ".join(one.segments), made_for, one.package, lacks or "yes")
    if found:
        output().print(table)
    else:
        errors().print(
            "No segmenter is installed. Any package with an entry point in the group abaton.segmenters brings one; "
            "see docs/how-to/segmenter_plugin.md."
        )


def agreement(
    scan: ScanId,
    number: Chosen = None,
    page: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a page with a map of dissent.")] = None,
    data: Data = None,
) -> None:
    """Compare raters: overlap, distances between borders in mm, volumes, Fleiss' kappa."""
    from abaton.cli.imaging.watching import watched
    from abaton.imaging.plan.structures import is_merged
    from abaton.imaging.segment.agreement import agreement as compare

    scans = _scans(data)
    record = scans.record(scan)
    raters = _chosen(scans, record, number)
    merged = [] if number else [one for one in raters if is_merged(one.made_by)]
    if merged and len(raters) - len(merged) >= 2:
        raters = [one for one in raters if not is_merged(one.made_by)]
        errors().print(f"{', '.join(one.made_by for one in merged)}: merged from others, so not counted as a rater.")
    with watched() as watch:
        found = compare(raters, watch)
    from abaton.imaging.segment.agreement_page import agreement_page, summary_rows

    columns, rows = summary_rows(found)
    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*row)
    output().print(table)
    if page is not None:
        from abaton.pages import write_page

        write_page(page, agreement_page(scans.volume(record.id), raters, found))
        output().print(str(page))
    errors().print("Distances run between border voxels of both raters. Not for primary diagnosis.")


def export(
    scan: ScanId,
    form: Annotated[Form, typer.Option("--as", help="DICOM SEG, NIfTI labels, or a mesh for each label.")],
    to: Annotated[Path, typer.Option(help="Folder to write to; made if it is not there.")] = Path(),
    number: Chosen = None,
    faces: Annotated[int | None, typer.Option(min=4, help="Most triangles of a mesh. [as many as it has]")] = None,
    data: Data = None,
) -> None:
    """Write labels to files: DICOM SEG for the archive, NIfTI for research, STL for print."""
    from abaton.cli.imaging.label_files import export_labels

    scans = _scans(data)
    record = scans.record(scan)
    numbers = _numbers(record, number)
    for path in export_labels(scans, record, numbers, form.value, to, faces):
        output().print(str(path))


def _scans(data: Path | None) -> "Scans":
    """The store of scans in the data folder."""
    from abaton.imaging.store import Scans

    return Scans(settings_of(data=data).data / "scans")


def _numbers(record: "ScanRecord", numbers: list[int] | None) -> list[int]:
    """The segmentations that were asked for, or all.

    Raises:
        Problem: The scan has none.
    """
    known = [one.number for one in record.segmentations]
    if not known:
        raise Problem(
            "no_segmentations",
            got="a scan without labels",
            expected="at least one segmentation",
            next_step="Make one with `abaton scan segment`, or import labels.",
            kind="not_found",
        )
    return numbers or known


def _chosen(scans: "Scans", record: "ScanRecord", numbers: list[int] | None) -> "list[Segmentation]":
    """The segmentations that were asked for, or all, each named with its number."""
    import msgspec

    found: list[Segmentation] = []
    for number in _numbers(record, numbers):
        one = scans.segmentation(record.id, number)
        # Several raters may be told of in the same words; their numbers tell them apart.
        found.append(msgspec.structs.replace(one, made_by=f"{number}: {one.made_by}"))
    return found


def _check_one_way(ways: int) -> None:
    if ways != 1:
        raise Problem(
            "one_method",
            got=f"{ways} methods" if ways else "no method",
            expected="one of --threshold, --grow, --watershed, --random-walker and --with",
            next_step="Say how to segment, such as --threshold 200 3000; see `abaton scan segment --help`.",
        )


def _starts(
    threshold: tuple[float, float] | None,
    grow: list[str] | None,
    watershed: bool,
    random_walker: bool,
    within: tuple[float, float] | None,
    deviations: float,
    neck: float,
    seed: list[str] | None,
    seed_radius: float,
) -> "list[Start]":
    """All methods that were asked for."""
    from abaton.imaging.segment import recipe

    low, high = within or (float("-inf"), float("inf"))
    starts: list[Start] = []
    if threshold is not None:
        starts.append(recipe.Threshold(*threshold))
    if grow:
        points = tuple(point_of(text) for text in grow)
        if within is not None:
            starts.append(recipe.Grow(points, low, high, neck))
        else:
            starts.append(recipe.GrowConfidently(points, deviations))
    if watershed:
        starts.append(recipe.Watershed(_seeds(seed), low, high, seed_radius))
    if random_walker:
        starts.append(recipe.RandomWalker(_seeds(seed), low, high, seed_radius))
    return starts


def _seeds(texts: list[str] | None) -> "tuple[Seed, ...]":
    from abaton.imaging.segment.recipe import Seed

    seeds: list[Seed] = []
    for text in texts or ():
        name, equals, point = text.rpartition("=")
        if not equals or not name.strip():
            raise Problem(
                "seed_unreadable",
                got=f"{text!r}",
                expected=f"{NAMED_POINT} in millimetres, such as tumour=12.5,-40,103",
                next_step="Write the label's name, an equals sign and the point.",
            )
        seeds.append(Seed(name.strip(), point_of(point)))
    return tuple(seeds)


def _refinements(
    open_by: float | None,
    largest: int | None,
    larger_than: float | None,
    close_by: float | None,
    fill_holes: bool,
    smooth: float | None,
) -> "tuple[Refinement, ...]":
    from abaton.imaging.segment import recipe

    steps: list[Refinement | None] = [
        None if open_by is None else recipe.Open(open_by),
        None if largest is None else recipe.Largest(largest),
        None if larger_than is None else recipe.LargerThan(larger_than),
        None if close_by is None else recipe.Close(close_by),
        recipe.FillHoles() if fill_holes else None,
        None if smooth is None else recipe.Smooth(smooth),
    ]
    return tuple(step for step in steps if step is not None)


def _recipe(name: str, start: "Start", then: "tuple[Refinement, ...]") -> "Recipe":
    from abaton.imaging.segment import recipe

    seeded = isinstance(start, recipe.Watershed | recipe.RandomWalker)
    if not seeded and not (name.strip() and name.isprintable() and len(name) <= 64):
        raise Problem(
            "name_needed",
            got="no name for what is segmented" if not name.strip() else "a name that cannot be shown",
            expected="a name of 1 to 64 characters, such as liver",
            next_step="Write it after the scan's id.",
        )
    return recipe.Recipe(name.strip(), start, then)


def _volumes(made: "Segmentation") -> Table:
    table = Table("Label", "Voxels", "Volume, ml", box=None, pad_edge=False)
    for column in (1, 2):
        table.columns[column].justify = "right"
    for value, name in made.names.items():
        voxels = int((made.labels == value).sum())
        table.add_row(name, str(voxels), f"{voxels * made.grid.voxel_volume_mm3 / 1000:.2f}")
    return table
