"""Allowed hosts: a request that names another host was sent by a page that is not ours."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from abaton.core.errors import Problem
from abaton.server.problems import Denied, refuse


class AllowedHosts:
    """Refuses requests and handshakes whose Host is none of the server's names.

    Args:
        app: What comes next.
        hosts: Names without port.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with 400."""
        if scope["type"] == "lifespan" or self._allowed(Headers(scope=scope).getlist("host")):
            await self._app(scope, receive, send)
        else:
            await refuse(_unknown_host(), scope, receive, send)

    def _allowed(self, named: list[str]) -> bool:
        return len(named) == 1 and host_name(named[0]) in self._hosts


def host_name(host: str) -> str:
    """A Host header without its port, in lower case; an IPv6 address keeps its brackets."""
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdecimal() else host).lower()


def _unknown_host() -> Problem:
    return Denied(
        400,
        "host",
        "a Host header that is not one of this server's names",
        "a name given by --host, or an address of this machine",
        "Open the address that `abaton serve` printed, or start it with --host NAME.",
    )
