"""Practitioners: the people who have an account in a clinic."""

from typing import Literal

import msgspec

from abaton.records.transaction import Reading, Writing

Role = Literal["admin", "lead", "observer"]


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
    raise NotImplementedError


def get(reading: Reading, clinic_id: str, practitioner_id: str) -> Practitioner:
    """The account with this id; raises Problem when the clinic has none such."""
    raise NotImplementedError


def of_clinic(reading: Reading, clinic_id: str) -> list[Practitioner]:
    """All accounts of the clinic, by name."""
    raise NotImplementedError


def credential(reading: Reading, email: str) -> Credential | None:
    """What to check a sign-in against, of whatever clinic; None for an unknown address."""
    raise NotImplementedError


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
    raise NotImplementedError
