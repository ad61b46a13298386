"""How this installation runs: read once at the start, from the environment and the command line."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """One installation's settings. Each is read from `ABATON_<NAME>`; the command line goes before it.

    `database_url` is None until resolved; use `resolved_database_url`.
    """

    data: Path = Path("abaton-data")
    database_url: str | None = None
    host: str = "127.0.0.1"
    port: int = 8080
    allowed_hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")
    certificate: Path | None = None
    private_key: Path | None = None
    time_zone: str = "UTC"
    sign_in_hours: float = 12.0
    body_limit_bytes: int = 1_048_576
    log_level: str = "info"
    demo: bool = False

    @property
    def resolved_database_url(self) -> str:
        """The database's URL: the one that was set, or a SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{self.data / 'abaton.sqlite'}"


def load(environment: Mapping[str, str], overrides: Mapping[str, Any] | None = None) -> Settings:
    """Read the settings; `overrides` come from the command line, and None in them means not given.

    Raises:
        Problem: A value cannot be read, an `ABATON_` variable is unknown, or a key lacks its certificate.
    """
    raise NotImplementedError
