"""Passwords that are easily guessed."""

import pytest

from abaton.core.errors import Problem
from abaton.server.weak_passwords import require_strong


@pytest.mark.parametrize(
    "weak",
    [
        "password1234",
        "Password!2026",
        "P@ssw0rd1234",
        "passwordpassword",
        "qwertyuiop123",
        "QwertyQwerty",
        "123456789012",
        "210987654321",
        "1q2w3e4r5t6y",
        "1qaz2wsx3edc",
        "abcdefghijkl",
        "aaaaaaaaaaaa",
        "121212121212",
        "administrator",
        "Welcome20262026",
        "hygieia@2026",
        "kos-clinic-kos",
    ],
)
def test_what_is_guessed_first_is_refused(weak: str):
    with pytest.raises(Problem) as refused:
        require_strong(weak, "hygieia@example.org", "kos-clinic-kos")
    assert refused.value.code == "weak_password"
    assert weak not in str(refused.value)


@pytest.mark.parametrize(
    "strong",
    ["eleven olive trees", "correct horse staple", "hygieia's seven herons", "x7#kQ9!mZ2pL", "παλιό καΐκι στο νησί"],
)
def test_anything_else_is_taken(strong: str):
    require_strong(strong, "hygieia@example.org", "Hygieia of Kos")
