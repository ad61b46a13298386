"""English as learners type it, brought to few words: contractions, spelling, synonyms and endings."""

import re
from functools import lru_cache
from importlib import resources

import msgspec
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

_WORD = re.compile(r"[a-z0-9]+")
_LEAST_CORRECTED = 4
_LONG = 7


class Lexicon(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words that stand for others.

    Args:
        edition: Of the file.
        contractions: What is written out, from the short form without its apostrophe.
        synonyms: From the word kept to the words and phrases that are replaced by it.
        fillers: Words and phrases that say nothing and are left out.
        common: Words that are spelt right though no question among the seeds has them.
    """

    edition: str
    contractions: dict[str, str]
    synonyms: dict[str, tuple[str, ...]]
    fillers: tuple[str, ...]
    common: tuple[str, ...]


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The lexicon of the package."""
    text = resources.files("abaton.training.dialogue").joinpath("lexicon.toml").read_bytes()
    return msgspec.toml.decode(text, type=Lexicon)


def words(text: str) -> list[str]:
    """Lower case, apostrophes gone, contractions written out."""
    plain = text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "").replace("'", "")
    short = lexicon().contractions
    found: list[str] = _WORD.findall(plain)
    return [part for word in found for part in short.get(word, word).split()]


class Wording:
    """Brings texts to the words of given examples.

    Args:
        examples: Their words count as spelt right.
    """

    def __init__(self, examples: list[str]) -> None:
        known = {word for text in examples for word in words(text)}
        table = lexicon()
        for kept, others in table.synonyms.items():
            known.update([kept, *(word for other in others for word in words(other))])
        known.update(word for filler in table.fillers for word in words(filler))
        self._right = sorted(known)
        self._known = known | set(table.common)
        replaced = {" ".join(words(other)): kept for kept, others in table.synonyms.items() for other in others}
        replaced |= dict.fromkeys((" ".join(words(filler)) for filler in table.fillers), "")
        self._replaced = replaced
        longest_first = sorted(replaced, key=lambda phrase: (-len(phrase), phrase))
        self._phrases = re.compile(r"\b(?:" + "|".join(longest_first) + r")\b")

    def plain(self, text: str) -> list[str]:
        """The words kept, stemmed, in their order."""
        corrected = " ".join(self._corrected(word) for word in words(text))
        replaced = self._phrases.sub(lambda match: self._replaced[match.group()], corrected)
        return [stem(word) for word in (replaced.split() or corrected.split())]

    def _corrected(self, word: str) -> str:
        if len(word) < _LEAST_CORRECTED or word in self._known or stem(word) in self._known or word.isdigit():
            return word
        limit = 2 if len(word) >= _LONG else 1
        found = process.extractOne(word, self._right, scorer=DamerauLevenshtein.distance, score_cutoff=limit)
        return found[0] if found and found[0][0] == word[0] else word


def stem(word: str) -> str:
    """Without the commonest endings; a plain cut, the same for question and seed."""
    for ending, rest in (
        ("iness", "y"),
        ("ness", ""),
        ("ings", ""),
        ("ing", ""),
        ("ies", "y"),
        ("ied", "y"),
        ("ed", ""),
    ):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return _undoubled(word[: -len(ending)] + rest)
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        word = word[:-1]
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


def _undoubled(word: str) -> str:
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz" else word
