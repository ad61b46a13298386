"""One log line for each request, and the answer to what went wrong unforeseen.

A line names the route's template, never the address: no name, no query, no body is ever written.
"""

import traceback
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import FilteringBoundLogger

from abaton.core.clock import Clock
from abaton.core.ids import new_id
from abaton.server.problems import Denied, refuse


class RequestLog:
    """Gives each request an id, logs it when answered, and turns an unforeseen failure into a plain 500.

    Args:
        app: What comes next.
        log: Where lines go.
        clock: Tells how long a request took.
    """

    def __init__(self, app: ASGIApp, log: FilteringBoundLogger, clock: Clock) -> None:
        self._app = app
        self._log = log
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and log how it was answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = new_id()
        began_s = self._clock.monotonic_s()
        status = 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception as error:  # the last place where it can be answered
            self._log.error("failure", request_id=request_id, **_place(error))
            if not status:
                await refuse(_failure(request_id), scope, receive, noting)
        took_ms = round((self._clock.monotonic_s() - began_s) * 1000, 1)
        quiet = status < 400 and getattr(scope.get("route"), "quiet", False)
        write = self._log.debug if quiet else self._log.info
        write("request", request_id=request_id, status=status, took_ms=took_ms, **_request(scope))


def _request(scope: Scope) -> dict[str, Any]:
    route = getattr(scope.get("route"), "path", "unmatched")
    caller = scope.get("state", {}).get("caller")
    who = {} if caller is None else {"practitioner_id": caller.practitioner_id}
    return {"method": scope["method"], "route": route, **who}


def _place(error: BaseException) -> dict[str, Any]:
    """Where an error came from. Its message is left out, for it may quote a patient's data."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return {
        "error": type(error).__name__,
        "at": [f"{frame.filename.rpartition('/abaton/')[2]}:{frame.lineno} {frame.name}" for frame in frames],
    }


def _failure(request_id: str) -> Denied:
    return Denied(
        500,
        "failure",
        "an error in the server",
        "an answer",
        f"Try again. If it stays, give the administrator the number {request_id}.",
    )
