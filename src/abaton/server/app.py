"""Puts the server together. Everything that it works with is passed in."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from structlog.typing import FilteringBoundLogger

from abaton.core.clock import Clock
from abaton.live.experience import Experience
from abaton.records.database import Database
from abaton.server.access import require_declared
from abaton.server.idleness import Idleness
from abaton.server.middleware.body_limit import BodyLimit
from abaton.server.middleware.headers import SecurityHeaders
from abaton.server.middleware.hosts import AllowedHosts
from abaton.server.middleware.requests import RequestLog
from abaton.server.pages import page_routes
from abaton.server.passwords import Passwords
from abaton.server.problems import add_handlers
from abaton.server.recordings import NoRecordings, Recordings
from abaton.server.rooms import NoRooms, Rooms
from abaton.server.routes import api_routes
from abaton.server.services import Compute, Services, Throttles, in_process, random_seed
from abaton.server.settings import ServerSettings


def create_app(
    settings: ServerSettings,
    *,
    database: Database,
    clock: Clock,
    experiences: Mapping[str, type[Experience]],
    log: FilteringBoundLogger,
    rooms: Rooms | None = None,
    recordings: Recordings | None = None,
    sockets: Sequence[BaseRoute] = (),
    passwords: Passwords | None = None,
    compute: Compute = in_process,
) -> FastAPI:
    """The application; raises UndeclaredAccessError where a route does not say who may call it.

    Args:
        settings: How it is reached and what it serves.
        database: The records, open and migrated; whoever opened them closes them after the app.
        clock: Time.
        experiences: What is installed, by name.
        log: The server's own log.
        rooms: The live rooms; started and stopped with the app.
        recordings: The recorded streams.
        sockets: Socket routes, each with its access declared (`DeclaredSocketRoute`).
        passwords: How passwords are hashed.
        compute: How replays are computed away from the rooms.
    """
    parts = (rooms or NoRooms(), recordings or NoRecordings(), experiences, passwords or Passwords())
    limits = (Throttles.standard(clock), Idleness(clock, settings.idle_s))
    services = Services(settings, database, clock, *parts, *limits, log, compute, random_seed)
    return _assemble(services, [*api_routes(), *sockets, *page_routes(settings.static)])


def _assemble(services: Services, routes: list[BaseRoute]) -> FastAPI:
    require_declared(routes)
    app = FastAPI(
        title="Abaton",
        routes=routes,
        middleware=_middleware(services),
        lifespan=lambda _: _running(services),
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.services = services
    add_handlers(app)
    return app


def _middleware(services: Services) -> list[Middleware]:
    settings = services.settings
    return [
        Middleware(SecurityHeaders, https=settings.https),
        Middleware(RequestLog, log=services.log, clock=services.clock),
        Middleware(AllowedHosts, hosts=settings.hosts),
        Middleware(BodyLimit, max_bytes=settings.max_body_bytes),
    ]


def _running(services: Services) -> AbstractAsyncContextManager[None]:
    @asynccontextmanager
    async def run() -> AsyncGenerator[None]:
        await services.rooms.start()
        try:
            yield
        finally:
            await services.rooms.stop()

    return run()
