"""Whatever is sent, the answer is a refusal or a success, never a failure of the server.

Each example is a request to some operation with a body of the right shape and values at and beyond its edges, or of
no shape at all.
"""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from abaton.server.openapi import document
from tests.server.made_clinics import Browser, World

UNHURRIED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
DOCUMENT = document()
SCHEMAS = DOCUMENT["components"]["schemas"]
OPERATIONS = [
    (method.upper(), path, operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
    if not path.endswith(("/sign-out", "/password", "/close"))
]

texts = st.text(max_size=30) | st.sampled_from(["", "\x00", "a" * 5000, "١٢٣", "%00", "'; --", "🏛", "2026-13-45"])
numbers = st.integers() | st.floats() | st.sampled_from([2**53, -1, 10**400])
anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


def fitting(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that mostly fit a schema, for the routes behind the models to see."""
    if "$ref" in schema:
        return fitting(SCHEMAS[schema["$ref"].rpartition("/")[2]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.one_of([fitting(one) for one in schema["anyOf"]])
    kind = schema.get("type")
    if kind == "object" and "properties" in schema:
        return st.fixed_dictionaries({name: fitting(one) for name, one in schema["properties"].items()})
    if kind == "object":
        return st.dictionaries(st.sampled_from(["swell_m", "weather", "x"]), fitting(schema["additionalProperties"]))
    plain = {"boolean": st.booleans(), "number": numbers, "integer": st.integers(), "null": st.none()}
    if kind in plain:
        return plain[kind]
    if schema.get("format") == "date":
        return st.dates().map(str) | texts
    return st.text(min_size=max(1, schema.get("minLength", 1)), max_size=40) | texts


def body_of(operation: dict[str, Any]) -> st.SearchStrategy[Any]:
    if "requestBody" not in operation:
        return st.none()
    return fitting(operation["requestBody"]["content"]["application/json"]["schema"]) | anything


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, str, Any, dict[str, str]]:
    method, path, operation = draw(st.sampled_from(OPERATIONS))
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path":
            known = {"experience": ["sea"]}.get(parameter["name"], ["PATIENT", "SESSION", "LEAD", "a" * 26])
            value = draw(st.sampled_from(known) | texts.map(_path_part))
            path = path.replace("{" + parameter["name"] + "}", value)
    names = [parameter["name"] for parameter in operation.get("parameters", ()) if parameter["in"] == "query"]
    query = {name: str(draw(texts | st.integers())) for name in names if draw(st.booleans())}
    return method, path, draw(body_of(operation)), query


def _path_part(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "replace")) or "-"


@pytest.mark.parametrize("who", ["lead", "admin"])
def test_no_request_makes_the_server_fail(world: World, who: str):
    session_id = world.session()
    known = {"PATIENT": world.mine.patient_id, "SESSION": session_id, "LEAD": world.mine.staff["second"].id}

    @settings(max_examples=150, deadline=None, suppress_health_check=UNHURRIED)
    @given(requests())
    def answered(request: tuple[str, str, Any, dict[str, str]]) -> None:
        method, path, body, query = request
        for name, value in known.items():
            path = path.replace(name, value)
        answer = send(world.signed_in(who), method, path, body, query)
        assert answer.status_code < 500, (request, answer.text)
        if answer.status_code >= 400:
            assert set(answer.json()["error"]) == {"code", "got", "expected", "next"}

    answered()


def send(browser: Browser, method: str, path: str, body: Any, query: dict[str, str]) -> Any:
    if body is None:
        return browser.call(method, path, params=query)
    content = _json(body)
    return browser.call(method, path, params=query, content=content, headers={"Content-Type": "application/json"})


def _json(body: Any) -> bytes:
    return json.dumps(body).encode("utf-8", "surrogatepass")


@settings(max_examples=60, deadline=None, suppress_health_check=UNHURRIED)
@given(content=st.binary(max_size=200), kind=st.sampled_from(["application/json", "text/plain", "", "x/y; charset=ü"]))
def test_no_bytes_make_the_server_fail(world: World, content: bytes, kind: str):
    headers = {"Content-Type": kind.encode("latin-1").decode("latin-1")}
    for path in ("/api/sign-in", "/api/pair", "/api/setup"):
        answer = world.nobody.call("POST", path, content=content, headers=_ascii(headers))
        assert answer.status_code in (400, 401, 403, 415, 422, 429)


def _ascii(headers: dict[str, str]) -> dict[str, str]:
    return {name: value.encode("ascii", "ignore").decode() for name, value in headers.items()}


@settings(max_examples=60, deadline=None, suppress_health_check=UNHURRIED)
@given(cookie=st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=80))
def test_no_cookie_makes_the_server_fail(world: World, cookie: str):
    for header in (cookie, f"__Host-abaton={cookie}"):
        assert world.nobody.get("/api/me", headers={"Cookie": header}).status_code == 401
