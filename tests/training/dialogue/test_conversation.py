"""The patient tells the author's facts and nothing else, asks back where in doubt, and admits not understanding."""

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abaton.core.errors import Problem
from abaton.training.dialogue import conversation as module
from abaton.training.dialogue.classifier import Candidate, Classifier, Reading, Verdict, fall_back
from abaton.training.dialogue.conversation import Conversation, Disclosure, Patient, Voice, ask, begin, decoded

PATIENT = Patient(
    (
        Disclosure("smoking", "Twenty a day.", ask_more="Since I was fifteen."),
        Disclosure("allergies", "Penicillin brings me out in a rash."),
        Disclosure("presenting_complaint", "I can't breathe."),
        Disclosure("onset", "An hour ago."),
    )
)


class Doubtful(Classifier):
    """Reads every clause as it is told to, with the table of the shipped one."""

    def __init__(self, verdict: Verdict) -> None:
        shipped = fall_back()
        self.catalogue, self.encoder = shipped.catalogue, shipped.encoder
        self._said: Verdict = verdict

    def understand(self, text: str) -> tuple[Reading, ...]:
        names = ("smoking", "allergies", "onset")
        likely = tuple(Candidate(name, 0.3) for name in names)
        return (Reading(text, likely, 0.0, 2.0, self._said),)


def say(*texts: str, classifier: Classifier | None = None, patient: Patient = PATIENT) -> Conversation:
    """A conversation in which these were said, one a second."""
    made = classifier or fall_back()
    spoken = begin(patient, made)
    for at_s, text in enumerate(texts):
        spoken = ask(spoken, text, float(at_s), made)
    return spoken


def decisions(spoken: Conversation) -> list[str]:
    return [heard.decision for heard in spoken.exchanges[-1].heard]


def test_two_questions_at_once_get_both_facts() -> None:
    spoken = say("Do you smoke, and have you any allergies?")
    assert spoken.exchanges[-1].reply == "Twenty a day. Penicillin brings me out in a rash."
    assert spoken.told == ("smoking", "allergies")


def test_asked_again_it_tells_more_and_then_repeats() -> None:
    spoken = say("Do you smoke?", "Do you smoke?", "Do you smoke?")
    assert [exchange.reply for exchange in spoken.exchanges] == [
        "Twenty a day.",
        "Since I was fifteen.",
        "Since I was fifteen.",
    ]
    assert [exchange.heard[0].decision for exchange in spoken.exchanges] == ["disclosed", "told_more", "repeated"]
    assert spoken.told == ("smoking",)


def test_what_the_author_did_not_write_is_not_made_up() -> None:
    spoken = say("Do you drink alcohol?")
    assert decisions(spoken) == ["no_fact"]
    assert spoken.exchanges[-1].reply in Voice().no_fact


def test_courtesy_is_answered_without_a_fact() -> None:
    spoken = say("Hello there")
    assert decisions(spoken) == ["courtesy"]
    assert spoken.told == ()


def test_what_means_nothing_is_not_understood_in_changing_words() -> None:
    spoken = say("What is the capital of Spain?", "Charge the defibrillator again")
    assert [exchange.heard[0].decision for exchange in spoken.exchanges] == ["not_understood"] * 2
    assert [exchange.reply for exchange in spoken.exchanges] == list(Voice().not_understood[:2])


def test_in_doubt_it_asks_back_and_yes_resolves_it() -> None:
    spoken = say("Smoking, hm?", "Yes.", classifier=Doubtful("unsure"))
    first, second = spoken.exchanges
    assert first.reply == "Do you mean whether I smoke?"
    assert first.heard[0].decision == "asked_back"
    assert second.reply == "Twenty a day."
    assert decisions(spoken) == ["confirmed", "disclosed"]
    assert spoken.pending == ()


def test_no_offers_the_second_and_then_gives_up() -> None:
    spoken = say("Smoking, hm?", "no", "No, not that.", classifier=Doubtful("unsure"))
    assert spoken.exchanges[1].reply == "Do you mean whether I am allergic to anything?"
    assert spoken.exchanges[2].reply == Voice().declined
    assert (spoken.pending, spoken.told) == ((), ())


def test_a_new_question_instead_of_an_answer_is_taken_as_one() -> None:
    doubt = say("Smoking, hm?", classifier=Doubtful("unsure"))
    spoken = ask(doubt, "No, I mean do you have any allergies?", 5.0, fall_back())
    assert spoken.exchanges[-1].reply == "Penicillin brings me out in a rash."
    assert spoken.pending == ()


def test_yes_with_nothing_pending_answers_no_question() -> None:
    assert say("Yes").told == ()


def test_every_decision_is_logged_with_its_scores() -> None:
    spoken = say("Do you smoke? My uncle owns a boat.")
    smoke, boat = spoken.exchanges[0].heard
    assert (smoke.clause, smoke.intent, smoke.said) == ("Do you smoke?", "smoking", "Twenty a day.")
    assert len(smoke.candidates) == 3
    assert smoke.margin == pytest.approx(math.log(smoke.candidates[0].probability / smoke.candidates[1].probability))
    assert (boat.decision, boat.intent) == ("passed_over", "")
    assert spoken.edition == fall_back().catalogue.edition
    assert spoken.encoder == "lexical"


def test_a_conversation_survives_json_and_goes_on_the_same() -> None:
    spoken = say("Do you smoke?", "When did it start?")
    again = decoded(msgspec.json.encode(spoken))
    assert again == spoken
    assert ask(again, "Do you smoke?", 9.0, fall_back()) == ask(spoken, "Do you smoke?", 9.0, fall_back())
    with pytest.raises(Problem) as problem:
        decoded(b"[]")
    assert problem.value.code == "conversation_malformed"


@given(
    st.lists(st.text(min_size=1, max_size=80).filter(lambda text: any(letter.isalnum() for letter in text)), max_size=3)
)
def test_whatever_is_said_only_known_words_come_back(texts: list[str]) -> None:
    spoken = say(*texts)
    voice, catalogue = PATIENT.voice, fall_back().catalogue
    known = {fact.text for fact in PATIENT.disclosures} | {fact.ask_more for fact in PATIENT.disclosures}
    known |= {*voice.not_understood, *voice.no_fact, voice.declined, ""}
    known |= {intent.courtesy for intent in catalogue.intents}
    known |= {voice.ask_back.replace("{gloss}", intent.gloss) for intent in catalogue.intents}
    assert {heard.said for exchange in spoken.exchanges for heard in exchange.heard} <= known


@pytest.mark.parametrize("text", ["", "  ", "?!", "word " * 200])
def test_nothing_and_too_much_are_refused(text: str) -> None:
    with pytest.raises(Problem) as problem:
        say(text)
    assert problem.value.code == "question_length"


@pytest.mark.parametrize("at_s", [-1.0, math.nan, math.inf])
def test_time_never_runs_backwards(at_s: float) -> None:
    with pytest.raises(Problem) as problem:
        ask(say("Hello"), "Hello", at_s, fall_back())
    assert problem.value.code == "time_backwards"


@pytest.mark.parametrize(
    ("patient", "code"),
    [
        (Patient((Disclosure("weather", "Rain."),)), "intent_unknown"),
        (Patient((Disclosure("smoking", "No."), Disclosure("smoking", "Yes."))), "patient_malformed"),
        (Patient((Disclosure("smoking", " "),)), "patient_malformed"),
        (Patient((Disclosure("smoking", "No.", weight=math.nan),)), "patient_malformed"),
        (Patient((), Voice(ask_back="What?")), "patient_malformed"),
        (Patient((), Voice(no_fact=())), "patient_malformed"),
    ],
)
def test_a_patient_that_cannot_answer_is_refused_at_the_beginning(patient: Patient, code: str) -> None:
    with pytest.raises(Problem) as problem:
        begin(patient, fall_back())
    assert problem.value.code == code


def test_another_edition_is_refused() -> None:
    spoken = msgspec.structs.replace(say("Hello"), edition="1999.1")
    with pytest.raises(Problem) as problem:
        ask(spoken, "Hello", 5.0, fall_back())
    assert problem.value.code == "edition_changed"


def test_asking_leaves_the_conversation_before_as_it_was() -> None:
    before = say("Hello")
    ask(before, "Do you smoke?", 3.0, fall_back())
    assert len(before.exchanges) == 1
    assert module.LONGEST_TEXT == 600
