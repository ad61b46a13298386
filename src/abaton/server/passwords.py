"""Passwords: argon2id, in worker threads, at most a few at once because each takes memory on purpose."""

from dataclasses import dataclass

from anyio import CapacityLimiter, to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE = 2


@dataclass(frozen=True)
class Verdict:
    """Whether a password was right, and a fresh hash to store where the old one was made with other parameters."""

    right: bool
    rehashed: str | None = None


class Passwords:
    """Makes and checks password hashes.

    Args:
        hasher: argon2id with the parameters of now (RFC 9106's second choice: 64 MiB, 3 passes, 4 lanes).
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._nobody = self._hasher.hash("the password of an account that does not exist")
        self._limiter = CapacityLimiter(AT_ONCE)

    async def hash(self, password: str) -> str:
        """The hash to store, with its parameters and salt."""
        return await to_thread.run_sync(self._hasher.hash, password, limiter=self._limiter)

    async def check(self, stored: str | None, password: str) -> Verdict:
        """Compare a password with a stored hash; None, for no such account, takes as long and is never right."""
        return await to_thread.run_sync(self._check, stored, password, limiter=self._limiter)

    def _check(self, stored: str | None, password: str) -> Verdict:
        try:
            self._hasher.verify(stored or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return Verdict(right=False)
        if stored is None:
            return Verdict(right=False)
        outdated = self._hasher.check_needs_rehash(stored)
        return Verdict(right=True, rehashed=self._hasher.hash(password) if outdated else None)
