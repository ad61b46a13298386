"""Pairing codes: how a headset finds its session. One code, one headset, ten minutes, five tries.

The first three characters of a code say which pairing is meant, so that a wrong try counts against that one only;
the other five are the secret. A new code for a session cancels the one before, and the device that uses it takes the
place of the device before.
"""

import hashlib
import hmac

import msgspec

from abaton.core.errors import Problem
from abaton.core.ids import new_id
from abaton.core.tokens import new_code, new_token, tidy_code, token_hash
from abaton.records import audit, sessions, tables
from abaton.records.transaction import Reading, Writing

LIFETIME_S = 600
TRIES = 5
SELECTOR_LENGTH = 3

_TABLE = tables.pairing


class Issued(msgspec.Struct, frozen=True):
    """A code to be shown to the lead, once."""

    code: str
    expires_us: int


class Paired(msgspec.Struct, frozen=True):
    """A device that belongs to a session."""

    clinic_id: str
    session_id: str


class _Pairing(msgspec.Struct, frozen=True):
    id: str
    clinic_id: str
    session_id: str
    selector: str
    code_hash: bytes
    expires_us: int
    tries: int


_NOBODY = _Pairing("", "", "", "", bytes(32), 0, 0)


def issue(writing: Writing, clinic_id: str, session_id: str, *, by: str) -> Issued:
    """A new code for a session that is not closed; codes given before stop working."""
    session = sessions.get(writing, clinic_id, session_id)
    if session.state == "closed":
        raise Problem(
            "session_closed",
            got="a session that is closed",
            expected="one that is planned or open",
            next_step="Start a new session for the patient.",
            kind="conflict",
        )
    now_us = writing.clock.now_us()
    live = (_TABLE.c.session_id == session_id, _TABLE.c.used_us.is_(None), _TABLE.c.cancelled_us.is_(None))
    writing.change(_TABLE, clinic_id, *live, values={"cancelled_us": now_us})
    code = _unused_code(writing, now_us)
    pairing = _Pairing(
        id=new_id(),
        clinic_id=clinic_id,
        session_id=session_id,
        selector=code[:SELECTOR_LENGTH],
        code_hash=b"",
        expires_us=now_us + LIFETIME_S * 1_000_000,
        tries=0,
    )
    pairing = msgspec.structs.replace(pairing, code_hash=_code_hash(pairing.id, code))
    writing.insert(_TABLE, clinic_id, pairing, created_us=now_us)
    audit.append(writing, clinic_id, by, "issue_code", "session", session_id, {"pairing": pairing.id})
    return Issued(code, pairing.expires_us)


def redeem(writing: Writing, typed: str) -> tuple[Paired, str] | None:
    """Use a code up and return the session and the device's token, or None when the code does not work.

    A wrong try is counted, so let the transaction end well in both cases. None does not say why, and takes as long.
    """
    code, now_us = tidy_code(typed), writing.clock.now_us()
    found = _live(writing, code[:SELECTOR_LENGTH], now_us, lock=True)
    meant = found[0] if found else _NOBODY
    right = hmac.compare_digest(meant.code_hash, _code_hash(meant.id, code)) and bool(found)
    if not right:
        _count_try(writing, meant)
        return None
    of_session = (_TABLE.c.session_id == meant.session_id, _TABLE.c.device_token_hash.is_not(None))
    writing.change(_TABLE, meant.clinic_id, *of_session, values={"device_token_hash": None})
    token = new_token()
    values = {"used_us": now_us, "device_token_hash": token_hash(token)}
    writing.change(_TABLE, meant.clinic_id, _TABLE.c.id == meant.id, values=values)
    audit.append(writing, meant.clinic_id, "subject", "pair", "session", meant.session_id, {"pairing": meant.id})
    return Paired(meant.clinic_id, meant.session_id), token


def find_device(reading: Reading, token: str) -> Paired | None:
    """The session that a device's token opens; None once it is closed or another device took the place."""
    found = reading.find_anywhere(Paired, _TABLE, _TABLE.c.device_token_hash == token_hash(token))
    if not found or sessions.get(reading, found[0].clinic_id, found[0].session_id).state == "closed":
        return None
    return found[0]


def _live(reading: Reading, selector: str, now_us: int, *, lock: bool = False) -> list[_Pairing]:
    column = _TABLE.c
    usable = (column.used_us.is_(None), column.cancelled_us.is_(None), column.expires_us > now_us, column.tries < TRIES)
    return reading.find_anywhere(_Pairing, _TABLE, column.selector == selector, *usable, limit=1, lock=lock)


def _unused_code(writing: Writing, now_us: int) -> str:
    while True:
        code = new_code()
        if not _live(writing, code[:SELECTOR_LENGTH], now_us):
            return code


def _count_try(writing: Writing, meant: _Pairing) -> None:
    # Written also when nothing was meant, so that an unknown code takes as long as a wrong one.
    values = {"tries": _TABLE.c.tries + 1}
    counted = writing.change(_TABLE, meant.clinic_id, _TABLE.c.id == meant.id, values=values)
    if counted and meant.tries + 1 >= TRIES:
        audit.append(
            writing, meant.clinic_id, "subject", "code_spent", "session", meant.session_id, {"pairing": meant.id}
        )


def _code_hash(pairing_id: str, code: str) -> bytes:
    # A code has 40 bits and lives for ten minutes and five tries; the id keeps it from being looked up in a table.
    return hashlib.sha256(f"{pairing_id}:{code}".encode()).digest()
