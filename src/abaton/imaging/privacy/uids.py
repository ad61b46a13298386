"""Stand-ins for identifiers: always the same for one key, and of no use to who does not hold it."""

import hashlib
import hmac
import uuid
from base64 import b32encode
from typing import Any

import pydicom.uid

from abaton.core.errors import Problem

_library: Any = pydicom.uid
_REGISTERED: frozenset[str] = frozenset(_library.UID_dictionary)

KEY_BYTES = 16
"""The shortest key that is taken."""

SHIFT_DAYS = (400, 4000)
"""Dates are moved back by at least the first and by less than the second."""


def is_registered(uid: str) -> bool:
    """Whether the standard registers this UID, such as that of a SOP class: it names no instance."""
    return uid in _REGISTERED


class UidMap:
    """Replaces UIDs, patients' numbers and dates, deterministically for one key.

    Two imports with the same key agree, so that a later scan of the same patient finds the earlier one. Who holds the
    key can confirm a guess: keep it in the data folder, and never with scans that leave the clinic.

    Args:
        key: At least 16 secret bytes.

    Raises:
        Problem: The key is too short.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) < KEY_BYTES:
            raise Problem(
                "privacy_key",
                got=f"a key of {len(key)} bytes",
                expected=f"at least {KEY_BYTES} random bytes",
                next_step="Make one with secrets.token_bytes(32) and keep it in the data folder.",
            )
        self._key = bytes(key)

    def new(self, uid: str) -> str:
        """The UID that stands for another: under 2.25, a UUID of version 8 made by HMAC-SHA256 (PS3.5, B.2).

        UIDs that the standard registers, such as those of SOP classes, name no instance and stay.
        """
        plain = uid.strip().rstrip("\0")
        if is_registered(plain):
            return plain
        return f"2.25.{uuid.UUID(bytes=_as_uuid(self._digest(b'uid', plain)[:16])).int}"

    def pseudonym(self, patient: str) -> str:
        """A stand-in for a patient's number, 18 characters; empty for none."""
        return f"P-{b32encode(self._digest(b'patient', patient)[:10]).decode()}" if patient else ""

    def shift_days(self, patient: str) -> int:
        """How many days this patient's dates move; always negative, and the same for all of their dates."""
        low, high = SHIFT_DAYS
        return -(low + int.from_bytes(self._digest(b"days", patient)[:8], "big") % (high - low))

    def _digest(self, purpose: bytes, text: str) -> bytes:
        return hmac.new(self._key, purpose + b"\0" + text.encode("utf-8", "surrogateescape"), hashlib.sha256).digest()


def _as_uuid(raw: bytes) -> bytes:
    marked = bytearray(raw)
    marked[6] = (marked[6] & 0x0F) | 0x80
    marked[8] = (marked[8] & 0x3F) | 0x80
    return bytes(marked)
