"""Refusals as responses: always the same body, always without the data that caused them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from abaton.core.errors import Kind, Problem

MOST_TOLD = 8
"""Faults of one request that are told at once."""

STATUS: Mapping[Kind, int] = {
    "invalid": 422,
    "not_found": 404,
    "conflict": 409,
    "refused": 403,
    "unavailable": 503,
}


class Denied(Problem):
    """A refusal with a status code of its own, such as 401 or 429."""

    def __init__(
        self, status: int, code: str, got: str, expected: str, next_step: str, retry_after_s: int | None = None
    ) -> None:
        super().__init__(code, got, expected, next_step, "refused")
        self.status = status
        self.retry_after_s = retry_after_s


def too_many(wait_s: int) -> Denied:
    """The refusal of someone who failed too often."""
    return Denied(
        429, "too_many", "too many failed tries", f"the next one in {wait_s} s", "Wait, then try again.", wait_s
    )


def response_to(problem: Problem) -> JSONResponse:
    """The response that tells a problem."""
    status = problem.status if isinstance(problem, Denied) else STATUS[problem.kind]
    headers: dict[str, str] = {}
    if isinstance(problem, Denied) and problem.retry_after_s is not None:
        headers["Retry-After"] = str(problem.retry_after_s)
    told = {
        "code": problem.code,
        "got": problem.got,
        "expected": problem.expected,
        "next": problem.next_step,
    }
    return JSONResponse({"error": told}, status, headers)


async def refuse(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer an HTTP request or a socket's handshake with a problem, from a middleware."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": problem.code})
        return
    await response_to(problem)(scope, receive, send)


def add_handlers(app: FastAPI) -> None:
    """Answer every refusal, of ours or of the framework's, with the same body."""

    @app.exception_handler(Problem)
    async def on_problem(_: Request, problem: Problem) -> JSONResponse:
        return response_to(problem)

    @app.exception_handler(RequestValidationError)
    async def on_invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        return response_to(_invalid(error.errors()))

    @app.exception_handler(HTTPException)
    async def on_http(_: Request, error: HTTPException) -> JSONResponse:
        code, got, expected = _HTTP.get(error.status_code, _HTTP[400])
        response = response_to(Denied(error.status_code, code, got, expected, "Check address, method and body."))
        response.headers.update(error.headers or {})
        return response

    del on_problem, on_invalid, on_http


def _invalid(errors: Sequence[Mapping[str, Any]]) -> Problem:
    # The message of a validator names the rule, never the value, so no patient data comes back.
    rules = sorted({f"{_place(error['loc'])}: {error['msg']}" for error in errors})[:MOST_TOLD]
    places = ", ".join(sorted({_place(error["loc"]) for error in errors})[:MOST_TOLD])
    return Problem(
        "invalid", f"a request whose {places} cannot be taken", "; ".join(rules), "Correct it and send it again."
    )


_HTTP = {
    400: ("malformed", "a body that cannot be read", "JSON as the interface describes it"),
    404: ("not_found", "an address that leads nowhere", "an address of this server"),
    405: ("method", "a method that this address does not have", "one of those in the Allow header"),
    501: ("not_built", "a request for something that is not built yet", "a newer version"),
}


def _place(location: Iterable[Any]) -> str:
    return ".".join(str(part) for part in location)
