"""`abaton scan measure`: lengths, angles, areas, volumes and statistics, each with its uncertainty."""

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from abaton.cli.options import Data, settings_of
from abaton.cli.screen import errors, output
from abaton.core.errors import Problem

if TYPE_CHECKING:
    from abaton.imaging.measure import Measurement
    from abaton.imaging.store import ScanRecord, Scans

ScanId = Annotated[str, typer.Argument(metavar="ID", help="The scan's id, or enough of its beginning.")]
POINT = "X,Y,Z"
POINTS = "'X,Y,Z X,Y,Z ...'"


def measure(
    scan: ScanId,
    distance: Annotated[
        tuple[str, str] | None, typer.Option(metavar=f"{POINT} {POINT}", help="Between two points, mm.")
    ] = None,
    path: Annotated[str | None, typer.Option(metavar=POINTS, help="Length from point to point, mm.")] = None,
    angle: Annotated[
        tuple[str, str, str] | None,
        typer.Option(metavar=f"{POINT} {POINT} {POINT}", help="At the second of three points."),
    ] = None,
    lines: Annotated[
        tuple[str, str, str, str] | None,
        typer.Option(metavar=f"{POINT} {POINT} {POINT} {POINT}", help="Angle between two lines, two points each."),
    ] = None,
    area: Annotated[str | None, typer.Option(metavar=POINTS, help="Of a flat outline, mm2.")] = None,
    volume: Annotated[str | None, typer.Option(metavar="LABEL", help="Of a label, mm3.")] = None,
    slice_area: Annotated[
        tuple[str, int] | None, typer.Option(metavar="LABEL SLICE", help="Area of a label in a slice, mm2.")
    ] = None,
    statistics: Annotated[str | None, typer.Option(metavar="LABEL", help="Values inside a label.")] = None,
    sphere: Annotated[str | None, typer.Option(metavar="X,Y,Z,RADIUS", help="Values inside a sphere, mm.")] = None,
    outline: Annotated[str | None, typer.Option(metavar=POINTS, help="Values inside a flat outline.")] = None,
    boundary_mm: Annotated[
        float, typer.Option(min=0.0, help="How far the label's boundary may be off (standard deviation).")
    ] = 0.0,
    segmentation: Annotated[int | None, typer.Option(help="Number of the segmentation, if several fit.")] = None,
    sr: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a DICOM structured report.")] = None,
    data: Data = None,
) -> None:
    """Measure in millimetres of the patient (left, back, up), with uncertainty. Not for primary diagnosis."""
    from abaton.cli.imaging.chosen_label import segmentation_with
    from abaton.imaging import measure as on
    from abaton.imaging.store import Scans

    scans = Scans(settings_of(data=data).data / "scans")
    record = scans.record(scan)
    whole = scans.volume(record.id)
    found: list[Measurement] = []
    if distance is not None:
        found.append(on.distance(whole, [point_of(text) for text in distance]))
    if path is not None:
        found.append(on.polyline(whole, points_of(path)))
    if angle is not None:
        found.append(on.angle(whole, [point_of(text) for text in angle]))
    if lines is not None:
        found.append(on.angle_between_lines(whole, [point_of(text) for text in lines]))
    if area is not None:
        found.append(on.polygon_area(whole, points_of(area)))
    if volume is not None:
        labels = segmentation_with(scans, record, volume, segmentation)
        found.append(on.label_volume(whole, labels, volume, boundary_mm))
    if slice_area is not None:
        labels = segmentation_with(scans, record, slice_area[0], segmentation)
        found.append(on.label_area(whole, labels, slice_area[0], 0, slice_area[1]))
    if statistics is not None:
        labels = segmentation_with(scans, record, statistics, segmentation)
        found += on.intensity_statistics(whole, on.inside_label(whole, labels, statistics), label=statistics)
    if sphere is not None:
        x, y, z, radius = _numbers(sphere, 4, "X,Y,Z,RADIUS")
        region = on.inside_sphere(whole, (x, y, z), radius)
        found += on.intensity_statistics(whole, region, label=f"sphere of {radius:g} mm", points_mm=[(x, y, z)])
    if outline is not None:
        points = points_of(outline)
        region = on.inside_polygon(whole, points)
        found += on.intensity_statistics(whole, region, label="outline", points_mm=points)
    if not found:
        raise Problem(
            "nothing_to_measure",
            got="no measurement",
            expected="one at least, such as --distance or --volume",
            next_step="See `abaton scan measure --help`.",
        )
    output().print(_table(found))
    for way in _ways(found):
        errors().print(way)
    errors().print(f"Uncertainties cover about 95 % (k = {found[0].k:g}). Not for primary diagnosis.")
    if sr is not None:
        _write_report(scans, record, found, sr)
        output().print(str(sr))


def point_of(text: str) -> tuple[float, float, float]:
    """A point from `X,Y,Z`.

    Raises:
        Problem: It is none.
    """
    x, y, z = _numbers(text, 3, POINT)
    return x, y, z


def points_of(text: str) -> list[tuple[float, float, float]]:
    """Points from `X,Y,Z X,Y,Z ...`.

    Raises:
        Problem: One of them is none.
    """
    return [point_of(part) for part in text.split()]


def _numbers(text: str, count: int, form: str) -> list[float]:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != count:
        raise Problem(
            "point_unreadable",
            got=f"{text!r}",
            expected=f"{form} in millimetres, such as {','.join(['12.5', '-40', '103', '5'][:count])}",
            next_step="Write the numbers with commas between them and no spaces.",
        )
    return numbers


def _table(found: "list[Measurement]") -> Table:
    table = Table("Measured", "Of", "Value", "±", "Unit", box=None, pad_edge=False)
    for column in (2, 3):
        table.columns[column].justify = "right"
    for one in found:
        digits = _digits(one.uncertainty)
        unit = {"[hnsf'U]": "HU", "1": ""}.get(one.unit, one.unit)
        of = one.label or f"{len(one.points_mm)} points"
        table.add_row(one.name, of, f"{one.value:.{digits}f}", f"{one.uncertainty:.{digits}f}", unit)
    return table


def _ways(found: "list[Measurement]") -> list[str]:
    """How the values came about, each way told once."""
    ways: dict[tuple[str, str], list[str]] = {}
    for one in found:
        ways.setdefault((one.label, one.method), []).append(one.name)
    return [
        f"{', '.join(names) if len(names) < 4 else f'Values of {label}'}: {method}."
        for (label, method), names in ways.items()
    ]


def _digits(uncertainty: float) -> int:
    """Decimals that show two digits of the uncertainty (GUM 7.2.6)."""
    from math import floor, log10

    return max(0, 1 - floor(log10(uncertainty))) if uncertainty > 0 else 2


def _write_report(scans: "Scans", record: "ScanRecord", found: "list[Measurement]", path: Path) -> None:
    from abaton.imaging.measure import ReportUids, structured_report, write_report

    uids = ReportUids.new(len(found))
    now = datetime.datetime.now(datetime.UTC)
    write_report(path, structured_report(scans.headers(record.id), found, uids, now))
