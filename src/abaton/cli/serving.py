"""Runs a server until it is told to end."""

import contextlib
import sys
from collections.abc import Generator

from rich.console import Console
from rich.text import Text

from abaton.cli.composition import compose
from abaton.cli.demo_clinic import DemoAccounts, ensure_demo_clinic
from abaton.cli.doors import Doors, announce, announce_lan, open_doors
from abaton.cli.listeners import serve_on
from abaton.cli.screen import output
from abaton.core.clock import Clock, SystemClock
from abaton.core.settings import Settings
from abaton.records.database import Database
from abaton.server.log import json_log
from abaton.server.settings import ServerSettings
from abaton.server.setup_link import issue_setup_path


def run(settings: Settings, lan_port: int | None = None) -> None:
    """Serves until SIGINT or SIGTERM.

    Args:
        settings: The installation's settings; `demo` fills an empty data folder with a made-up clinic.
        lan_port: Let headsets on the local network in, by HTTPS on this port.

    Raises:
        Problem: A port is taken, the data cannot be written, or an experience does not load.
    """
    clock, screen = SystemClock(), output()
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _open_records(settings, clock) as records:
        accounts = ensure_demo_clinic(records, settings.data) if settings.demo else None
        doors = open_doors(settings, clock, lan_port=lan_port)
        server = _server_settings(settings, doors)
        app = compose(settings, server, records, clock, json_log(sys.stderr, settings.log_level))
        announce(doors, screen)
        if accounts is not None:
            _announce_accounts(accounts, screen)
        else:
            _announce_setup(issue_setup_path(records, server), doors, screen)
        announce_lan(doors, screen)
        screen.print("\nPress Ctrl+C to end.", style="dim")
        serve_on(app, doors.listeners)


@contextlib.contextmanager
def _open_records(settings: Settings, clock: Clock) -> Generator[Database]:
    database = Database.open(settings.resolved_database_url, clock)
    try:
        database.migrate()
        yield database
    finally:
        database.close()


def _server_settings(settings: Settings, doors: Doors) -> ServerSettings:
    return ServerSettings(
        hosts=doors.hosts(settings.allowed_hosts),
        https=settings.certificate is not None,
        demo=settings.demo,
        time_zone=settings.time_zone,
        max_body_bytes=settings.body_limit_bytes,
        sign_in_s=settings.sign_in_hours * 3600.0,
    )


def _announce_accounts(accounts: DemoAccounts, screen: Console) -> None:
    screen.print(Text.assemble(("Sign in  ", "dim"), (" or ".join(accounts.emails), "bold")))
    screen.print(Text.assemble(("Password ", "dim"), (accounts.password, "bold")))


def _announce_setup(path: str | None, doors: Doors, screen: Console) -> None:
    if path is not None:
        screen.print("\nThere is no clinic yet. Make it, and its first administrator, by this link (it works once):")
        screen.print(f"{doors.origin}{path}", style="bold")
