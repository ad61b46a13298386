"""Passwords that are long enough and still the first to be guessed.

Lists of leaked passwords show how people reach twelve characters: a common word with digits after it, a walk over
the keyboard, one thing repeated, or their own name. These four are refused; nothing else is asked of a password.
"""

import re

from abaton.core.errors import Problem

_WORDS = frozenset((
    "abaton", "administrator", "admin", "asdfghjkl", "baseball", "changeme", "clinic", "computer",
    "doctor", "dragon", "football", "hello", "hospital", "iloveyou", "letmein", "login", "master",
    "medicine", "michael", "monkey", "nurse", "pass", "password", "patient", "princess", "qwerty",
    "qwertyuiop", "root", "secret", "shadow", "sunshine", "superman", "therapy", "trustno", "test",
    "user", "welcome", "whatever", "zxcvbnm",
))  # fmt: skip
_WALKS = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertyuiop1234567890",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "zaq12wsxcde34rfvbgt56yhnmju78ik",
)
_LOOKALIKES = str.maketrans("013457@$!", "oieastasi")
_FEWEST_CHARACTERS = 5
_LEAST_ADDED = 6
_SHORTEST_OWN_WORD = 4


def require_strong(password: str, *own_words: str) -> None:
    """Raise Problem for a password that is among the first to be guessed.

    Args:
        password: The new password.
        own_words: What belongs to its owner: email address, names.
    """
    plain = password.lower()
    if _is_weak(plain) or any(_is_hardly_more_than(plain, word) for word in _parts(own_words)):
        raise Problem(
            "weak_password",
            "a password that is easily guessed",
            "one that is no common word with digits, no row of keys, no repetition and not your own name",
            "Take a few words that only you would put together.",
        )


def _is_weak(plain: str) -> bool:
    word = re.sub(r"[\W\d_]+$", "", plain)
    walks = any(plain in walk or plain in walk[::-1] for walk in _WALKS)
    common = _is_common(word) or _is_common(word.translate(_LOOKALIKES))
    return len(set(plain)) < _FEWEST_CHARACTERS or walks or common


def _is_common(text: str) -> bool:
    repeated = re.fullmatch(r"(.+?)\1*", text)
    return repeated is not None and repeated[1] in _WORDS


def _parts(own_words: tuple[str, ...]) -> list[str]:
    parts = [part for word in own_words for part in (word.lower(), *re.split(r"[^\w]+", word.lower()))]
    return [part for part in parts if len(part) >= _SHORTEST_OWN_WORD]


def _is_hardly_more_than(plain: str, word: str) -> bool:
    return word in plain and len(plain.replace(word, "")) < _LEAST_ADDED
