import contextlib
import http.client
import signal
import socket
import ssl
import threading
from collections.abc import AsyncGenerator, Callable
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from abaton.cli.listeners import CertificateFiles, listen, serve_on
from abaton.core.clock import SystemClock
from abaton.core.errors import Problem
from abaton.server.lan import ensure_certificate


def test_taken_port_is_told_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Problem, match=f"port {port} cannot be used") as caught:
            listen("127.0.0.1", port)
    assert "--port" in caught.value.next_step
    assert caught.value.kind == "unavailable"


def test_another_machines_address_is_refused() -> None:
    with pytest.raises(Problem, match=r"203\.0\.113\.9"):
        listen("203.0.113.9", 0)


def test_free_port_is_known_before_anything_is_served() -> None:
    listener = listen("127.0.0.1", 0)
    with listener.socket:
        assert listener.port > 0


def _end_after(work: Callable[[], None]) -> threading.Thread:
    """Does `work` beside the server, then ends it as Ctrl+C would."""

    def run() -> None:
        try:
            work()
        finally:
            signal.raise_signal(signal.SIGINT)

    return threading.Thread(target=run)


def test_one_application_is_served_on_every_listener_and_starts_once(tmp_path: Path) -> None:
    async def scheme(request: Request) -> PlainTextResponse:
        return PlainTextResponse(request.url.scheme)

    lived: list[str] = []

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        lived.append("started")
        yield
        lived.append("ended")

    app = Starlette(routes=[Route("/", scheme)], lifespan=lifespan)
    made = ensure_certificate(tmp_path, [IPv4Address("192.168.1.20")], SystemClock())
    plain = listen("127.0.0.1", 0)
    secure = listen("127.0.0.1", 0, CertificateFiles(made.path, made.key_path))
    answers: list[bytes] = []

    def ask() -> None:
        for connection in (
            http.client.HTTPConnection("127.0.0.1", plain.port, timeout=20),
            http.client.HTTPSConnection(
                "127.0.0.1", secure.port, timeout=20, context=ssl.create_default_context(cafile=made.path)
            ),
        ):
            connection.request("GET", "/")
            response = connection.getresponse()
            answers.append(response.read())
            assert response.getheader("server") is None
            connection.close()
        lived.append("asked")

    asking = _end_after(ask)
    asking.start()
    serve_on(app, [plain, secure])
    asking.join()
    assert answers == [b"http", b"https"]
    assert lived == ["started", "asked", "ended"]
