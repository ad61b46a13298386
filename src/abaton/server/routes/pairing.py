"""Pairing the subject's device with a session by a short code.

A code dies of five wrong tries, of ten minutes, of use, and of the next code. An address that failed ten times within
ten minutes must wait, so that nobody kills the codes of a clinic by trying them all. The lead must still admit
whoever got in. Every refusal is the same, and takes as long.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Request

from abaton.records import pairings, sessions
from abaton.records.transaction import Writing
from abaton.server.access import Anyone, LeadCaller
from abaton.server.models.common import Identifier
from abaton.server.models.session import Paired, Pairing, PairingCode
from abaton.server.problems import Denied, too_many
from abaton.server.services import WithServices, address_of
from abaton.server.session_view import require_lead, require_unclosed
from abaton.server.views import at

router = APIRouter(prefix="/api", tags=["pairing"])


@router.post("/sessions/{session_id}/pairing", operation_id="create_pairing", status_code=201)
async def create_pairing(
    session_id: Annotated[Identifier, Path()], caller: LeadCaller, services: WithServices
) -> Pairing:
    """Make a code for the subject's device, as the session's lead. The code before it ends."""

    def issue(writing: Writing) -> pairings.Issued:
        session = sessions.get(writing, caller.clinic_id, session_id)
        require_lead(session, caller)
        require_unclosed(session)
        return pairings.issue(writing, caller.clinic_id, session_id, by=caller.practitioner_id)

    issued = await services.write(issue)
    return Pairing(code=issued.code, expires_at=at(issued.expires_us))


@router.post("/pair", operation_id="pair", dependencies=[Anyone])
async def pair(body: PairingCode, request: Request, services: WithServices) -> Paired:
    """Give the device that knows the code a token for the session's lobby."""
    throttle, address = services.throttles.pairing, address_of(request)
    if wait_s := throttle.wait_s(address):
        raise too_many(wait_s)
    redeemed = await services.write(lambda writing: _redeem(writing, body.code))
    if redeemed is None:
        throttle.failed(address)
        raise Denied(
            403,
            "pairing_code",
            "a code that is wrong, used, replaced or older than ten minutes",
            "the eight characters that the lead reads out now",
            "Type it again, or ask the lead for a new code.",
        )
    paired, token = redeemed
    throttle.succeeded(address)
    await services.rooms.paired(paired.session_id)
    return Paired(session_id=paired.session_id, token=token)


def _redeem(writing: Writing, code: str) -> tuple[pairings.Paired, str] | None:
    redeemed = pairings.redeem(writing, code)
    if redeemed is None:
        return None
    paired, _ = redeemed
    closed = sessions.get(writing, paired.clinic_id, paired.session_id).state == "closed"
    return None if closed else redeemed
