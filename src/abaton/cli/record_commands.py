"""`abaton replay`, `abaton export` and `abaton verify`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from abaton.cli.options import Data, DatabaseUrl, SessionId, settings_of
from abaton.cli.screen import errors, output, progress


class Form(StrEnum):
    """What a session can be exported as."""

    FHIR = "fhir"
    PARQUET = "parquet"
    BOTH = "both"


def replay(
    session: SessionId,
    every: Annotated[float, typer.Option(min=0.0, help="Seconds of the session between two lines.")] = 1.0,
    data: Data = None,
    database: DatabaseUrl = None,
) -> None:
    """Live a session again from its log: a JSON line for each state, and a check that each is bit for bit as it was."""
    from abaton.cli.replaying import replay_session

    settings = settings_of(data=data, database_url=database)
    with progress() as bar:
        played = replay_session(settings, session, every, typer.echo, bar)
    errors().print(f"{played.ticks} ticks replayed; all {played.checkpoints} checkpoints are as recorded.")


def export(
    session: SessionId,
    to: Annotated[Path, typer.Option(help="Folder to write to; made if it is not there.")] = Path(),
    form: Annotated[Form, typer.Option("--as", help="FHIR R4 bundle, Parquet tables, or both.")] = Form.BOTH,
    data: Data = None,
    database: DatabaseUrl = None,
) -> None:
    """Write a session as a FHIR R4 bundle and as Parquet tables. They hold patient data: keep them safe."""
    from abaton.cli.exporting import export_session

    settings = settings_of(data=data, database_url=database)
    with progress() as bar:
        written = export_session(settings, session, to, bar, fhir=form != Form.PARQUET, parquet=form != Form.FHIR)
    for path in written:
        output().print(str(path))


def verify(data: Data = None, database: DatabaseUrl = None) -> None:
    """Check that no record was changed since it was written. Exits with 1 and names each one that was."""
    from abaton.cli.kept_sessions import open_to_look
    from abaton.records.verification import verify_all

    with progress() as bar, open_to_look(settings_of(data=data, database_url=database)) as records:
        bar.add_task("Verifying records", total=None)
        result = verify_all(records)
    checked = f"{result.sessions} sessions, {result.entries} log entries, {result.audit_entries} audit entries"
    if result.intact:
        output().print(f"{checked}: all as written.")
        return
    table = Table("Record", "Why it does not fit", box=None, pad_edge=False)
    for finding in result.findings:
        table.add_row(finding.record, finding.reason)
    output().print(table)
    errors().print(
        f"{checked}: {len(result.findings)} not as written. Keep a copy of the data as it is, and compare these "
        "records with your last backup."
    )
    raise typer.Exit(1)
