"""The commands under one name, and the one place where a failure becomes a message and an exit code."""

import sys
from importlib import metadata
from typing import Annotated

import typer

from abaton.cli.doctor_command import doctor
from abaton.cli.imaging import import_app, scan_app
from abaton.cli.record_commands import export, replay, verify
from abaton.cli.screen import show_problem
from abaton.cli.server_commands import demo, serve
from abaton.cli.surgery import surgery_app
from abaton.cli.training import patient_app
from abaton.core.errors import Kind, Problem

EXIT_CODES: dict[Kind, int] = {"invalid": 2, "not_found": 3, "conflict": 4, "refused": 5, "unavailable": 6}
"""Exit codes by the sort of problem; 0 is success, and 1 means that `verify` or `doctor` found something."""

INTERRUPTED = 130

app = typer.Typer(
    name="abaton",
    help="The open, self-hosted platform for virtual reality in healthcare.",
    no_args_is_help=True,
    add_completion=False,
    # A traceback with local variables could show a patient's data.
    pretty_exceptions_enable=False,
)
for command in (serve, demo, replay, export, verify, doctor):
    app.command()(command)
app.add_typer(import_app, name="import")
app.add_typer(scan_app, name="scan")
app.add_typer(surgery_app, name="surgery")
app.add_typer(patient_app, name="patient")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"abaton {metadata.version('abaton')}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """The open, self-hosted platform for virtual reality in healthcare."""


def main() -> None:
    """Runs the command line and ends the process with its exit code."""
    try:
        app()
    except Problem as problem:
        show_problem(problem)
        sys.exit(EXIT_CODES[problem.kind])
    except OSError as error:
        problem = _unusable(error)
        show_problem(problem)
        sys.exit(EXIT_CODES[problem.kind])
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _unusable(error: OSError) -> Problem:
    return Problem(
        "file_unusable",
        got=f"{error.strerror or error}: {error.filename or 'a file or device'}",
        expected="files and folders that this user may read and write, on a disk with room",
        next_step="Check who owns it and how full the disk is, or choose another folder with --data.",
        kind="unavailable",
    )
