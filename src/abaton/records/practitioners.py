"""Practitioners: the people who have an account in a clinic."""

from typing import Literal

import msgspec
from sqlalchemy import delete

from abaton.core.errors import Problem, not_found
from abaton.core.ids import new_id
from abaton.records import audit, tables
from abaton.records.transaction import Reading, Writing

Role = Literal["admin", "lead", "observer"]

_TABLE = tables.practitioner


class Practitioner(msgspec.Struct, frozen=True):
    """An account. `email` is lower case and belongs to one account of the whole installation."""

    id: str
    clinic_id: str
    name: str
    email: str
    role: Role
    active: bool
    created_us: int


class Credential(msgspec.Struct, frozen=True):
    """What signing in needs to know of an account; `password_hash` is an argon2 string made by the server."""

    id: str
    clinic_id: str
    password_hash: str
    active: bool


def add(
    writing: Writing, clinic_id: str, *, name: str, email: str, password_hash: str, role: Role, by: str
) -> Practitioner:
    """Make an account; raises Problem `email_taken` when the address has one already."""
    practitioner = Practitioner(
        id=new_id(),
        clinic_id=clinic_id,
        name=name,
        email=email.strip().lower(),
        role=role,
        active=True,
        created_us=writing.clock.now_us(),
    )
    if credential(writing, email) is not None:
        raise Problem(
            "email_taken",
            got="an e-mail address that has an account already",
            expected="an address of its own for each account",
            next_step="Use another address, or make the existing account active again.",
            kind="conflict",
        )
    writing.insert(_TABLE, clinic_id, practitioner, password_hash=password_hash)
    audit.append(writing, clinic_id, by, "create", "practitioner", practitioner.id, {"role": role})
    return practitioner


def get(reading: Reading, clinic_id: str, practitioner_id: str) -> Practitioner:
    """The account with this id; raises Problem when the clinic has none such."""
    found = reading.find(Practitioner, _TABLE, clinic_id, _TABLE.c.id == practitioner_id)
    if not found:
        raise not_found("practitioner", practitioner_id)
    return found[0]


def of_clinic(reading: Reading, clinic_id: str) -> list[Practitioner]:
    """All accounts of the clinic, by name."""
    return reading.find(Practitioner, _TABLE, clinic_id, order=(_TABLE.c.name, _TABLE.c.id))


def credential(reading: Reading, email: str) -> Credential | None:
    """What to check a sign-in against, of whatever clinic; None for an unknown address."""
    found = reading.find_anywhere(Credential, _TABLE, _TABLE.c.email == email.strip().lower())
    return found[0] if found else None


def change(
    writing: Writing,
    clinic_id: str,
    practitioner_id: str,
    *,
    by: str,
    name: str | None = None,
    role: Role | None = None,
    active: bool | None = None,
    password_hash: str | None = None,
) -> Practitioner:
    """Change what is given. A changed role or password, or `active=False`, ends the account's sign-ins.

    Raises:
        Problem: `last_admin` when the clinic would be left without an active administrator.
    """
    before = get(writing, clinic_id, practitioner_id)
    given = {"name": name, "role": role, "active": active, "password_hash": password_hash}
    values = {field: value for field, value in given.items() if value is not None}
    if not values:
        return before
    writing.change(_TABLE, clinic_id, _TABLE.c.id == practitioner_id, values=values)
    # Looked at after the change, so that on PostgreSQL the rows that count are held until the end.
    was_admin = before.role == "admin" and before.active
    accounts = _accounts_held(writing, clinic_id)
    if was_admin and not any(account.role == "admin" and account.active for account in accounts):
        raise Problem(
            "last_admin",
            got="a change that leaves the clinic without an active administrator",
            expected="at least one",
            next_step="Make someone else an administrator first.",
            kind="refused",
        )
    if password_hash is not None or active is False or (role is not None and role != before.role):
        ended = delete(tables.sign_in).where(
            tables.sign_in.c.clinic_id == clinic_id, tables.sign_in.c.practitioner_id == practitioner_id
        )
        writing.connection.execute(ended)
    audit.append(writing, clinic_id, by, "change", "practitioner", practitioner_id, {"fields": ",".join(values)})
    return get(writing, clinic_id, practitioner_id)


def _accounts_held(writing: Writing, clinic_id: str) -> list[Practitioner]:
    return writing.find(Practitioner, _TABLE, clinic_id, order=(_TABLE.c.id,), lock=True)
