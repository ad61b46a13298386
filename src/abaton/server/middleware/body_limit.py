"""A limit for request bodies, whether their length is announced or they come in chunks."""

import contextlib

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from abaton.server.problems import Denied, refuse


class _TooLong(Exception):
    pass


class BodyLimit:
    """Refuses a longer body with 413, at the latest when the byte too many arrives.

    Args:
        app: What comes next.
        max_bytes: The most that a body may have.
    """

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and count its body as it is read."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isdecimal() or int(announced) > self._max_bytes:
            await refuse(self._problem(), scope, receive, send)
            return
        await self._counted(scope, receive, send)

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        seen = 0
        too_long = False
        started = False

        async def counting() -> Message:
            nonlocal seen, too_long
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._max_bytes:
                too_long = True
                raise _TooLong
            return message

        async def noting(message: Message) -> None:
            nonlocal started
            # The framework makes a 400 of any failure to read a body; the true reason is told here instead.
            if too_long:
                return
            started = True
            await send(message)

        with contextlib.suppress(_TooLong):
            await self._app(scope, counting, noting)
        if too_long and not started:
            await refuse(self._problem(), scope, receive, send)

    def _problem(self) -> Denied:
        most = f"at most {self._max_bytes // 1024} KiB"
        return Denied(413, "too_large", "a body that is too long", most, "Send less at once.")
