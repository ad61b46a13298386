"""Allowed hosts."""

import anyio
import pytest
from starlette.types import Message, Receive, Scope, Send

from abaton.server.middleware.hosts import AllowedHosts, host_name
from tests.server.made_clinics import World


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver.evil.example", "evil.example:443", "", "testserver:80:80", "testserver@evil"]
)
def test_other_hosts_are_refused_wherever_they_ask(world: World, host: str):
    for path in ("/", "/api/health", "/api/me"):
        refused = world.nobody.get(path, headers={"Host": host})
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, "host")


@pytest.mark.parametrize("host", ["testserver", "TESTSERVER", "testserver:8443"])
def test_our_names_pass_with_any_port_and_case(world: World, host: str):
    assert world.nobody.get("/api/health", headers={"Host": host}).status_code == 200


def test_host_names_lose_their_port_only():
    assert [host_name(host) for host in ("A:1", "[::1]:80", "[::1]", "10.0.0.1")] == ["a", "[::1]", "[::1]", "10.0.0.1"]


async def _never(_: Scope, __: Receive, ___: Send) -> None:
    raise AssertionError("passed")


async def _nothing() -> Message:
    return {"type": "websocket.connect"}


def _sent(headers: list[tuple[bytes, bytes]]) -> list[Message]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def run() -> None:
        await AllowedHosts(_never, frozenset({"ours"}))({"type": "websocket", "headers": headers}, _nothing, send)

    anyio.run(run)
    return sent


def test_a_handshake_for_another_host_or_for_two_is_refused():
    for headers in ([(b"host", b"other")], [(b"host", b"ours"), (b"host", b"other")], []):
        assert [message["type"] for message in _sent(headers)] == ["websocket.close"]


def test_a_socket_gets_the_very_channels_of_the_server():
    """Sockets are hot: no layer may stand between the room and the network."""
    passed: list[object] = []

    async def app(_: Scope, receive: Receive, send: Send) -> None:
        passed.extend((receive, send))

    async def send(_: Message) -> None: ...

    async def run() -> None:
        scope = {"type": "websocket", "headers": [(b"host", b"ours")]}
        await AllowedHosts(app, frozenset({"ours"}))(scope, _nothing, send)

    anyio.run(run)
    assert passed == [_nothing, send]
