"""The emulated headset that other tests rely on behaves as a headset does."""

import http.server
import threading
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page


class _EmptyPage(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Empty</title><link rel=icon href=data:,><canvas></canvas>")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture(scope="module")
def empty_page() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _EmptyPage) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_trigger_sends_events_in_the_order_of_the_specification(
    open_page: Callable[..., Page], empty_page: str
) -> None:
    page = open_page(empty_page, headset=True)
    events = page.evaluate("""async () => {
        const session = await navigator.xr.requestSession('immersive-vr');
        const gl = document.querySelector('canvas').getContext('webgl2', {xrCompatible: true});
        await session.updateRenderState({baseLayer: new XRWebGLLayer(session, gl)});
        const events = [];
        for (const type of ['selectstart', 'select', 'selectend'])
            session.addEventListener(type, () => events.push(type));
        const frames = count => new Promise(resolve => {
            const step = () => count-- > 0 ? session.requestAnimationFrame(step) : resolve();
            session.requestAnimationFrame(step);
        });
        await frames(3);
        headset.controllers.right.updateButtonValue('trigger', 1);
        await frames(3);
        events.push('held');
        headset.controllers.right.updateButtonValue('trigger', 0);
        await frames(3);
        await session.end();
        return events;
    }""")
    assert events == ["selectstart", "held", "select", "selectend"]


def test_webgl_is_drawn_in_software(open_page: Callable[..., Page], empty_page: str) -> None:
    page = open_page(empty_page)
    renderer = page.evaluate("""() => {
        const gl = document.querySelector('canvas').getContext('webgl2');
        return gl.getParameter(gl.getExtension('WEBGL_debug_renderer_info').UNMASKED_RENDERER_WEBGL);
    }""")
    assert any(name in renderer for name in ("llvmpipe", "SwiftShader"))
