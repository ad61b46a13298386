"""Opaque identifiers: 128 random bits as 26 lower-case base32 characters."""

import base64
import secrets
from collections.abc import Callable

IDENTIFIER_LENGTH = 26


def new_id(random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """A new identifier; pass a source of bytes to make it repeatable."""
    return base64.b32encode(random_bytes(16)).decode().rstrip("=").lower()
