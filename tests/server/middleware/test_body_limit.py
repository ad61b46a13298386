"""Bodies that are too long, announced or in chunks."""

from collections.abc import Iterator

import anyio
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from abaton.server.middleware.body_limit import BodyLimit
from tests.server.made_clinics import World

LIMIT = 1024


async def _echo_length(scope: Scope, receive: Receive, send: Send) -> None:
    length = len(await Request(scope, receive).body())
    await PlainTextResponse(str(length))(scope, receive, send)


def _answer(chunks: list[int], announced: bytes | None) -> tuple[int, bytes]:
    """Status and body of the answer to a request with chunks of these lengths."""
    headers = [] if announced is None else [(b"content-length", announced)]
    arriving = [
        {"type": "http.request", "body": b"x" * length, "more_body": number + 1 < len(chunks)}
        for number, length in enumerate(chunks)
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return arriving.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    async def run() -> None:
        await BodyLimit(_echo_length, LIMIT)({"type": "http", "method": "POST", "headers": headers}, receive, send)

    anyio.run(run)
    return sent[0]["status"], sent[1]["body"]


@given(st.lists(st.integers(0, 600), min_size=1, max_size=6))
def test_the_sum_of_the_chunks_decides(chunks: list[int]):
    status, body = _answer(chunks, None)
    if sum(chunks) <= LIMIT:
        assert (status, body) == (200, str(sum(chunks)).encode())
    else:
        assert status == 413


def test_an_announced_length_is_refused_before_anything_is_read():
    assert _answer([0], b"1025")[0] == 413
    assert _answer([1024], b"1024")[0] == 200


def test_a_length_that_is_no_number_is_refused():
    assert [_answer([1], length)[0] for length in (b"-1", b"1e9", b"", b"0x10")] == [413] * 4


def test_a_chunked_body_is_refused_by_the_whole_server(world: World):
    def chunks() -> Iterator[bytes]:
        yield b'{"code": "'
        for _ in range(300):
            yield b"A" * 1024
        yield b'"}'

    refused = world.nobody.call("POST", "/api/pair", content=chunks(), headers={"Content-Type": "application/json"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (413, "too_large")
