"""Who may call a route. Every route declares it, and an app with a route that does not refuses to start."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from abaton.server.models.account import AccountRole


@dataclass(frozen=True)
class Caller:
    """The signed-in account behind a request."""

    practitioner_id: str
    clinic_id: str
    role: AccountRole
    name: str


@dataclass(frozen=True)
class Access:
    """The roles that may call a route."""

    roles: frozenset[AccountRole]

    async def __call__(self, request: Request) -> Caller:
        """Let the request pass, or refuse it."""
        raise NotImplementedError


@dataclass(frozen=True)
class Public:
    """Anyone may call the route."""

    async def __call__(self, request: Request) -> None:
        """Let the request pass, or refuse it."""


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


class UndeclaredAccessError(Exception):
    """A route says nothing of who may call it; the app must not start."""


def declared(route: APIRoute) -> Access | Public | None:
    """The access that a route declares, or None."""
    found = [call for call in _calls(route.dependant) if isinstance(call, Access | Public)]
    return found[0] if len(found) == 1 else None


def require_declared(routes: Iterable[BaseRoute]) -> None:
    """Raise UndeclaredAccessError unless every API route declares who may call it, once."""
    for route in routes:
        if isinstance(route, APIRoute) and declared(route) is None:
            raise UndeclaredAccessError(f"{route.path}: expected one declared access; add a caller or `Anyone` to it")


def _calls(dependant: Dependant) -> Iterator[object]:
    for dependency in dependant.dependencies:
        yield dependency.call
        yield from _calls(dependency)
