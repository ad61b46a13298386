"""PostgreSQL: what an installation with several servers uses."""

from typing import Any

from sqlalchemy import URL, Engine, create_engine

from abaton.core.errors import Problem

_OPTIONS = {"hide_parameters": True, "pool_pre_ping": True, "pool_size": 8, "max_overflow": 8}


def writer(url: URL) -> Engine:
    """The engine that writes; a commit returns once it is on the server's disk."""
    return _engine(url, "-c synchronous_commit=on")


def reader(url: URL) -> Engine:
    """The engine whose transactions see one snapshot and can change nothing."""
    engine = _engine(url, "-c default_transaction_read_only=on")
    return engine.execution_options(isolation_level="REPEATABLE READ")


def _engine(url: URL, settings: str) -> Engine:
    arguments: dict[str, Any] = {"options": settings, "connect_timeout": 5}
    try:
        return create_engine(url.set(drivername="postgresql+psycopg"), connect_args=arguments, **_OPTIONS)
    except ModuleNotFoundError:
        raise Problem(
            "driver_missing",
            got="a PostgreSQL URL, but no PostgreSQL driver",
            expected="psycopg 3",
            next_step="Install it: pip install 'abaton[postgres]'.",
            kind="unavailable",
        ) from None
