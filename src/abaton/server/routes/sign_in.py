"""Signing in and out, and the account that is signed in."""

from fastapi import APIRouter, Request, Response

from abaton.records import audit, practitioners, sign_ins
from abaton.records.practitioners import Credential
from abaton.records.transaction import Writing
from abaton.server import sign_in_cookie
from abaton.server.access import COOKIE, AnyCaller, Anyone, end_sign_in
from abaton.server.models.account import Me, PasswordChange, SignIn
from abaton.server.problems import Denied, too_many
from abaton.server.services import Services, WithServices, address_of
from abaton.server.weak_passwords import require_strong

router = APIRouter(prefix="/api", tags=["sign-in"])


@router.post("/sign-in", operation_id="sign_in", dependencies=[Anyone])
async def sign_in(body: SignIn, request: Request, response: Response, services: WithServices) -> Me:
    """Check the password and set the session's cookie."""
    _refuse_when_tried_too_often(services, body.email, address_of(request))
    credential = await services.read(lambda reading: practitioners.credential(reading, body.email))
    verdict = await services.passwords.check(
        credential.password_hash if credential else None, body.password.get_secret_value()
    )
    if credential is None or not verdict.right or not credential.active:
        await _failed(services, body.email, address_of(request), credential)
        raise Denied(
            401,
            "sign_in",
            "an email address and password that do not belong together",
            "those of an account of this server",
            "Check both. An administrator of your clinic can set a new password.",
        )
    known = credential

    def begin(writing: Writing) -> tuple[str, Me]:
        if verdict.rehashed:
            # Ends the account's other sign-ins too, as each change of the stored hash does.
            practitioners.change(writing, known.clinic_id, known.id, by=known.id, password_hash=verdict.rehashed)
        sign_ins.end(writing, request.cookies.get(COOKIE, ""))
        return sign_in_cookie.begin(writing, services, practitioners.get(writing, known.clinic_id, known.id))

    token, me = await services.write(begin)
    services.throttles.sign_in.succeeded((body.email, address_of(request)))
    sign_in_cookie.put(response, token)
    return me


@router.post("/sign-out", operation_id="sign_out", status_code=204)
async def sign_out(caller: AnyCaller, request: Request, response: Response, services: WithServices) -> None:
    """End this sign-in."""
    await end_sign_in(services, request.cookies[COOKIE])
    await services.rooms.signed_out(caller.practitioner_id)
    sign_in_cookie.drop(response)


@router.get("/me", operation_id="get_me")
async def get_me(caller: AnyCaller, services: WithServices) -> Me:
    """Who is signed in, and the token that unsafe requests must carry."""
    return await services.read(
        lambda reading: sign_in_cookie.me(
            reading, services, practitioners.get(reading, caller.clinic_id, caller.practitioner_id), caller.csrf
        )
    )


@router.put("/me/password", operation_id="change_password")
async def change_password(
    body: PasswordChange, caller: AnyCaller, request: Request, response: Response, services: WithServices
) -> Me:
    """Set a new password. All sign-ins of the account end, and this one goes on as a new one."""
    _refuse_when_tried_too_often(services, caller.email, address_of(request))
    credential = await services.read(lambda reading: practitioners.credential(reading, caller.email))
    verdict = await services.passwords.check(
        credential.password_hash if credential else None, body.current.get_secret_value()
    )
    if not verdict.right:
        await _failed(services, caller.email, address_of(request), credential)
        raise Denied(403, "password", "a wrong password", "the account's present password", "Type it again.")
    require_strong(body.new.get_secret_value(), caller.email, caller.name)
    password_hash = await services.passwords.hash(body.new.get_secret_value())

    def change(writing: Writing) -> tuple[str, Me]:
        by = caller.practitioner_id
        changed = practitioners.change(writing, caller.clinic_id, by, by=by, password_hash=password_hash)
        return sign_in_cookie.begin(writing, services, changed)

    token, me = await services.write(change)
    sign_in_cookie.put(response, token)
    return me


def _refuse_when_tried_too_often(services: Services, email: str, address: str) -> None:
    throttles = services.throttles
    wait_s = max(
        throttles.sign_in.wait_s((email, address)),
        throttles.sign_in_address.wait_s(address),
        throttles.sign_in_account.wait_s(email),
    )
    if wait_s:
        raise too_many(wait_s)


async def _failed(services: Services, email: str, address: str, credential: Credential | None) -> None:
    services.throttles.sign_in.failed((email, address))
    services.throttles.sign_in_address.failed(address)
    services.throttles.sign_in_account.failed(email)
    if credential is not None:
        await services.write(
            lambda writing: audit.append(
                writing, credential.clinic_id, "system", "sign_in_refused", "practitioner", credential.id
            )
        )
