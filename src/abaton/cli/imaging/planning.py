"""`abaton scan plan`: how far a target keeps from what is to be avoided."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.table import Table

from abaton.cli.options import Data, settings_of
from abaton.cli.screen import errors, output, progress
from abaton.core.errors import Problem

if TYPE_CHECKING:
    from abaton.imaging.plan.page import Backdrop, Plan
    from abaton.imaging.store import ScanRecord, Scans
    from abaton.imaging.volume import Segmentation, Volume

ScanId = Annotated[str, typer.Argument(metavar="ID", help="The scan's id, or enough of its beginning.")]

MOST_VOXELS_IN_VIEW = 24_000_000


def plan(
    scan: ScanId,
    target: Annotated[str, typer.Option(metavar="LABEL", help="What the plan is for.")],
    avoid: Annotated[
        list[str] | None,
        typer.Option(metavar="LABEL", help="What to keep clear of; may be given again. [the patient's boundary]"),
    ] = None,
    margin: Annotated[float | None, typer.Option(metavar="MM", help="The planned margin.")] = None,
    shell: Annotated[
        list[float] | None, typer.Option(metavar="MM", help="Shells around the target; may be given again. [1, 5, 10]")
    ] = None,
    segmentation: Annotated[
        list[int] | None, typer.Option(help="Number of a segmentation to use; may be given again. [all]")
    ] = None,
    to: Annotated[Path | None, typer.Option(metavar="FILE", help="The page to write. [plan-ID.html]")] = None,
    data: Data = None,
) -> None:
    """Measure and draw a label's margins to others, or to the patient's boundary. Not for primary diagnosis."""
    from abaton.imaging import words
    from abaton.imaging.measure.measurement import require_certificate
    from abaton.imaging.plan.page import plan_page
    from abaton.imaging.store import Scans
    from abaton.pages import write_page

    scans = Scans(settings_of(data=data).data / "scans")
    record = scans.record(scan)
    chosen = _segmentations(scans, record, segmentation or [], [target, *(avoid or [])])
    path = to or Path(f"plan-{words.short_id(record, scans.records())}.html")
    with progress() as bar:
        bar.add_task("Measuring margins", total=None)
        volume = scans.volume(record.id)
        require_certificate(volume)
        found = _planned(volume, chosen, target, avoid or [], margin, shell)
        subtitle = f"{record.modality} {record.description}".strip() + f", scan {words.short_id(record)}"
        made_at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
        write_page(path, plan_page(volume, found, _backdrop(scans, record), subtitle, made_at))
    _print(found)
    output().print(str(path))
    errors().print("Open it in a browser. Not for primary diagnosis.")


def _planned(
    volume: "Volume",
    segmentations: "list[Segmentation]",
    target: str,
    avoid: list[str],
    margin: float | None,
    shell: list[float] | None,
) -> "Plan":
    from abaton.imaging.plan import SHELLS_MM, choose, disagreement, margins
    from abaton.imaging.plan.page import Plan

    chosen = choose(volume, segmentations, target, avoid)
    numbers, surface = margins(chosen, margin, shell or SHELLS_MM)
    differing = disagreement(chosen, numbers, surface)
    if differing is None:
        return Plan(chosen, numbers, surface)
    return Plan(chosen, numbers, surface, *differing)


def _segmentations(scans: "Scans", record: "ScanRecord", numbers: list[int], names: list[str]) -> "list[Segmentation]":
    """Those that hold one of the names; all, where none does, so that the names that exist can be told."""
    known = {one.number for one in record.segmentations}
    unknown = [number for number in numbers if number not in known]
    if unknown:
        raise Problem(
            "segmentation_not_found",
            got=f"no segmentation {unknown[0]} of this scan",
            expected=f"one of {', '.join(map(str, sorted(known)))}" if known else "a scan with labels",
            next_step="See the segmentations with `abaton scan list`.",
            kind="not_found",
        )
    wanted = [one for one in record.segmentations if not numbers or one.number in numbers]
    missing = [name for name in names[:1] if not any(name in one.names.values() for one in wanted)]
    held = [one for one in wanted if missing or set(names) & set(one.names.values())]
    found = [scans.segmentation(record.id, one.number) for one in held]
    makers = [one.made_by for one in found]
    # Raters whose files have the same name are told apart by their numbers.
    return [
        msgspec.structs.replace(one, made_by=f"{one.made_by}, no. {kept.number}")
        if makers.count(one.made_by) > 1
        else one
        for one, kept in zip(found, held, strict=True)
    ]


def _backdrop(scans: "Scans", record: "ScanRecord") -> "Backdrop":
    """The finest level of detail that a page can carry."""
    from math import prod

    from abaton.imaging.plan.page import Backdrop

    grids = scans.levels(record.id)
    level = next((at for at, grid in enumerate(grids) if prod(grid.shape) <= MOST_VOXELS_IN_VIEW), len(grids) - 1)
    return Backdrop(scans.region(record.id, "working", level), grids[level], record.working_range)


def _print(found: "Plan") -> None:
    from abaton.imaging.plan import words

    margins = found.margins
    console = output()
    console.print(words.summary(margins, found.disagreement))
    for remark in found.chosen.remarks:
        errors().print(remark)
    near = [f"< {limit:g} mm, mm2" for limit in margins.limits_mm]
    console.print(
        _table(
            ["Structure", "Nearest, mm", "5 %, mm", *near, "Overlap, mm3", "Volume, ml", "At (left, back, up), mm"],
            words.structure_rows(margins),
        )
    )
    console.print(
        _table(
            ["Within", "Volume, ml", *(f"{one.name}, ml" for one in margins.structures), "In the scan"],
            words.shell_rows(margins),
        )
    )
    if found.disagreement is not None:
        console.print(
            _table(
                ["Rater", "Volume, ml", "Nearest, mm", "to", "5 %, mm", "Planned margin", "Dice", "HD95, mm"],
                words.rater_rows(found.disagreement),
            )
        )
        console.print(words.disagreement_text(found.disagreement))


def _table(columns: list[str], rows: list[tuple[str | float, ...]]) -> Table:
    table = Table(*columns, box=None, pad_edge=False)
    for place in range(1, len(columns)):
        if all(not isinstance(row[place], str) for row in rows):
            table.columns[place].justify = "right"
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    return table
