"""Sign-ins, kept by the hash of an opaque token, and links that work once."""

import msgspec
from sqlalchemy import delete, insert, update

from abaton.core.tokens import new_token, token_hash
from abaton.records import audit, practitioners, tables
from abaton.records.practitioners import Practitioner
from abaton.records.transaction import Reading, Writing

_TABLE = tables.sign_in
_LINK = tables.one_time_link


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
    token, now_us = new_token(), writing.clock.now_us()
    sign_in = SignIn(
        token_hash=token_hash(token),
        clinic_id=clinic_id,
        practitioner_id=practitioner_id,
        csrf=new_token(),
        created_us=now_us,
        expires_us=now_us + round(lifetime_s * 1e6),
    )
    writing.connection.execute(delete(_TABLE).where(_TABLE.c.expires_us <= now_us))
    writing.insert(_TABLE, clinic_id, sign_in)
    audit.append(writing, clinic_id, practitioner_id, "sign_in", "practitioner", practitioner_id)
    return token, sign_in


def find(reading: Reading, token: str) -> tuple[SignIn, Practitioner] | None:
    """Who holds this token; None when it is unknown or expired or the account is not active."""
    now_us = reading.clock.now_us()
    found = reading.find_anywhere(
        SignIn, _TABLE, _TABLE.c.token_hash == token_hash(token), _TABLE.c.expires_us > now_us
    )
    if not found:
        return None
    practitioner = practitioners.get(reading, found[0].clinic_id, found[0].practitioner_id)
    return (found[0], practitioner) if practitioner.active else None


def end(writing: Writing, token: str) -> None:
    """Sign out; an unknown token is no error."""
    hashed = token_hash(token)
    for sign_in in writing.find_anywhere(SignIn, _TABLE, _TABLE.c.token_hash == hashed):
        who = sign_in.practitioner_id
        writing.connection.execute(delete(_TABLE).where(_TABLE.c.token_hash == hashed))
        audit.append(writing, sign_in.clinic_id, who, "sign_out", "practitioner", who)


def end_all(writing: Writing, clinic_id: str, practitioner_id: str) -> None:
    """Sign a practitioner out everywhere."""
    mine = (_TABLE.c.clinic_id == clinic_id, _TABLE.c.practitioner_id == practitioner_id)
    writing.connection.execute(delete(_TABLE).where(*mine))


def issue_link(writing: Writing, purpose: str, *, lifetime_s: float) -> str:
    """The secret of a link that works once, such as the first administrator's (`setup`); cancels earlier ones."""
    secret, now_us = new_token(), writing.clock.now_us()
    writing.connection.execute(delete(_LINK).where(_LINK.c.purpose == purpose))
    values = {
        "token_hash": token_hash(secret),
        "purpose": purpose,
        "created_us": now_us,
        "expires_us": now_us + round(lifetime_s * 1e6),
    }
    writing.connection.execute(insert(_LINK).values(values))
    return secret


def use_link(writing: Writing, purpose: str, secret: str) -> bool:
    """Use the link up; False when it is unknown, expired, used, or meant for something else."""
    now_us = writing.clock.now_us()
    unused = (
        _LINK.c.token_hash == token_hash(secret),
        _LINK.c.purpose == purpose,
        _LINK.c.used_us.is_(None),
        _LINK.c.expires_us > now_us,
    )
    return writing.connection.execute(update(_LINK).where(*unused).values(used_us=now_us)).rowcount == 1
