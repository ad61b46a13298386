"""Descriptions, cleaned: words of imaging stay, everything else goes."""

import re
import unicodedata
from collections.abc import Collection

from abaton.imaging.privacy.profile import words

# Five digits and more, however they are set apart, are a date, a time, a telephone or a patient's number.
_LONG_NUMBER = re.compile(r"\d(?:[\s./:_,+()^-]*\d){4,}")
_B_VALUE = re.compile(r"b\d{2,4}")
_TOKEN = re.compile(r"[^\W_]+(?:\.\d+)?")
_PART = re.compile(r"[a-z]+|\d+(?:\.\d+)?")
LONGEST = 64
"""Characters of a description that are kept."""


def plain(text: str) -> str:
    """Lower case, without accents; `ß` as `ss`, `ø` as `o` and so on."""
    return _without_accents(unicodedata.normalize("NFC", text.casefold()))


def _without_accents(text: str) -> str:
    spread = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(letter for letter in spread if not unicodedata.combining(letter))


_SPELT = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "o", "å": "a", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ß": "ss"}
_LETTERS = str.maketrans(
    _SPELT | {letter.upper(): spelt.capitalize() for letter, spelt in _SPELT.items() if letter != "ß"}
)


def clean(text: str, forbidden: Collection[str] = ()) -> str:
    """What may stay of a description.

    Args:
        text: As recorded.
        forbidden: Words in `plain` form that must not stay even though imaging knows them: a patient called Head.

    Returns:
        Words that imaging knows, and short numbers, in their order and case, without accents; perhaps nothing.
    """
    shortened = _without_accents(unicodedata.normalize("NFC", text[: 4 * LONGEST]))
    shortened = _LONG_NUMBER.sub(" ", shortened)
    stay = [token for token in _TOKEN.findall(shortened) if _known(plain(token), forbidden)]
    return " ".join(stay)[:LONGEST].strip()


def _known(token: str, forbidden: Collection[str]) -> bool:
    if token in forbidden or not token.isascii() or (len(token) == 1 and token.isalpha()):
        return False  # Single letters are initials, or what is left of a name in an unknown character set.
    if token in words() or _B_VALUE.fullmatch(token):
        return True
    parts = _PART.findall(token)
    digits = sum(len(part.replace(".", "")) for part in parts if part[0].isdigit())
    if not parts or "".join(parts) != token or digits > 3:
        return False
    return all(part[0].isdigit() or (part in words() and part not in forbidden) for part in parts)
