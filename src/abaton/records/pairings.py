"""Pairing codes: how a headset finds its session. One code, one headset, ten minutes, five tries.

The first three characters of a code say which pairing is meant, so that a wrong try counts against that one only;
the other five are the secret. A new code for a session cancels the one before, and the device that uses it takes the
place of the device before.
"""

import msgspec

from abaton.records.transaction import Reading, Writing

LIFETIME_S = 600
TRIES = 5


class Issued(msgspec.Struct, frozen=True):
    """A code to be shown to the lead, once."""

    code: str
    expires_us: int


class Paired(msgspec.Struct, frozen=True):
    """A device that belongs to a session."""

    clinic_id: str
    session_id: str


def issue(writing: Writing, clinic_id: str, session_id: str, *, by: str) -> Issued:
    """A new code for a session that is not closed; codes given before stop working."""
    raise NotImplementedError


def redeem(writing: Writing, typed: str) -> tuple[Paired, str] | None:
    """Use a code up and return the session and the device's token, or None when the code does not work.

    A wrong try is counted, so let the transaction end well in both cases. None does not say why, and takes as long.
    """
    raise NotImplementedError


def find_device(reading: Reading, token: str) -> Paired | None:
    """The session that a device's token opens; None once it is closed or another device took the place."""
    raise NotImplementedError
