"""Secrets that are shown once and kept only as a hash: sign-in tokens, device tokens, links, pairing codes."""

import hashlib
import secrets
from collections.abc import Callable

CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Digits and capitals without 0, 1, I and O, which are easily mistaken for each other: 32 characters."""

CODE_LENGTH = 8


def new_token(random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """A secret of 256 random bits as 64 hexadecimal characters."""
    return random_bytes(32).hex()


def token_hash(token: str) -> bytes:
    """SHA-256 of a token: enough for a secret of 256 random bits, and it can be looked up by index."""
    return hashlib.sha256(token.encode()).digest()


def new_code(random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """A pairing code: 8 characters of an unambiguous alphabet, 40 random bits."""
    return "".join(CODE_ALPHABET[byte % len(CODE_ALPHABET)] for byte in random_bytes(CODE_LENGTH))


def tidy_code(typed: str) -> str:
    """A code as a person typed it, brought to the form of `new_code`: capitals, without spaces, hyphens and the like.

    What is no code stays none: too long, too short or empty.
    """
    return "".join(sign for sign in typed[:64].upper() if sign in CODE_ALPHABET)
