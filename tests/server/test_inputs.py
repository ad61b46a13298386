"""Whatever is sent, the answer is a refusal or a success, never a failure of the server.

Each example is a request to some operation of a role: mostly with values that fit the document, so that they reach
the route, sometimes with anything at all.
"""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from abaton.server.openapi import document
from tests.server.made_clinics import Browser, World
from tests.server.test_access import ALLOWED

UNHURRIED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
DOCUMENT = document()
SCHEMAS = DOCUMENT["components"]["schemas"]
OPERATIONS = [
    (method.upper(), path, operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
    if not path.endswith(("/sign-out", "/password", "/close"))
]

wild_texts = st.text(max_size=30) | st.sampled_from(["", "\x00", "a" * 5000, "%00", "'; --", "2026-13-45", "\u202e"])
wild_numbers = st.integers() | st.floats() | st.sampled_from([2**53, -1, 10**400])
anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | wild_numbers | wild_texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(wild_texts, inner, max_size=3),
    max_leaves=6,
)
lines = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=40)
names = st.sampled_from(["swell_m", "weather", "birds", "sea", "nowhere"])
NUMBERS = {"boolean": st.booleans(), "number": st.floats(-10, 10), "integer": st.integers(-5, 600), "null": st.none()}


def fitting(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that fit a schema, at and within its edges, for the routes behind the models to see."""
    if "$ref" in schema:
        return fitting(SCHEMAS[schema["$ref"].rpartition("/")[2]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.one_of([fitting(one) for one in schema["anyOf"]])
    if schema["type"] == "object" and "properties" in schema:
        needed = schema.get("required", ())
        parts = {name: fitting(one) for name, one in schema["properties"].items()}
        optional = {name: part for name, part in parts.items() if name not in needed}
        return st.fixed_dictionaries({name: parts[name] for name in needed}, optional=optional)
    if schema["type"] == "object":
        return st.dictionaries(names, fitting(schema["additionalProperties"]), max_size=4)
    if schema["type"] != "string":
        return NUMBERS[schema["type"]]
    if schema.get("format") == "date":
        return st.dates().map(str)
    return _fitting_text(schema)


def _fitting_text(schema: dict[str, Any]) -> st.SearchStrategy[str]:
    pattern: str = schema.get("pattern", "")
    if "{26}" in pattern:
        return st.sampled_from(["PATIENT", "SESSION", "LEAD", "a" * 26])
    if "@" in pattern:
        return st.from_regex(r"[a-zé.+-]{1,20}@[a-z]{1,10}\.example", fullmatch=True)
    if pattern.startswith("^[a-z]"):
        return names
    return lines.map(lambda text: text.ljust(schema.get("minLength", 1), "~"))


def body_of(operation: dict[str, Any]) -> st.SearchStrategy[Any]:
    if "requestBody" not in operation:
        return st.none()
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    return st.one_of(fitting(schema), fitting(schema), fitting(schema), anything)


@st.composite
def requests(draw: st.DrawFn, who: str) -> tuple[str, str, Any, dict[str, str]]:
    method, path, operation = draw(
        st.sampled_from([one for one in OPERATIONS if who in ALLOWED[one[2]["operationId"]]])
    )
    query: dict[str, str] = {}
    for parameter in operation.get("parameters", ()):
        value = str(draw(st.one_of(fitting(parameter["schema"]), fitting(parameter["schema"]), wild_texts)))
        if parameter["in"] == "path":
            path = path.replace(
                "{" + parameter["name"] + "}", value if value.isascii() and value.isalnum() else _path_part(value)
            )
        elif draw(st.booleans()):
            query[parameter["name"]] = value
    return method, path, draw(body_of(operation)), query


def _path_part(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "replace")) or "-"


@pytest.mark.parametrize("who", ["lead", "admin"])
def test_no_request_makes_the_server_fail(world: World, who: str):
    session_id = world.session()
    known = {"PATIENT": world.mine.patient_id, "SESSION": session_id, "LEAD": world.mine.staff["second"].id}

    @settings(max_examples=150, deadline=None, suppress_health_check=UNHURRIED)
    @given(requests(who))
    def answered(request: tuple[str, str, Any, dict[str, str]]) -> None:
        method, path, body, query = request
        text = json.dumps([path, body, query])
        for name, value in known.items():
            text = text.replace(name, value)
        answer = send(world.signed_in(who), method, *json.loads(text))
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
