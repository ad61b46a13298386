"""Pages under watch: whatever a page does wrong while a test uses it fails that test."""

import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, WebSocket

_ROOT = Path(__file__).parents[2]
_IWER = _ROOT / "client" / "node_modules" / "iwer" / "build" / "iwer.min.js"
_HEADSET = Path(__file__).with_name("headset.js")


class Watch:
    """Opens pages and keeps what went wrong in them.

    A problem is an uncaught error, a console error or a request to any host but the page's own.
    """

    def __init__(self, browser: Browser) -> None:
        self.problems: list[str] = []
        self.pages: list[Page] = []
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    def new_context(
        self, *, headset: bool = False, viewport: tuple[int, int] = (1280, 800), **options: object
    ) -> BrowserContext:
        """Makes a browser profile of its own, with its own cookies, closed after the test.

        Args:
            headset: Emulate a Meta Quest 3, moved by tests through `window.headset`.
            viewport: Width and height of the page in pixels.
            options: Passed to Playwright's `Browser.new_context`.
        """
        width, height = viewport
        context = self._browser.new_context(
            viewport={"width": width, "height": height},
            reduced_motion="reduce",
            **options,  # pyright: ignore[reportArgumentType]
        )
        context.set_default_timeout(60_000)
        if headset:
            context.add_init_script(path=_IWER)
            context.add_init_script(path=_HEADSET)
        self._contexts.append(context)
        return context

    def open(
        self,
        address: str,
        context: BrowserContext | None = None,
        *,
        expect: Sequence[str] = (),
        **options: object,
    ) -> Page:
        """Opens `address` and watches the page until the test ends.

        Args:
            address: Where to go, with scheme and host; every other host is out of bounds.
            context: The profile to open it in; a new one made with `options` where none is given.
            expect: Regular expressions of problems that the test provokes on purpose.
            options: Passed to `new_context`.
        """
        page = (context or self.new_context(**options)).new_page()  # pyright: ignore[reportArgumentType]
        self.pages.append(page)
        host = urlsplit(address).netloc

        def note(problem: str) -> None:
            if not any(re.search(pattern, problem) for pattern in expect):
                self.problems.append(problem)

        def on_console(message: ConsoleMessage) -> None:
            if message.type == "error":
                note(f"console error: {message.text} ({message.location.get('url', '')})")

        def on_traffic(source: Request | WebSocket) -> None:
            target = urlsplit(source.url)
            if target.scheme in ("http", "https", "ws", "wss") and target.netloc != host:
                note(f"request to an outside host: {source.url}")

        page.on("pageerror", lambda error: note(f"uncaught error: {error}"))
        page.on("console", on_console)
        page.on("request", on_traffic)
        page.on("websocket", on_traffic)
        page.goto(address)
        return page

    def close(self) -> None:
        """Closes every profile, and with it its pages."""
        for context in self._contexts:
            context.close()
