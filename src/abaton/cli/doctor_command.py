"""`abaton doctor`: whether this installation can do its work, and what to do where it cannot."""

import sys

import typer
from rich.table import Table

from abaton.cli.checks import (
    Check,
    Verdict,
    check_certificate,
    check_client,
    check_data_folder,
    check_database,
    check_python,
)
from abaton.cli.options import Data, DatabaseUrl, settings_of
from abaton.cli.screen import output
from abaton.core.clock import SystemClock
from abaton.core.errors import Problem
from abaton.core.settings import Settings
from abaton.server.settings import STATIC

# Red is for stop alone, so what is wrong is told by word and in bold.
_STYLES = {Verdict.GOOD: "green", Verdict.WARNING: "yellow", Verdict.BAD: "bold yellow"}


def doctor(data: Data = None, database: DatabaseUrl = None) -> None:
    """Check that this installation can do its work. Changes nothing; exits with 1 when something is bad."""
    checks = examine(settings_of(data=data, database_url=database))
    table = Table(box=None, show_header=False, pad_edge=False)
    for check in checks:
        style = _STYLES[check.verdict]
        table.add_row(f"[{style}]{check.verdict.value}[/]", check.name, f"{check.finding}\n{check.advice}".strip())
    output().print(table)
    if any(check.verdict is Verdict.BAD for check in checks):
        raise typer.Exit(1)


def examine(settings: Settings) -> list[Check]:
    """Makes every check, in the order in which one would put things right."""
    clock = SystemClock()
    return [
        check_python(sys.version_info[:3]),
        check_client(STATIC),
        check_data_folder(settings.data),
        *_database(settings, clock),
        check_certificate(settings.certificate, clock),
    ]


def _database(settings: Settings, clock: SystemClock) -> list[Check]:
    from abaton.records.database import Database

    if settings.database_url is None and not (settings.data / "abaton.sqlite").exists():
        return [Check("Database", Verdict.GOOD, "none yet: `abaton serve` makes it in the data folder")]
    try:
        database = Database.open(settings.resolved_database_url, clock, read_only=True)
    except Problem as problem:
        return [Check("Database", Verdict.BAD, problem.got, problem.next_step)]
    try:
        return check_database(database.health())
    finally:
        database.close()
