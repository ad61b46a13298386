"""How well a history was taken, by rules that anyone can read; no model judges.

The parts are those that guides to the consultation teach (Calgary-Cambridge: Kurtz, Silverman and Draper 1998): find
out the facts, in an order that the patient can follow, with open questions, the patient's own ideas, concerns and
expectations, and without jargon. The weights of the parts are ours.
"""

import re
from functools import lru_cache
from importlib import resources

import msgspec

from abaton.training.dialogue.clauses import is_question, split
from abaton.training.dialogue.conversation import Conversation, Heard
from abaton.training.dialogue.intents import Catalogue

SHARES = {
    "facts": 50.0,
    "order": 10.0,
    "open_questions": 10.0,
    "perspective": 15.0,
    "plain_words": 10.0,
    "courtesy": 5.0,
}
"""Points of each part of the score; together 100."""

OPEN_SHARE_WANTED = 0.3
"""Share of open questions from which that part is full."""

JARGON_COST = 0.2
"""Part of the points for plain words that each word of jargon costs."""

PERSPECTIVE = ("ideas", "concerns", "expectations")
COURTESIES = ("introduction", "consent", "empathy")

_OPEN = re.compile(
    r"\W*(?:(?:and|so|ok|okay|right|well|now|hi|hello)\b\W*)*"
    r"(?:(?:(?:can|could|would|will)\s+you\s+)?(?:please\s+)?(?:just\s+)?"
    r"(?:tell me|describe|explain|talk me through|walk me through|take me)|"
    r"what\b(?!\s+(?:time|day|date|year|number|age|colour|color|dose)\b)|how\b(?!\s+(?:many|much|old|long|often|far|fast|high)\b)|why\b|"
    r"in what way|go on)",
    re.IGNORECASE,
)


class JargonWord(msgspec.Struct, frozen=True):
    """A word that the learner used, and a plainer one."""

    word: str
    plain: str


class Communication(msgspec.Struct, frozen=True):
    """The score and what it follows from.

    Args:
        total: Points of 100.
        points: Of each part, as in `SHARES`.
        disclosed: Intents of the facts found out that count.
        missed: Intents of the facts that were not.
        order: From 0 to 1: of all pairs of facts whose phases differ, the share told in the order of the phases.
        questions: How many were asked.
        open_questions: How many of them leave the answer to the patient.
        perspective: Which of ideas, concerns and expectations were asked for.
        courtesies: Which of introduction, consent and empathy were shown.
        jargon: Words that a patient may not know.
    """

    total: float
    points: dict[str, float]
    disclosed: tuple[str, ...]
    missed: tuple[str, ...]
    order: float
    questions: int
    open_questions: int
    perspective: tuple[str, ...]
    courtesies: tuple[str, ...]
    jargon: tuple[JargonWord, ...]


class _Jargon(msgspec.Struct, frozen=True):
    edition: str
    words: dict[str, str]


def communication(conversation: Conversation, catalogue: Catalogue) -> Communication:
    """Scores what was said so far. With nothing said, everything is 0."""
    heard = [clause for exchange in conversation.exchanges for clause in exchange.heard]
    asked_for = {clause.intent for clause in heard if clause.decision not in ("asked_back", "declined")}
    wanted = {fact.intent: fact.weight for fact in conversation.patient.disclosures if fact.weight > 0}
    disclosed = tuple(name for name in conversation.told if name in wanted)
    texts = [exchange.text for exchange in conversation.exchanges]
    questions = [clause for text in texts for clause in split(text) if _asks(clause, heard)]
    opened = sum(_OPEN.match(question) is not None for question in questions)
    order = _order([catalogue.intent(name).phase for name in conversation.told])
    perspective = tuple(name for name in PERSPECTIVE if name in asked_for)
    courtesies = tuple(name for name in COURTESIES if name in asked_for)
    words = jargon(" ".join(texts))
    found = sum(wanted[name] for name in disclosed) / sum(wanted.values()) if wanted else 1.0
    spoken = 1.0 if questions else 0.0
    shares = {
        "facts": found * spoken,
        "order": order * spoken,
        "open_questions": min(1.0, opened / len(questions) / OPEN_SHARE_WANTED) if questions else 0.0,
        "perspective": len(perspective) / len(PERSPECTIVE),
        "plain_words": max(0.0, 1.0 - JARGON_COST * len(words)) * spoken,
        "courtesy": len(courtesies) / len(COURTESIES),
    }
    points = {name: round(SHARES[name] * share, 2) for name, share in shares.items()}
    missed = tuple(name for name in wanted if name not in disclosed)
    return Communication(
        round(sum(points.values()), 2),
        points,
        disclosed,
        missed,
        order,
        len(questions),
        opened,
        perspective,
        courtesies,
        words,
    )


def jargon(text: str) -> tuple[JargonWord, ...]:
    """Words of a text that a patient may not know, each once, in their order."""
    table = _jargon()
    pattern = "|".join(re.escape(word) for word in sorted(table, key=len, reverse=True))
    found = re.findall(rf"\b(?:{pattern})\b", text.lower())
    return tuple(JargonWord(word, table[word]) for word in dict.fromkeys(found))


def is_open(question: str) -> bool:
    """Whether a question leaves the answer to the patient."""
    return _OPEN.match(question) is not None


def _asks(clause: str, heard: list[Heard]) -> bool:
    """A question; one that the patient took for a courtesy, as a greeting, is none."""
    polite = any(other.clause == clause and other.decision in ("courtesy", "confirmed", "declined") for other in heard)
    return is_question(clause) and not polite


def _order(phases: list[int]) -> float:
    pairs = [(first, second) for at, first in enumerate(phases) for second in phases[at + 1 :] if first != second]
    return sum(first < second for first, second in pairs) / len(pairs) if pairs else float(bool(phases))


@lru_cache(maxsize=1)
def _jargon() -> dict[str, str]:
    text = resources.files("abaton.training.dialogue").joinpath("jargon.toml").read_bytes()
    return msgspec.toml.decode(text, type=_Jargon).words
