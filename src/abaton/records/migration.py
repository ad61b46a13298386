"""Bringing the tables to the version that this product needs, by Alembic."""

from functools import cache

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from abaton.core.errors import Problem


def upgrade(connection: Connection) -> None:
    """Run what is missing, inside the connection's transaction; raises Problem for tables of a newer product."""
    config = _config()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError:
        raise Problem(
            "database_newer",
            got=f"tables of version {revision(connection)}",
            expected=f"version {newest()} or older",
            next_step="Start the version of Abaton that last used this database, or a newer one.",
            kind="unavailable",
        ) from None


def revision(connection: Connection) -> str | None:
    """The version of the tables, or None where there are none yet."""
    return MigrationContext.configure(connection).get_current_revision()


@cache
def newest() -> str:
    """The version of the tables that this product needs."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise RuntimeError("the package holds no migrations; it was built wrongly")
    return head


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "abaton.records:migrations")
    config.set_main_option("path_separator", "os")
    return config
