"""`abaton patient list` and `abaton patient lint`: what can be played, and whether a file could be."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from abaton.cli.screen import output


def list_scenarios() -> None:
    """List the scenarios that come with Abaton, with edition and guideline."""
    from abaton.training.scenario.reading import shipped, shipped_names

    table = Table("Scenario", "Title", "Minutes", "Edition", "Guideline", "Pilot", box=None, pad_edge=False)
    table.columns[2].justify = "right"
    table.columns[0].no_wrap = table.columns[3].no_wrap = True
    for name in shipped_names():
        meta = shipped(name).scenario.meta
        first = meta.guidelines[0]
        guideline = f"{first.name.replace('_', ' ')} {first.edition}, {first.date}"
        table.add_row(name, meta.title, f"{meta.minutes:g}", meta.edition, guideline, meta.pilot)
    output().print(table)


def lint(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A scenario's file (.yaml).")],
) -> None:
    """Check a scenario's file. Exits with 1 and names each place that is not sound, by line."""
    from abaton.training.scenario.linter import lint as linted
    from abaton.training.scenario.reading import read

    found = linted(read(file))
    for finding in found:
        output().print(str(finding))
    if found:
        raise typer.Exit(1)
    output().print(f"{file.name}: sound.")
