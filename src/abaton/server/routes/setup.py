"""The first administrator, by the one-time link that the server printed when it started."""

from fastapi import APIRouter, Request, Response

from abaton.records import clinics, practitioners, sign_ins
from abaton.records.transaction import Writing
from abaton.server import sign_in_cookie
from abaton.server.access import Anyone
from abaton.server.models.account import Me, Setup, SetupState
from abaton.server.problems import Denied, too_many
from abaton.server.services import Services, WithServices, address_of
from abaton.server.setup_link import PURPOSE
from abaton.server.weak_passwords import require_strong

router = APIRouter(prefix="/api/setup", tags=["setup"], dependencies=[Anyone])


@router.get("", operation_id="get_setup")
async def get_setup(services: WithServices) -> SetupState:
    """Say whether the first administrator is still to come."""
    return SetupState(needed=await services.read(lambda reading: not clinics.every(reading)))


@router.post("", operation_id="set_up", status_code=201)
async def set_up(body: Setup, request: Request, response: Response, services: WithServices) -> Me:
    """Make the first clinic and its administrator, and sign them in."""
    address = address_of(request)
    throttle = services.throttles.setup
    if wait_s := throttle.wait_s(address):
        raise too_many(wait_s)
    require_strong(body.password.get_secret_value(), body.email, body.name, body.clinic_name)
    password_hash = await services.passwords.hash(body.password.get_secret_value())
    try:
        token, me = await services.write(lambda writing: _first(writing, services, body, password_hash))
    except Denied:
        throttle.failed(address)
        raise
    sign_in_cookie.put(response, token)
    return me


def _first(writing: Writing, services: Services, body: Setup, password_hash: str) -> tuple[str, Me]:
    if clinics.every(writing) or not sign_ins.use_link(writing, PURPOSE, body.link):
        raise Denied(
            403,
            "setup_link",
            "a link that is wrong, used or older than a day",
            "the link that `abaton serve` printed last, on a server that is not set up yet",
            "Start the server again for a new link, or sign in if it is set up.",
        )
    clinic = clinics.add(writing, body.clinic_name, time_zone=services.settings.time_zone)
    administrator = practitioners.add(
        writing,
        clinic.id,
        name=body.name,
        email=body.email,
        password_hash=password_hash,
        role="admin",
        by="setup",
    )
    return sign_in_cookie.begin(writing, services, administrator)
