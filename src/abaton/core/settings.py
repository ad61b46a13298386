"""How this installation runs: read once at the start, from the environment and the command line."""

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_type_hints

import msgspec

from abaton.core.clock import zone
from abaton.core.errors import Problem

PREFIX = "ABATON_"


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


_TYPES: dict[str, Any] = get_type_hints(Settings)
_EXPECTED = {
    **dict.fromkeys(("data", "certificate", "private_key"), "a path"),
    "database_url": "sqlite:///path/to/file or postgresql://user@host/name",
    "host": "an address to listen on",
    "port": "a port from 0 to 65535",
    "allowed_hosts": "host names separated by commas",
    "time_zone": "an IANA name such as Europe/Athens",
    "sign_in_hours": "a number of hours",
    "body_limit_bytes": "a number of bytes",
    "log_level": "a name such as debug, info, warning or error",
    "demo": "true or false",
}


def load(environment: Mapping[str, str], overrides: Mapping[str, Any] | None = None) -> Settings:
    """Read the settings; `overrides` come from the command line, and None in them means not given.

    Raises:
        Problem: A value cannot be read, a variable is misspelt, or a key lacks its certificate.
    """
    read: dict[str, Any] = {}
    for variable, text in environment.items():
        name = variable.removeprefix(PREFIX).lower()
        if variable.startswith(PREFIX) and name in _TYPES and text:
            read[name] = _read(name, text)
        elif variable.startswith(PREFIX):
            _refuse_misspelt(variable, name)
    read |= {name: value for name, value in (overrides or {}).items() if value is not None}
    settings = Settings(**read)
    _check(settings)
    return settings


def _refuse_misspelt(variable: str, name: str) -> None:
    meant = difflib.get_close_matches(name, set(_TYPES) - {name}, n=1, cutoff=0.7)
    if meant and name not in _TYPES:
        raise Problem(
            "unknown_setting",
            got=f"the variable {variable}",
            expected=f"{PREFIX}{meant[0].upper()}, perhaps",
            next_step="Correct its spelling or unset it.",
        )


def _read(name: str, text: str) -> Any:
    kind = _TYPES[name]
    value: Any = [part.strip() for part in text.split(",") if part.strip()] if name == "allowed_hosts" else text
    try:
        return msgspec.convert(value, kind, strict=False, dec_hook=_path)
    except msgspec.ValidationError as problem:
        raise _unreadable(name, f"{PREFIX}{name.upper()} ({problem})", _EXPECTED[name]) from None


def _path(kind: type, value: Any) -> Any:
    return kind(value)


def _check(settings: Settings) -> None:
    zone(settings.time_zone)
    if not 0 <= settings.port <= 65535:
        raise _unreadable("port", f"port {settings.port}", _EXPECTED["port"])
    if settings.sign_in_hours <= 0 or settings.body_limit_bytes <= 0:
        raise _unreadable("limit", "a limit of zero or less", "sign_in_hours and body_limit_bytes above 0")
    if (settings.certificate is None) != (settings.private_key is None):
        raise _unreadable("certificate", "one of certificate and private_key", "both or neither")


def _unreadable(name: str, got: str, expected: str) -> Problem:
    return Problem(f"setting_{name}", got=got, expected=expected, next_step="Correct the value and start again.")
