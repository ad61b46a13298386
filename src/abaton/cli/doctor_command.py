"""`abaton doctor`: whether this installation can do its work, and what to do where it cannot."""

import typer
from rich.table import Table
from rich.text import Text

from abaton.cli.options import Data, DatabaseUrl, settings_of
from abaton.cli.screen import output

# Red is for stop alone, so what is wrong is told by word and in bold.
_STYLES = {"good": "green", "warning": "yellow", "bad": "bold yellow"}


def doctor(data: Data = None, database: DatabaseUrl = None) -> None:
    """Check that this installation can do its work. Changes nothing; exits with 1 when something is bad."""
    from abaton.cli.checks import Verdict
    from abaton.cli.examination import examine

    checks = examine(settings_of(data=data, database_url=database))
    table = Table(box=None, show_header=False, pad_edge=False)
    for check in checks:
        verdict = check.verdict.value
        table.add_row(Text(verdict, _STYLES[verdict]), check.name, Text(f"{check.finding}\n{check.advice}".strip()))
    output().print(table)
    if any(check.verdict is Verdict.BAD for check in checks):
        raise typer.Exit(1)
