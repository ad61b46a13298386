"""Who may call a route. Every route declares it, and an app with a route that does not refuses to start."""

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.requests import HTTPConnection
from starlette.routing import BaseRoute, WebSocketRoute

from abaton.core.tokens import token_hash
from abaton.records import sign_ins
from abaton.server.models.account import AccountRole
from abaton.server.origin import check_origin
from abaton.server.problems import Denied
from abaton.server.services import Services, services_of

COOKIE = "__Host-abaton"
CSRF_HEADER = "X-Abaton-CSRF"
BACKGROUND_HEADER = "X-Abaton-Background"
"""On requests that a page makes by itself, so that a page left open does not keep its sign-in alive."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Caller:
    """The signed-in account behind a request."""

    practitioner_id: str
    clinic_id: str
    role: AccountRole
    name: str
    email: str
    csrf: str


@dataclass(frozen=True)
class Access:
    """The roles that may call a route. As a dependency it lets a request pass, or refuses it."""

    roles: frozenset[AccountRole]

    async def __call__(self, request: Request) -> Caller:
        """Check origin, sign-in, CSRF token and role, in this order."""
        require_origin(request)
        caller = await signed_in(request)
        if caller is None:
            raise _not_signed_in()
        if request.method not in SAFE and not _same(request.headers.get(CSRF_HEADER, ""), caller.csrf):
            raise Denied(
                403,
                "csrf",
                f"a request without the right {CSRF_HEADER} header",
                "the token that GET /api/me gave to this sign-in",
                "Load the page again.",
            )
        if caller.role not in self.roles:
            able = " or ".join(sorted(self.roles))
            raise Denied(403, "role", f"a request of an account with role {caller.role}", able, f"Ask a {able}.")
        return caller


@dataclass(frozen=True)
class Public:
    """Anyone may call the route, from a page of this server."""

    async def __call__(self, request: Request) -> None:
        """Check the origin."""
        require_origin(request)


PUBLIC = Public()
SIGNED_IN = Access(frozenset(AccountRole))
ADMINS = Access(frozenset({AccountRole.ADMIN}))
LEADS = Access(frozenset({AccountRole.LEAD}))
CLINICIANS = Access(frozenset({AccountRole.LEAD, AccountRole.OBSERVER}))

AnyCaller = Annotated[Caller, Depends(SIGNED_IN)]
AdminCaller = Annotated[Caller, Depends(ADMINS)]
LeadCaller = Annotated[Caller, Depends(LEADS)]
ClinicalCaller = Annotated[Caller, Depends(CLINICIANS)]
Anyone = Depends(PUBLIC)


async def signed_in(connection: HTTPConnection) -> Caller | None:
    """Who is signed in on a request or socket, or None. Counts as use unless it says that nobody asked for it."""
    token = connection.cookies.get(COOKIE, "")
    if not token:
        return None
    services = services_of(connection)
    found = await services.read(lambda reading: sign_ins.find(reading, token))
    if found is None:
        return None
    sign_in, practitioner = found
    if services.idleness.over(sign_in.token_hash):
        await end_sign_in(services, token)
        return None
    if BACKGROUND_HEADER not in connection.headers:
        services.idleness.used(sign_in.token_hash)
    caller = Caller(
        practitioner.id,
        practitioner.clinic_id,
        AccountRole(practitioner.role),
        practitioner.name,
        practitioner.email,
        sign_in.csrf,
    )
    connection.state.caller = caller
    return caller


def keep_signed_in(connection: HTTPConnection) -> None:
    """Count work on a socket as use of the sign-in that opened it, so that no session is lost by leading it."""
    services_of(connection).idleness.used(token_hash(connection.cookies.get(COOKIE, "")))


async def end_sign_in(services: Services, token: str) -> None:
    """Sign out."""
    await services.write(lambda writing: sign_ins.end(writing, token))
    services.idleness.forget(token_hash(token))


def require_origin(request: Request) -> None:
    """Refuse an unsafe request that does not come from a page of this server."""
    if request.method in SAFE or check_origin(request.headers, services_of(request).settings):
        return
    raise Denied(
        403,
        "origin",
        "a request that did not come from a page of this server",
        "an Origin header with this server's address",
        "Open this server's own page and do it there.",
    )


class UndeclaredAccessError(Exception):
    """A route says nothing of who may call it; the app must not start."""


class DeclaredSocketRoute(WebSocketRoute):
    """A socket whose endpoint checks its callers itself, by `check_origin`, `signed_in` and device tokens."""

    access = CLINICIANS


def declared(route: BaseRoute) -> Access | Public | None:
    """The access that a route declares, or None."""
    if isinstance(route, APIRoute):
        found = [call for call in _calls(route.dependant) if isinstance(call, Access | Public)]
        return found[0] if len(found) == 1 else None
    return getattr(route, "access", None)


def require_declared(routes: Iterable[BaseRoute]) -> None:
    """Raise UndeclaredAccessError unless every route declares who may call it, exactly once."""
    for route in routes:
        if not isinstance(declared(route), Access | Public):
            raise UndeclaredAccessError(f"{route}: expected one declared access; add a caller or `Anyone` to it")


def _calls(dependant: Dependant) -> Iterator[object]:
    for dependency in dependant.dependencies:
        yield dependency.call
        yield from _calls(dependency)


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())


def _not_signed_in() -> Denied:
    return Denied(
        401,
        "signed_out",
        "a request of nobody, or of a sign-in that has ended",
        "a signed-in account",
        "Sign in. A sign-in ends after 30 minutes without use and after 12 hours.",
    )
