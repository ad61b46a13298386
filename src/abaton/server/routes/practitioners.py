"""The clinic's accounts, kept by its administrators."""

from typing import Annotated

from fastapi import APIRouter, Path

from abaton.records import practitioners
from abaton.server import views
from abaton.server.access import AdminCaller
from abaton.server.models.account import Practitioner, PractitionerChange, PractitionerNew
from abaton.server.models.common import Identifier
from abaton.server.services import WithServices
from abaton.server.weak_passwords import require_strong

router = APIRouter(prefix="/api/practitioners", tags=["practitioners"])


@router.get("", operation_id="list_practitioners")
async def list_practitioners(caller: AdminCaller, services: WithServices) -> list[Practitioner]:
    """All accounts of the clinic, by name."""
    found = await services.read(lambda reading: practitioners.of_clinic(reading, caller.clinic_id))
    return [views.practitioner(account) for account in found]


@router.post("", operation_id="create_practitioner", status_code=201)
async def create_practitioner(body: PractitionerNew, caller: AdminCaller, services: WithServices) -> Practitioner:
    """Make an account."""
    require_strong(body.password.get_secret_value(), body.email, body.name)
    password_hash = await services.passwords.hash(body.password.get_secret_value())
    made = await services.write(
        lambda writing: practitioners.add(
            writing,
            caller.clinic_id,
            name=body.name,
            email=body.email,
            password_hash=password_hash,
            role=body.role.value,
            by=caller.practitioner_id,
        )
    )
    return views.practitioner(made)


@router.patch("/{practitioner_id}", operation_id="change_practitioner")
async def change_practitioner(
    practitioner_id: Annotated[Identifier, Path()],
    body: PractitionerChange,
    caller: AdminCaller,
    services: WithServices,
) -> Practitioner:
    """Change an account."""
    password_hash = None
    if body.password is not None:
        require_strong(body.password.get_secret_value(), body.name or "")
        password_hash = await services.passwords.hash(body.password.get_secret_value())
    changed = await services.write(
        lambda writing: practitioners.change(
            writing,
            caller.clinic_id,
            practitioner_id,
            by=caller.practitioner_id,
            name=body.name,
            role=body.role.value if body.role else None,
            active=body.active,
            password_hash=password_hash,
        )
    )
    if body.role is not None or body.active is False or password_hash is not None:
        await services.rooms.signed_out(practitioner_id)
    return views.practitioner(changed)
