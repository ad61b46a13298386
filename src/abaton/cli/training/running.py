"""`abaton patient run`: a scenario played faster than real time, marked, recorded and shown."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from abaton.cli.screen import errors, output, progress
from abaton.cli.training.choosing import scenario_of

if TYPE_CHECKING:
    from abaton.training.recording import Chosen
    from abaton.training.scenario.playing import Played
    from abaton.training.scenario.running import Run


def run(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A name of `abaton patient list`, or a file.")],
    learner: Annotated[
        str,
        typer.Option(metavar="ideal|idle|harmful|FILE", help="A robot, acts (.jsonl, .yaml) or a record (.mcap)."),
    ] = "ideal",
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Of chance; a record brings its own.")] = 1,
    to: Annotated[Path, typer.Option(metavar="FOLDER", help="Where record and page go.")] = Path(),
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    page: Annotated[bool, typer.Option(help="Write the page, too.")] = True,
    cohort: Annotated[int, typer.Option(min=0, max=1000, help="Play it with so many people, as they come.")] = 0,
) -> None:
    """Play a scenario, print its score and vital signs, write its record and its page. For training, never for care."""
    from abaton.pages import write_page
    from abaton.training.live.debrief import summary
    from abaton.training.page import run_page
    from abaton.training.recording import chosen, write_record
    from abaton.training.scenario.playing import play

    plan = scenario_of(scenario).scenario
    who = chosen(learner, plan)
    if cohort:
        from abaton.cli.training.cohorts import run_cohort

        run_cohort(plan, who, seed, cohort, json)
        return
    header = who.record.header if who.record else None
    with progress() as bar:
        task = bar.add_task("Playing", total=60 * plan.meta.minutes)

        def watch(now: "Run") -> None:
            if now.time_s % 10 == 0:
                bar.update(task, completed=now.time_s)

        played = play(plan, who.learner, header.seed if header else seed, watch, header.person if header else None)
        stem = f"{plan.meta.id}-{who.name}-{played.seed}" + ("-again" if header else "")
        recorded, shown = to / f"{stem}.mcap", to / f"{stem}.html"
        write_record(recorded, played, who.name)
        note = _compared(played, who)
        if page:
            bar.update(task, description="Asking why", total=None)
            made_at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
            write_page(shown, run_page(played, who.name, note, made_at))
    if json:
        output().print(_as_json(played, who.name))
    else:
        output().print(_checklist(played))
        output().print()
        output().print(_course(played))
        output().print()
        output().print(summary(played))
        for path in (recorded, *([shown] if page else [])):
            output().print(str(path))
        output().print("For training, never for care.")
    if note:
        errors().print(note)


def _checklist(played: "Played") -> Table:
    from abaton.training.live.wording import minutes

    table = Table("Item", "", "Done at", "Marks", "Of", "", box=None, pad_edge=False)
    for place in (2, 3, 4):
        table.columns[place].justify = "right"
    for result in played.score.results:
        at = "" if result.time_s is None else minutes(result.time_s)
        critical = "critical" if result.critical else ""
        style = "red" if result.failed else "yellow" if result.verdict in ("late", "out of order") else ""
        table.add_row(
            result.text, result.verdict, at, f"{result.points:g}", f"{result.weight:g}", critical, style=style
        )
    return table


def _course(played: "Played") -> Table:
    """Vital signs every minute, and when they were worst."""
    from abaton.training.live.wording import minutes

    columns = ("Time", "HR", "BP", "MAP", "SpO2", "EtCO2", "RR", "T", "GCS", "Lactate", "Rhythm")
    table = Table(*columns, box=None, pad_edge=False)
    for column in table.columns[:-1]:
        column.justify = "right"
    line = played.timeline
    every = 60 if len(line) <= 900 else 120
    places = {*range(0, len(line), every), len(line) - 1, min(range(len(line)), key=lambda n: line[n].mean_mmhg)}
    for place in sorted(places):
        now = line[place]
        table.add_row(
            minutes(now.time_s), f"{now.heart_rate:.0f}", f"{now.systolic_mmhg:.0f}/{now.diastolic_mmhg:.0f}",
            f"{now.mean_mmhg:.0f}", f"{now.saturation_pct:.0f}", f"{now.etco2_mmhg:.0f}", f"{now.respiratory_rate:.0f}",
            f"{now.temperature_c:.1f}", str(now.coma_scale), f"{now.lactate_mmol_l:.1f}",
            now.rhythm.name.lower().replace("_", " "),
        )  # fmt: skip
    return table


def _as_json(played: "Played", learner: str) -> str:
    import msgspec

    from abaton.training.recording import header_of

    every = [msgspec.structs.asdict(vitals) for vitals in played.timeline[::60]]
    told = {"header": header_of(played, learner), "score": played.score, "vitals": every, "events": played.events}
    return msgspec.json.encode(told).decode()


def _compared(played: "Played", who: "Chosen") -> str:
    """How a replay compares with what was recorded."""
    if who.record is None:
        return ""
    if played.digest == who.record.header.digest:
        return f"Played again from the record: the same bit for bit; it was marked {who.record.marks:.1f} then."
    return (
        f"Played again from the record, and not the same: it was marked {who.record.marks:.1f} then. "
        "Another version of Abaton made it."
    )
