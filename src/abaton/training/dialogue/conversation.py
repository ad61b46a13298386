"""A conversation with a virtual patient, who tells what the scenario's author wrote and nothing else.

State is data: `ask` takes a `Conversation` and gives the next one. Whatever was decided on the way is in it.
"""

import math
import re
from typing import Literal

import msgspec

from abaton.core.errors import Problem
from abaton.training.dialogue.classifier import Candidate, Classifier, Reading
from abaton.training.dialogue.intents import Catalogue

LONGEST_TEXT = 600
"""Characters that a learner may say at once."""

Decision = Literal[
    "disclosed",
    "told_more",
    "repeated",
    "no_fact",
    "courtesy",
    "asked_back",
    "confirmed",
    "declined",
    "not_understood",
    "passed_over",
]
"""What was done about a clause: *confirmed* and *declined* are the learner's answers when the patient asked back."""

_YES = re.compile(
    r"\W*(?:yes|yeah|yep|yup|aye|correct|exactly|right|that is right|that's right|that's it|indeed|i do|sure|"
    r"please|ok|okay|precisely)"
    r"(?:\W+(?:please|i do|that's right|that is right|that's it|exactly|i did|sir|madam))*\W*",
    re.IGNORECASE,
)
_NO = re.compile(
    r"\W*(?:no|nope|nah|not that|not really|neither|none of those)(?:\W+(?:not that|thanks|i don't|i did not))*\W*",
    re.IGNORECASE,
)
_CORRECTION = re.compile(
    r"\W*(?:no|nope|nah|not that|sorry)\b[\s,.;:-]*(?:(?:i\s+(?:mean|meant)|but|rather)\b[\s,]*)?", re.IGNORECASE
)


class Disclosure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A fact that the patient tells when asked for it.

    Args:
        intent: What must be asked for.
        text: The patient's own words.
        ask_more: What is told when the same is asked again; empty where there is no more.
        weight: How much it counts in the score; 0 for what need not be found out.
    """

    intent: str
    text: str
    ask_more: str = ""
    weight: float = 1.0


class Voice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How this patient speaks where there is no fact to tell. None of it may say anything about the illness.

    Args:
        not_understood: Said in turn to what means nothing to the patient.
        no_fact: Said in turn to what was understood and the author gave no answer to.
        ask_back: With `{gloss}` for what may have been meant.
        declined: Said when everything that was offered was declined.
    """

    not_understood: tuple[str, ...] = (
        "Sorry, I don't understand what you mean.",
        "I didn't follow that. Could you say it another way?",
        "I'm not sure what you're asking me.",
    )
    no_fact: tuple[str, ...] = ("I couldn't tell you, I'm afraid.", "I don't know about that.")
    ask_back: str = "Do you mean {gloss}?"
    declined: str = "Then I don't understand, sorry. Could you ask it another way?"


class Patient(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is asked.

    Args:
        disclosures: At most one for each intent.
        voice: Of the patient.
    """

    disclosures: tuple[Disclosure, ...]
    voice: Voice = Voice()


class Heard(msgspec.Struct, frozen=True):
    """One clause and what was done about it.

    Args:
        clause: The learner's words.
        intent: What it was taken to mean; empty where nothing was.
        candidates: The three likeliest intents with their probabilities; empty for a yes or no.
        margin: Logarithm of the ratio of the first to the second.
        scope: Logarithm of the ratio of the first to being out of scope.
        decision: What was done.
        said: The patient's words; the fact disclosed where there is one.
    """

    clause: str
    intent: str
    candidates: tuple[Candidate, ...]
    margin: float
    scope: float
    decision: Decision
    said: str


class Exchange(msgspec.Struct, frozen=True):
    """What the learner said at once, and the answer.

    Args:
        at_s: Seconds since the scenario began.
        text: The learner's words.
        heard: Clause by clause.
        reply: The patient's words.
    """

    at_s: float
    text: str
    heard: tuple[Heard, ...]
    reply: str


class Pending(msgspec.Struct, frozen=True):
    """A clause that the patient has asked back about.

    Args:
        clause: The learner's words.
        offered: The intent that was offered last.
        left: Intents that may still be offered.
    """

    clause: str
    offered: str
    left: tuple[str, ...]


class Conversation(msgspec.Struct, frozen=True):
    """All that was said, and what is still open.

    Args:
        patient: Who answers.
        edition: Of the intents.
        encoder: By which the learner's words were compared.
        exchanges: In order.
        pending: What the patient asked back about and awaits an answer to, first come first.
    """

    patient: Patient
    edition: str
    encoder: str
    exchanges: tuple[Exchange, ...] = ()
    pending: tuple[Pending, ...] = ()

    @property
    def told(self) -> tuple[str, ...]:
        """Intents whose facts were disclosed, in the order in which they were first."""
        asked = (
            heard.intent for exchange in self.exchanges for heard in exchange.heard if heard.decision == "disclosed"
        )
        return tuple(dict.fromkeys(asked))


def begin(patient: Patient, classifier: Classifier) -> Conversation:
    """A conversation in which nothing was said yet.

    Raises:
        Problem: The patient has a fact for an unknown intent, two for one, an empty one or a bad weight; or a voice
            that could not ask back.
    """
    seen: set[str] = set()
    for disclosure in patient.disclosures:
        classifier.catalogue.intent(disclosure.intent)
        if disclosure.intent in seen or not disclosure.text.strip():
            raise _bad_patient(
                f"{'two facts' if disclosure.intent in seen else 'an empty fact'} for {disclosure.intent!r}"
            )
        if not (math.isfinite(disclosure.weight) and disclosure.weight >= 0):
            raise _bad_patient(f"a weight of {disclosure.weight} for {disclosure.intent!r}")
        seen.add(disclosure.intent)
    voice = patient.voice
    if "{gloss}" not in voice.ask_back or not voice.not_understood or not voice.no_fact:
        raise _bad_patient(
            "a voice without '{gloss}' in ask_back, or without words for not understanding or not knowing"
        )
    return Conversation(patient, classifier.catalogue.edition, classifier.encoder.name)


def ask(conversation: Conversation, text: str, at_s: float, classifier: Classifier) -> Conversation:
    """The conversation after the learner said something and the patient answered.

    Args:
        conversation: Is not changed.
        text: Up to 600 characters, with at least one letter or digit.
        at_s: Seconds since the scenario began, never less than before.
        classifier: The one that the conversation began with.

    Raises:
        Problem: The text is empty or too long, or the time runs backwards.
    """
    _check(conversation, text, at_s, classifier)
    answer = _Answer(conversation, classifier.catalogue)
    if not conversation.pending or not answer.resolve(text):
        correction = _CORRECTION.match(text) if conversation.pending else None
        question = text[correction.end() :] if correction and re.search(r"\w", text[correction.end() :]) else text
        answer.pending = ()
        answer.hear(classifier.understand(question))
    exchange = Exchange(at_s, text, tuple(answer.heard), " ".join(dict.fromkeys(answer.said())))
    return msgspec.structs.replace(conversation, exchanges=(*conversation.exchanges, exchange), pending=answer.pending)


class _Answer:
    """Of one turn, while it is being made."""

    def __init__(self, conversation: Conversation, catalogue: Catalogue) -> None:
        self._facts = {disclosure.intent: disclosure for disclosure in conversation.patient.disclosures}
        self._voice = conversation.patient.voice
        self._catalogue = catalogue
        before = [heard for exchange in conversation.exchanges for heard in exchange.heard]
        self._told = {heard.intent for heard in before if heard.decision == "disclosed"}
        self._told_more = {heard.intent for heard in before if heard.decision == "told_more"}
        self._counts = {
            decision: sum(heard.decision == decision for heard in before) for decision in ("not_understood", "no_fact")
        }
        self.pending = conversation.pending
        self.heard: list[Heard] = []

    def said(self) -> list[str]:
        """What the patient says, in order."""
        return [heard.said for heard in self.heard if heard.said]

    def resolve(self, text: str) -> bool:
        """Takes the text as the answer to what the patient asked back; False where it is none."""
        first, rest = self.pending[0], self.pending[1:]
        if _YES.fullmatch(text):
            self._note(text, first.offered, "confirmed", "")
            self._tell(Reading(first.clause, (), 0.0, 0.0, "sure"), first.offered)
            self.pending = rest
        elif _NO.fullmatch(text):
            self._note(text, first.offered, "declined", "" if first.left else self._voice.declined)
            self.pending = (Pending(first.clause, first.left[0], first.left[1:]), *rest) if first.left else rest
        else:
            return False
        if self.pending:
            open_now = self.pending[0]
            self._note(open_now.clause, open_now.offered, "asked_back", self._ask_back(open_now.offered))
        return True

    def hear(self, readings: tuple[Reading, ...]) -> None:
        """Decides on each clause."""
        for reading in readings:
            if reading.verdict == "sure":
                self._tell(reading, reading.intent)
            elif reading.verdict == "unsure":
                self._doubt(reading)
            elif reading.verdict == "aside":
                self._add(reading, "", "passed_over", "")
            else:
                self._add(reading, "", "not_understood", self._in_turn(self._voice.not_understood, "not_understood"))

    def _doubt(self, reading: Reading) -> None:
        likely = tuple(candidate.intent for candidate in reading.candidates[:2])
        words = "" if self.pending else self._ask_back(likely[0])
        self.pending = (*self.pending, Pending(reading.clause, likely[0], likely[1:]))
        self._add(reading, likely[0], "asked_back", words)

    def _tell(self, reading: Reading, name: str) -> None:
        fact, courtesy = self._facts.get(name), self._catalogue.intent(name).courtesy
        if fact is None and courtesy:
            self._add(reading, name, "courtesy", courtesy)
        elif fact is None:
            self._add(reading, name, "no_fact", self._in_turn(self._voice.no_fact, "no_fact"))
        elif name not in self._told:
            self._told.add(name)
            self._add(reading, name, "disclosed", fact.text)
        elif fact.ask_more and name not in self._told_more:
            self._told_more.add(name)
            self._add(reading, name, "told_more", fact.ask_more)
        else:
            self._add(reading, name, "repeated", fact.ask_more or fact.text)

    def _ask_back(self, name: str) -> str:
        return self._voice.ask_back.replace("{gloss}", self._catalogue.intent(name).gloss)

    def _in_turn(self, phrases: tuple[str, ...], decision: Literal["not_understood", "no_fact"]) -> str:
        phrase = phrases[self._counts[decision] % len(phrases)]
        self._counts[decision] += 1
        return phrase

    def _note(self, clause: str, intent: str, decision: Decision, said: str) -> None:
        self.heard.append(Heard(clause, intent, (), 0.0, 0.0, decision, said))

    def _add(self, reading: Reading, intent: str, decision: Decision, said: str) -> None:
        self.heard.append(
            Heard(reading.clause, intent, reading.candidates, reading.margin, reading.scope, decision, said)
        )


def _check(conversation: Conversation, text: str, at_s: float, classifier: Classifier) -> None:
    if not re.search(r"\w", text) or len(text) > LONGEST_TEXT:
        raise Problem(
            "question_length",
            got=f"{len(text)} characters" if len(text) > LONGEST_TEXT else "no word",
            expected=f"a question of at most {LONGEST_TEXT} characters",
            next_step="Ask the patient something, one or two questions at a time.",
        )
    last_s = conversation.exchanges[-1].at_s if conversation.exchanges else 0.0
    if not (math.isfinite(at_s) and at_s >= last_s):
        raise Problem(
            "time_backwards",
            got=f"{at_s} s",
            expected=f"at least {last_s} s",
            next_step="Pass the time since the scenario began.",
        )
    if conversation.edition != classifier.catalogue.edition:
        raise Problem(
            "edition_changed",
            got=f"intents of edition {classifier.catalogue.edition}",
            expected=f"edition {conversation.edition}, with which the conversation began",
            next_step="Begin a new conversation.",
            kind="conflict",
        )


def _bad_patient(got: str) -> Problem:
    return Problem(
        "patient_malformed",
        got=got,
        expected="one fact with words for each intent, weights of 0 or more, and a voice that can ask back",
        next_step="Correct the scenario.",
    )


def decoded(text: bytes) -> Conversation:
    """A conversation from its JSON, as `msgspec.json.encode` wrote it.

    Raises:
        Problem: It is none.
    """
    try:
        return msgspec.json.decode(text, type=Conversation)
    except msgspec.DecodeError as error:
        raise Problem(
            "conversation_malformed", got=str(error), expected="a conversation in JSON", next_step="Read another file."
        ) from error
