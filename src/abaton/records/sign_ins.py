"""Sign-ins, kept by the hash of an opaque token, and links that work once."""

import msgspec

from abaton.records.practitioners import Practitioner
from abaton.records.transaction import Reading, Writing


class SignIn(msgspec.Struct, frozen=True):
    """A practitioner's sign-in. `csrf` must come back with every unsafe request."""

    token_hash: bytes
    clinic_id: str
    practitioner_id: str
    csrf: str
    created_us: int
    expires_us: int


def start(writing: Writing, clinic_id: str, practitioner_id: str, *, lifetime_s: float) -> tuple[str, SignIn]:
    """Sign a practitioner in; returns the token, which is kept nowhere, and the record."""
    raise NotImplementedError


def find(reading: Reading, token: str) -> tuple[SignIn, Practitioner] | None:
    """Who holds this token; None when it is unknown or expired or the account is not active."""
    raise NotImplementedError


def end(writing: Writing, token: str) -> None:
    """Sign out; an unknown token is no error."""
    raise NotImplementedError


def end_all(writing: Writing, clinic_id: str, practitioner_id: str) -> None:
    """Sign a practitioner out everywhere."""
    raise NotImplementedError


def issue_link(writing: Writing, purpose: str, *, lifetime_s: float) -> str:
    """The secret of a link that works once, such as the first administrator's (`setup`); cancels earlier ones."""
    raise NotImplementedError


def use_link(writing: Writing, purpose: str, secret: str) -> bool:
    """Use the link up; False when it is unknown, expired, used, or meant for something else."""
    raise NotImplementedError
