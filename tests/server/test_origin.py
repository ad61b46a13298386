"""Whether a request comes from our own page."""

import pytest
from starlette.datastructures import Headers

from abaton.server.origin import check_origin
from abaton.server.settings import ServerSettings


def trusted(origin: str | None, host: str = "clinic.example:8443", https: bool = False) -> bool:
    headers = {"host": host} | ({} if origin is None else {"origin": origin})
    return check_origin(Headers(headers), ServerSettings(https=https))


@pytest.mark.parametrize(
    "origin", ["https://clinic.example:8443", "http://clinic.example:8443", "https://CLINIC.example:8443"]
)
def test_our_own_page_is_trusted(origin: str):
    assert trusted(origin)


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "",
        "null",
        "clinic.example:8443",
        "https://clinic.example",
        "https://clinic.example:9999",
        "https://clinic.example:8443.evil.example",
        "https://evil.example/clinic.example:8443",
        "https://user@clinic.example:8443",
        "file://clinic.example:8443",
        "https://[",
    ],
)
def test_any_other_is_not(origin: str | None):
    assert not trusted(origin)


def test_a_server_behind_https_trusts_no_plain_page():
    assert trusted("https://clinic.example:8443", https=True)
    assert not trusted("http://clinic.example:8443", https=True)


def test_two_origins_are_none():
    raw = [(b"host", b"a"), (b"origin", b"https://a"), (b"origin", b"https://b")]
    assert not check_origin(Headers(raw=raw), ServerSettings())
