"""What the routes work with. One object, made by `create_app`, found through the request; nothing is global."""

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, TypeVar, cast

from anyio import BrokenWorkerProcess, to_process, to_thread
from fastapi import Depends
from starlette.requests import HTTPConnection
from structlog.typing import FilteringBoundLogger

from abaton.core.clock import Clock
from abaton.core.errors import Kind, Problem
from abaton.live.experience import Experience
from abaton.records.database import Database
from abaton.records.transaction import Reading, Writing
from abaton.server.idleness import Idleness
from abaton.server.passwords import Passwords
from abaton.server.recordings import Recordings
from abaton.server.rooms import Rooms
from abaton.server.settings import ServerSettings
from abaton.server.throttle import Throttle

Made = TypeVar("Made")

COMPUTE_NICENESS = 10
"""Computing a report yields to the rooms where both want the same core."""


@dataclass(frozen=True)
class Throttles:
    """Limits on failures, each with its own keys.

    Attributes:
        sign_in: By account and address.
        sign_in_address: By address alone, against many accounts tried from one place.
        sign_in_account: By account alone, against one account tried from many places.
        pairing: By address.
        setup: By address.
    """

    sign_in: Throttle
    sign_in_address: Throttle
    sign_in_account: Throttle
    pairing: Throttle
    setup: Throttle

    @classmethod
    def standard(cls, clock: Clock) -> "Throttles":
        """The limits of the product."""
        quarter_s = 15 * 60.0
        return cls(
            sign_in=Throttle(clock, 5, quarter_s),
            sign_in_address=Throttle(clock, 50, quarter_s),
            sign_in_account=Throttle(clock, 50, quarter_s),
            pairing=Throttle(clock, 10, 10 * 60.0),
            setup=Throttle(clock, 10, quarter_s),
        )


class Compute(Protocol):
    """Runs a pure function that takes long, away from the event loop and its rooms."""

    async def __call__(self, function: Callable[..., Made], *arguments: Any) -> Made:
        """The function's result."""
        ...


async def in_process(function: Callable[..., Made], *arguments: Any) -> Made:
    """Run a function in a process of its own, for a thread would make the rooms' ticks wait for it.

    Raises:
        Problem: What the function raised, or that the process ended before it was done.
    """
    try:
        made = await to_process.run_sync(_after_the_rooms, function, *arguments)
    except BrokenWorkerProcess as error:
        raise Problem(
            "computing",
            "a computing process that ended before it was done",
            "memory and processor time for it",
            "Try again in a moment. If it stays, look at the memory of the server.",
            "unavailable",
        ) from error
    if isinstance(made, _Refused):
        raise Problem(made.code, made.got, made.expected, made.next_step, made.kind)
    return made


@dataclass(frozen=True)
class _Refused:
    """A problem in a form that goes from one process to another."""

    code: str
    got: str
    expected: str
    next_step: str
    kind: Kind


def _after_the_rooms(function: Callable[..., Made], *arguments: Any) -> Made | _Refused:
    if hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, 0, COMPUTE_NICENESS)
    try:
        return function(*arguments)
    except Problem as problem:
        return _Refused(problem.code, problem.got, problem.expected, problem.next_step, problem.kind)


def random_seed() -> int:
    """A seed for a room's random generator, which a browser's numbers can hold."""
    return secrets.randbits(53)


@dataclass(frozen=True)
class Services:
    """Everything that routes need."""

    settings: ServerSettings
    database: Database
    clock: Clock
    rooms: Rooms
    recordings: Recordings
    experiences: Mapping[str, type[Experience]]
    passwords: Passwords
    throttles: Throttles
    idleness: Idleness
    log: FilteringBoundLogger
    compute: Compute
    new_seed: Callable[[], int]

    async def in_thread(self, work: Callable[[], Made]) -> Made:
        """Run work that blocks in a worker thread."""
        return await to_thread.run_sync(work)

    async def read(self, query: Callable[[Reading], Made]) -> Made:
        """Run a query in a worker thread."""

        def work() -> Made:
            with self.database.read() as reading:
                return query(reading)

        return await to_thread.run_sync(work)

    async def write(self, change: Callable[[Writing], Made]) -> Made:
        """Run a change in a worker thread; it is durable when this returns, and undone when it raises."""

        def work() -> Made:
            with self.database.write() as writing:
                return change(writing)

        return await to_thread.run_sync(work)


def services_of(connection: HTTPConnection) -> Services:
    """The services behind a request or socket."""
    return cast("Services", connection.app.state.services)


WithServices = Annotated[Services, Depends(services_of)]


def address_of(connection: HTTPConnection) -> str:
    """The address that a request came from, for throttling. A proxy's headers are uvicorn's to judge."""
    return connection.client.host if connection.client else "unknown"
