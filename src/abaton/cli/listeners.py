"""Serves one application on one or more addresses until it is told to end."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from abaton.core.errors import Problem
from abaton.server.live.protocol import DirectProtocol

LARGEST_FRAME_BYTES = 64 * 1024
SECONDS_TO_FINISH = 5


@dataclass(frozen=True)
class CertificateFiles:
    """A certificate with its chain, and its private key, in PEM form."""

    path: Path
    key_path: Path


@dataclass(frozen=True)
class Listener:
    """A bound socket, and the certificate that it shows, if any."""

    socket: socket.socket
    certificate: CertificateFiles | None = None

    @property
    def port(self) -> int:
        """The port in fact, where a free one was asked for."""
        return int(self.socket.getsockname()[1])


def listen(host: str, port: int, certificate: CertificateFiles | None = None) -> Listener:
    """Binds an address, so that its port is known before anything is served.

    Args:
        host: Address of this machine; `0.0.0.0` or `::` for all of them.
        port: Port, or 0 for a free one.
        certificate: Serve HTTPS with it.

    Raises:
        Problem: The address is another machine's, or the port is taken.
    """
    try:
        bound = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise Problem(
            "cannot_listen",
            got=f"{host} port {port} cannot be used: {error.strerror or error}",
            expected="an address of this machine with a free port",
            next_step="Stop the other program, or choose another port with --port (0 takes a free one).",
            kind="unavailable",
        ) from error
    return Listener(bound, certificate)


def serve_on(app: Starlette, listeners: Sequence[Listener]) -> None:
    """Serves `app` until SIGINT or SIGTERM; a second signal ends without waiting for open connections."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_serve(app, listeners))


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leaves signals alone: `_serve` takes them for all servers at once."""
        yield


async def _serve(app: Starlette, listeners: Sequence[Listener]) -> None:
    servers = [_Server(_config(app, listener)) for listener in listeners]

    def end(number: int, _: FrameType | None) -> None:
        for server in servers:
            server.handle_exit(number, None)

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        # One lifespan for all servers: the application starts once, whatever number of doors it has.
        async with app.router.lifespan_context(app):
            await asyncio.gather(
                *(server.serve([listener.socket]) for server, listener in zip(servers, listeners, strict=True))
            )
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _config(app: Starlette, listener: Listener) -> uvicorn.Config:
    certificate = listener.certificate
    return uvicorn.Config(
        app,
        ws=DirectProtocol,
        ws_max_size=LARGEST_FRAME_BYTES,
        ws_per_message_deflate=False,  # frames are small and many: compressing costs more time than it saves
        lifespan="off",
        log_config=None,
        access_log=False,  # addresses hold ids of patients
        server_header=False,
        timeout_graceful_shutdown=SECONDS_TO_FINISH,
        ssl_certfile=certificate.path if certificate else None,
        ssl_keyfile=certificate.key_path if certificate else None,
    )


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The faster event loop where it is installed, else None for Python's own."""
    if find_spec("uvloop") is None:
        return None
    import uvloop

    return uvloop.new_event_loop
