"""How this server is reached and what it serves."""

from dataclasses import dataclass
from pathlib import Path

STATIC = Path(__file__).parent / "static"
"""Where `make setup` builds the client."""


@dataclass(frozen=True)
class ServerSettings:
    """What `create_app` needs to know besides the records and the rooms.

    Attributes:
        hosts: Names and addresses by which browsers may reach this server, without port: `{"127.0.0.1"}`.
        https: Browsers reach it by https, directly or through a proxy; turns on strict transport security.
        demo: It holds a made-up clinic.
        time_zone: IANA name of the first clinic's time zone, which says when its day begins.
        static: The built client.
        max_body_bytes: A longer request body is refused.
        sign_in_s: A sign-in ends after so many seconds.
        idle_s: It also ends when it was not used for so many seconds.
        setup_link_s: The first administrator's link works for so many seconds.
    """

    hosts: frozenset[str] = frozenset({"localhost", "127.0.0.1", "[::1]"})
    https: bool = False
    demo: bool = False
    time_zone: str = "UTC"
    static: Path = STATIC
    max_body_bytes: int = 256 * 1024
    sign_in_s: float = 12 * 3600.0
    idle_s: float = 30 * 60.0
    setup_link_s: float = 24 * 3600.0
