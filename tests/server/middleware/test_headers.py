"""The headers of every response, whatever it is."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abaton.server.middleware.headers import content_security_policy
from tests.server.made_clinics import World

EVERYTHING = ["/", "/room", "/api/health", "/api/me", "/api/nowhere", "/assets/room-A1b2.js", "/assets/nowhere.js"]
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def strict(headers: httpx.Headers) -> None:
    assert {name: headers.get(name) for name in FIXED} == FIXED
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe-eval" not in policy
    assert "script-src 'self';" in policy
    features = dict(one.split("=") for one in headers["Permissions-Policy"].split(", "))
    allowed = {feature for feature, who in features.items() if who != "()"}
    assert allowed == {"xr-spatial-tracking", "bluetooth", "microphone"}
    assert {features[feature] for feature in allowed} == {"(self)"}
    assert {"camera", "geolocation", "usb", "display-capture"} <= set(features)
    assert len(headers["X-Request-ID"]) == 26


@pytest.mark.parametrize("path", EVERYTHING)
def test_every_response_is_strict(world: World, path: str):
    answer = world.nobody.get(path)
    strict(answer.headers)
    assert "Strict-Transport-Security" not in answer.headers
    assert "Server" not in answer.headers


def test_refusals_before_any_route_are_strict_too(world: World):
    refused = [
        world.nobody.get("/", headers={"Host": "evil.example"}),
        world.nobody.call("POST", "/api/pair", content=b"x" * 300_000),
        world.nobody.call("BREW", "/api/health"),
        world.nobody.call("POST", "/api/pair", content=b"{"),
    ]
    assert [answer.status_code for answer in refused] == [400, 413, 405, 422]
    for answer in refused:
        strict(answer.headers)
        assert answer.headers["Cache-Control"] == "no-store"
        assert set(answer.json()["error"]) == {"code", "got", "expected", "next"}


@pytest.mark.parametrize(
    ("path", "caching"),
    [
        ("/", "no-store"),
        ("/room", "no-store"),
        ("/api/health", "no-store"),
        ("/assets/room-A1b2.js", "public, max-age=31536000, immutable"),
        ("/assets/nowhere.js", "no-store"),
    ],
)
def test_only_hashed_files_may_be_kept(world: World, path: str, caching: str):
    assert world.nobody.get(path).headers["Cache-Control"] == caching


@given(st.text(alphabet="abcDEF123-_", min_size=1))
def test_a_nonce_is_for_styles_alone(nonce: str):
    policy = dict(part.split(" ", 1) for part in content_security_policy(nonce).split("; "))
    assert [name for name, value in policy.items() if nonce in value and f"'nonce-{nonce}'" in value] == ["style-src"]
    assert policy["script-src"] == "'self'"
