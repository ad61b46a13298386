"""Serves the built console as the server does: one page for every address, under the strict policy, with a nonce."""

import http.server
import mimetypes
import secrets
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

STATIC = Path(__file__).parents[2] / "src" / "abaton" / "server" / "static"

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; media-src 'self' blob:; worker-src 'self'; "
    "manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)


@contextmanager
def serve_console(static: Path = STATIC) -> Generator[str]:
    """Serves the console from a free port until the block ends; gives its address without a slash."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = static / urlsplit(self.path).path.lstrip("/")
            page = not path.is_file()
            nonce = secrets.token_urlsafe(16)
            body = (static / "console.html" if page else path).read_bytes()
            self.send_response(200)
            self.send_header("Content-Type", "text/html" if page else mimetypes.guess_type(path)[0] or "")
            self.send_header("Content-Security-Policy", _POLICY.format(nonce=nonce))
            self.end_headers()
            self.wfile.write(body.replace(b"__CSP_NONCE__", nonce.encode()) if page else body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base names it so
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
