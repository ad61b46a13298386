"""`abaton surgery run`: a task played headless, marked, recorded and shown."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from abaton.cli.screen import errors, output, progress

if TYPE_CHECKING:
    from abaton.surgery.tasks.recording import Record
    from abaton.surgery.tasks.running import Run


def run(
    task: Annotated[str, typer.Argument(metavar="TASK", help="press, needle, resect or peg_transfer.")],
    trainee: Annotated[
        str,
        typer.Option(metavar="careful|clumsy|FILE", help="Scripted hands, a record (.mcap) or a JIGSAWS trial (.txt)."),
    ] = "careful",
    seed: Annotated[int, typer.Option(min=0, help="Of the scene and the scripted hands; a record brings its own.")] = 1,
    labels: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A labelled volume (.npz) to resect from. [one made in code]")
    ] = None,
    to: Annotated[Path, typer.Option(metavar="FOLDER", help="Where record and page go.")] = Path(),
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    page: Annotated[bool, typer.Option(help="Write the page, too.")] = True,
) -> None:
    """Play a task, print its score, write its record and its page. For training and research."""
    from abaton.pages import write_page
    from abaton.surgery.page import Shots, as_json, run_page
    from abaton.surgery.tasks.catalogue import digest_of, run_task, task_of
    from abaton.surgery.tasks.recording import check_writable, write_record

    chosen = task_of(task, labels)
    check_writable(to)
    shots = Shots()
    with progress() as bar:
        bar.add_task("Playing", total=None)
        played, record = run_task(chosen, trainee, seed, shots)
        stem = f"{task}-{played.trainee}-{played.seed}" + ("" if record is None else "-again")
        recorded, shown = to / f"{stem}.mcap", to / f"{stem}.html"
        write_record(recorded, played, chosen.tools, digest_of(labels) if labels is not None else "")
        note = _compared(played, record)
        if page:
            made_at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
            write_page(shown, run_page(chosen, played, shots, note, made_at))
    if json:
        output().print(as_json(played).decode())
    else:
        output().print(_table(played))
        output().print(f"Score {played.score.total:.1f} of 100" + _failed(played))
        for path in (recorded, *([shown] if page else [])):
            output().print(str(path))
    if note:
        errors().print(note)


def _failed(played: "Run") -> str:
    return f", failed: {', '.join(played.score.failed)}" if played.score.failed else ""


def _table(played: "Run") -> Table:
    from abaton.surgery.page import shown

    table = Table("Part", "Value", "Unit", "Full marks at", "None at", "Marks", box=None, pad_edge=False)
    for place in (1, 3, 4, 5):
        table.columns[place].justify = "right"
    for part in played.score.parts:
        one = part.criterion
        table.add_row(
            one.title, shown(part.value), one.unit, f"{one.proficient:.3g}", f"{one.failing:.3g}", f"{part.marks:.0f}"
        )
    return table


def _compared(played: "Run", record: "Record | None") -> str:
    """How a replay compares with what was recorded."""
    if record is None:
        return ""
    if played.trace.digest() == record.header.digest:
        return f"Played again from the record: the same bit for bit; it was marked {record.marks:.1f} then."
    return (
        f"Played again from the record, and not the same: it was marked {record.marks:.1f} then. "
        "Another version of Abaton made it."
    )
