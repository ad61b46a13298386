"""The security headers of every response."""

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CSP = "Content-Security-Policy"

_OFF = (
    "accelerometer", "camera", "display-capture", "encrypted-media", "geolocation", "gyroscope", "hid",
    "idle-detection", "local-fonts", "magnetometer", "midi", "payment", "picture-in-picture",
    "publickey-credentials-create", "publickey-credentials-get", "serial", "storage-access", "sync-xhr", "usb",
    "window-management",
)  # fmt: skip
_OURS = ("bluetooth", "microphone", "xr-spatial-tracking")

PERMISSIONS = ", ".join([*(f"{feature}=(self)" for feature in _OURS), *(f"{feature}=()" for feature in _OFF)])


def content_security_policy(nonce: str | None = None) -> str:
    """The policy of a page; with a nonce its own style elements are allowed."""
    own_styles = f" 'nonce-{nonce}'" if nonce else ""
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'{own_styles}; style-src-attr 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; media-src 'self' blob:; "
        "worker-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    )


class SecurityHeaders:
    """Adds the headers that make browsers strict. A route may set its own policy and caching; the rest is fixed.

    Args:
        app: What comes next.
        https: Also tell browsers to come by https only.
    """

    def __init__(self, app: ASGIApp, https: bool) -> None:
        self._app = app
        self._fixed: Mapping[str, str] = {
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Permissions-Policy": PERMISSIONS,
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            **({"Strict-Transport-Security": "max-age=31536000; includeSubDomains"} if https else {}),
        }
        self._defaults = {CSP: content_security_policy(), "Cache-Control": "no-store"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add headers to its response."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def adding(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._fixed)
                for name, value in self._defaults.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, adding)
