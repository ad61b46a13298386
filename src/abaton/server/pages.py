"""The two pages and their files, as `make setup` built them."""

import secrets
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from abaton.server.access import PUBLIC, Anyone
from abaton.server.middleware.headers import CSP, content_security_policy
from abaton.server.services import WithServices

NONCE = "__CSP_NONCE__"
FOREVER = "public, max-age=31536000, immutable"
SMALLEST_COMPRESSED_BYTES = 1024

NOT_BUILT = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Abaton</title>
<h1>The pages are not built yet</h1>
<p>Run <code>make setup</code> in Abaton's folder, then load this page again.</p>
</html>
"""

router = APIRouter(include_in_schema=False, dependencies=[Anyone])


@router.get("/room")
async def room(services: WithServices) -> HTMLResponse:
    """What the subject's headset opens."""
    return _page(services.settings.static / "room.html")


@router.get("/{path:path}")
async def console(path: str, services: WithServices) -> HTMLResponse:
    """The console, at every address of its own; it knows which page belongs to it."""
    if path == "api" or path.startswith("api/"):
        raise HTTPException(404)
    return _page(services.settings.static / "console.html")


class PublicFiles(StaticFiles):
    """Files for anyone, with a rule for how long browsers may keep them."""

    def __init__(self, folder: Path, caching: str) -> None:
        super().__init__(directory=folder, check_dir=False)
        self._caching = caching

    async def check_config(self) -> None:
        """A folder that is not built yet is no mistake: its files are just not found."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, or 404."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = self._caching
        return response


class PublicMount(Mount):
    """Files under a path, for anyone; only in the log where more than usual is logged."""

    access = PUBLIC
    quiet = True

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As every mount, and say which route it was."""
        match, child = super().matches(scope)
        return match, {**child, "route": self}


def page_routes(static: Path) -> list[BaseRoute]:
    """The routes of pages and files; the last takes every address that nothing else has."""
    return [
        _files("/assets", static / "assets", FOREVER),
        *router.routes,
    ]


def _files(path: str, folder: Path, caching: str) -> PublicMount:
    # These hold no secret, so compressing them gives nothing away.
    compressed = GZipMiddleware(PublicFiles(folder, caching), minimum_size=SMALLEST_COMPRESSED_BYTES)
    return PublicMount(path, app=compressed)


def _page(built: Path) -> HTMLResponse:
    nonce = secrets.token_urlsafe(16)
    headers = {CSP: content_security_policy(nonce)}
    try:
        html = built.read_text("utf-8")
    except FileNotFoundError:
        return HTMLResponse(NOT_BUILT, 503, headers)
    return HTMLResponse(html.replace(NONCE, nonce), headers=headers)
