"""Options that several commands share."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from abaton.core import settings
from abaton.core.settings import Settings

Data = Annotated[
    Path | None,
    typer.Option(help="Folder of records, recordings and certificates. [ABATON_DATA, else ./abaton-data]"),
]
DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        "--database", help="postgresql://user@host/name. [ABATON_DATABASE_URL, else SQLite in the data folder]"
    ),
]
Host = Annotated[str | None, typer.Option(help="Address to listen on. [ABATON_HOST, else 127.0.0.1]")]
Port = Annotated[int | None, typer.Option(min=0, max=65535, help="Port; 0 takes a free one. [ABATON_PORT, else 8080]")]
Lan = Annotated[bool, typer.Option("--lan", help="Let headsets on the local network in, by HTTPS.")]
SessionId = Annotated[str, typer.Argument(metavar="SESSION", help="The session's id, as in the address of its report.")]


def settings_of(**given: Any) -> Settings:
    """The settings from the environment, with what was given on the command line before them.

    Raises:
        Problem: A value cannot be read.
    """
    return settings.load(os.environ, given)
