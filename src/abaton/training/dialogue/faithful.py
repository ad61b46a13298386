"""Whether a fact that was put into other words is still the same fact.

A guard and no judge: it knows numbers, drugs and negations, and turns down whatever adds one. What it passes may still
differ in tone; what it turns down is told in the author's words.
"""

import re
from functools import lru_cache
from importlib import resources

import msgspec

from abaton.training.dialogue.wording import stem

_MULTIPLES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
_BREAKS = frozenset([*",.;:?!", "but", "however", "though", "although", "except"])
_ENDINGS = re.compile(
    r"\w{3,}(?:cillin|mycin|cycline|floxacin|azole|olol|pril|sartan|statin|dipine|prazole|tidine|caine|azepam|azolam|"
    r"barbital|oxetine|triptan|gliptin|gliflozin|xaban|parin|mab|vir|profen|codone|morphone|fentanil|curium|curonium|"
    r"semide|thiazide|solone)s?"
)
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*|[,.;:?!]|[%]")


class _Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    edition: str
    drugs: frozenset[str]
    negations: frozenset[str]
    measures: frozenset[str]
    empty: frozenset[str]
    numbers: dict[str, float]
    amounts: dict[str, float]
    units: dict[str, str]


def faithful(fact: str, rephrased: str) -> bool:
    """Whether other words for a fact add no number, drug or negation, drop no negation, and deny nothing affirmed.

    Args:
        fact: The author's words.
        rephrased: The same, put by something that may have made things up.
    """
    if not re.search(r"\w", rephrased):
        return False
    before, after = _split(fact), _split(rephrased)
    if not _numbers(after) <= _numbers(before) or not _drugs(after) <= _drugs(before):
        return False
    denied, denied_count = _denied(before)
    denies, denies_count = _denied(after)
    if denies_count > denied_count or bool(denied_count) != bool(denies_count):
        return False
    shared = _content(before) & _content(after)
    return denied & shared == denies & shared


def _split(text: str) -> list[str]:
    plain = text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    spaced = re.sub(r"(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d)|-", " ", plain)
    found: list[str] = _WORD.findall(spaced)
    return [word.replace("'", "") for word in found]


def _numbers(words: list[str]) -> set[str]:
    """Every number with its unit, so that 5 mg is not 5 g; *twenty five* and 25 are one."""
    found: set[str] = set()
    at = 0
    while at < len(words):
        value, length = _number(words, at)
        if length:
            after = words[at + length] if at + length < len(words) else ""
            found.add(f"{value} {_unit(after)}".strip())
        at += max(length, 1)
    return found


def _number(words: list[str], at: int) -> tuple[float | str, int]:
    """The number that begins at a place, and how many words it takes; 0 where there is none."""
    word, table = words[at], _words()
    if word[0].isdecimal():
        plain = word.replace(",", "")
        # A number with two points is a time or a date, and is compared as it stands.
        return (plain, 1) if plain.count(".") > 1 else (float(plain), 1)
    if word == "one" and not _counts(words, at):
        return 0.0, 0
    if word in table.amounts:
        return table.amounts[word], 1
    return _spelt(words, at)


def _spelt(words: list[str], at: int) -> tuple[float, int]:
    numbers = _words().numbers
    total, current, length = 0.0, 0.0, 0
    while at + length < len(words):
        word, after = words[at + length], words[at + length + 1 : at + length + 2]
        if word in numbers:
            current += numbers[word]
        elif word in _MULTIPLES:
            current = max(current, 1.0) * _MULTIPLES[word]
            if word != "hundred":
                total, current = total + current, 0.0
        elif not (length and word == "and" and after and after[0] in numbers and words[at + length - 1] in _MULTIPLES):
            break
        length += 1
    return total + current, length


def _counts(words: list[str], at: int) -> bool:
    """Whether *one* is a number here, and not a pronoun as in *no one* or *this one*."""
    before = words[at - 1] if at else ""
    after = words[at + 1] if at + 1 < len(words) else ""
    pronoun = before in {"no", "any", "some", "every", "this", "that", "the", "which"}
    return not pronoun and after.isalpha() and after not in _words().empty


def _unit(word: str) -> str:
    table = _words()
    singular = word[:-1] if word.endswith("s") and len(word) > 2 else word
    unit = table.units.get(singular, singular)
    return unit if unit in table.measures else ""


def _drugs(words: list[str]) -> set[str]:
    drugs = _words().drugs
    singular = [word[:-1] if word.endswith("s") and word[:-1] in drugs else word for word in words]
    return {word for word in singular if word in drugs or _ENDINGS.fullmatch(word)}


def _content(words: list[str]) -> set[str]:
    return {stem(word) for word in words if _says_something(word)}


def _says_something(word: str) -> bool:
    return word.isalpha() and word not in _words().empty and word not in _words().negations


def _denied(words: list[str]) -> tuple[set[str], int]:
    """Words within the reach of a negation, which ends at a mark or a *but*; and how many clauses are negated."""
    denied: set[str] = set()
    count = 0
    negated = False
    for word in words:
        if word in _BREAKS:
            negated = False
        elif word in _words().negations:
            count += not negated
            negated = True
        elif negated and _says_something(word):
            denied.add(stem(word))
    return denied, count


@lru_cache(maxsize=1)
def _words() -> _Words:
    text = resources.files("abaton.training.dialogue").joinpath("guard.toml").read_bytes()
    return msgspec.toml.decode(text, type=_Words)
