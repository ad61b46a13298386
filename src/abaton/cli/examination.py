"""Makes every check of `abaton doctor` on one installation."""

import sys

from abaton.cli.checks import (
    Check,
    Verdict,
    check_certificate,
    check_client,
    check_data_folder,
    check_database,
    check_python,
)
from abaton.core.clock import Clock, SystemClock
from abaton.core.errors import Problem
from abaton.core.settings import Settings
from abaton.records.database import Database
from abaton.server.settings import STATIC


def examine(settings: Settings) -> list[Check]:
    """Makes the checks in the order in which one would put things right; changes nothing."""
    clock = SystemClock()
    return [
        check_python(sys.version_info[:3]),
        check_client(STATIC),
        check_data_folder(settings.data),
        *_database(settings, clock),
        check_certificate(settings.certificate, clock),
    ]


def _database(settings: Settings, clock: Clock) -> list[Check]:
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
