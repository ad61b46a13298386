"""Signing in, the first administrator, and the clinic's accounts."""

from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field, SecretStr, StringConstraints

from abaton.server.models.common import Identifier, Model, PersonName

Email = Annotated[
    str,
    StringConstraints(
        max_length=254,
        pattern=r"^[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]{1,189}$",
        to_lower=True,
        strip_whitespace=True,
    ),
]
NewPassword = Annotated[SecretStr, Field(min_length=12, max_length=256)]
"""At least 12 characters, any characters; no rules of composition, as ASVS 5.0 6.2.5 asks."""

GivenPassword = Annotated[SecretStr, Field(min_length=1, max_length=256)]


class AccountRole(StrEnum):
    """What an account may do: `admin` keeps accounts and audit, `lead` leads sessions, `observer` reads."""

    ADMIN = "admin"
    LEAD = "lead"
    OBSERVER = "observer"


class SetupState(Model):
    """Whether this server still waits for its first administrator."""

    needed: bool


class Setup(Model):
    """The first administrator; `link` is the token of the one-time link that `abaton serve` printed."""

    link: Annotated[str, StringConstraints(min_length=1, max_length=128)]
    clinic_name: PersonName
    name: PersonName
    email: Email
    password: NewPassword


class SignIn(Model):
    """Who signs in."""

    email: Email
    password: GivenPassword


class Me(Model):
    """The signed-in account. Send `csrf` as the header `X-Abaton-CSRF` with every unsafe request."""

    practitioner_id: Identifier
    name: str
    email: str
    role: AccountRole
    clinic_name: str
    csrf: str
    demo: bool = Field(description="This server holds a made-up clinic, for trying Abaton.")


class PasswordChange(Model):
    """A new password for the signed-in account; ends its other sign-ins."""

    current: GivenPassword
    new: NewPassword


class Practitioner(Model):
    """An account of the clinic."""

    id: Identifier
    name: str
    email: str
    role: AccountRole
    active: bool
    created_at: AwareDatetime


class PractitionerNew(Model):
    """A new account of the clinic."""

    name: PersonName
    email: Email
    role: AccountRole
    password: NewPassword


class PractitionerChange(Model):
    """What to change of an account. A new role, a new password or `active: false` ends its sign-ins."""

    name: PersonName | None = None
    role: AccountRole | None = None
    active: bool | None = None
    password: NewPassword | None = None
