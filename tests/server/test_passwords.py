"""Password hashes."""

import anyio
from argon2 import PasswordHasher
from argon2.profiles import RFC_9106_LOW_MEMORY

from abaton.server.passwords import Passwords, Verdict

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Counting(PasswordHasher):
    """Counts how often a password is verified."""

    verified = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]  # noqa: A002
        self.verified += 1
        return super().verify(hash, password)


def check(passwords: Passwords, stored: str | None, password: str) -> Verdict:
    return anyio.run(passwords.check, stored, password)


def test_a_password_fits_its_own_hash_only():
    passwords = Passwords(QUICK)
    stored = anyio.run(passwords.hash, "pässword ☤")
    assert stored.startswith("$argon2id$")
    assert stored != anyio.run(passwords.hash, "pässword ☤")
    assert check(passwords, stored, "pässword ☤") == Verdict(right=True)
    assert check(passwords, stored, "password") == Verdict(right=False)


def test_an_unknown_account_costs_one_verification_and_is_never_right():
    hasher = Counting(time_cost=1, memory_cost=8, parallelism=1)
    passwords = Passwords(hasher)
    for password in ("anything", "the password of an account that does not exist"):
        hasher.verified = 0
        assert not check(passwords, None, password).right
        assert hasher.verified == 1


def test_a_damaged_hash_is_never_right():
    assert not check(Passwords(QUICK), "$argon2id$nonsense", "x").right


def test_other_parameters_are_brought_up_to_date():
    older = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash("x")
    verdict = check(Passwords(QUICK), older, "x")
    assert verdict.right
    assert verdict.rehashed is not None
    assert check(Passwords(QUICK), verdict.rehashed, "x") == Verdict(right=True)


def test_by_default_hashes_cost_what_rfc_9106_asks():
    stored = anyio.run(Passwords().hash, "x")
    wanted = RFC_9106_LOW_MEMORY
    assert f"m={wanted.memory_cost},t={wanted.time_cost},p={wanted.parallelism}" in stored
