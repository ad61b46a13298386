"""The cookie that holds a sign-in's token, and the answer that goes with it."""

from fastapi import Response

from abaton.records import clinics, sign_ins
from abaton.records.practitioners import Practitioner
from abaton.records.transaction import Reading, Writing
from abaton.server.access import COOKIE
from abaton.server.models.account import AccountRole, Me
from abaton.server.services import Services


def begin(writing: Writing, services: Services, practitioner: Practitioner) -> tuple[str, Me]:
    """Start a sign-in; returns its token for the cookie, and the answer."""
    token, sign_in = sign_ins.start(
        writing, practitioner.clinic_id, practitioner.id, lifetime_s=services.settings.sign_in_s
    )
    return token, me(writing, services, practitioner, sign_in.csrf)


def me(reading: Reading, services: Services, practitioner: Practitioner, csrf: str) -> Me:
    """Who is signed in."""
    return Me(
        practitioner_id=practitioner.id,
        name=practitioner.name,
        email=practitioner.email,
        role=AccountRole(practitioner.role),
        clinic_name=clinics.get(reading, practitioner.clinic_id).name,
        csrf=csrf,
        demo=services.settings.demo,
    )


def put(response: Response, token: str) -> None:
    """Set the cookie. It has no age, so that it goes when the browser closes; the records end it in any case."""
    response.set_cookie(COOKIE, token, path="/", secure=True, httponly=True, samesite="strict")


def drop(response: Response) -> None:
    """Take the cookie back."""
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")
