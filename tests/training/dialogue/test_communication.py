"""The score of a history follows from what was said, by rules."""

import pytest

from abaton.training.dialogue.classifier import fall_back
from abaton.training.dialogue.communication import SHARES, Communication, communication, is_open, jargon
from abaton.training.dialogue.conversation import Disclosure, Patient, ask, begin

PATIENT = Patient(
    (
        Disclosure("presenting_complaint", "I can't breathe."),
        Disclosure("onset", "An hour ago."),
        Disclosure("allergies", "Nuts.", weight=2.0),
        Disclosure("smoking", "No.", weight=0.0),
    )
)


def score(*texts: str) -> Communication:
    spoken = begin(PATIENT, fall_back())
    for at_s, text in enumerate(texts):
        spoken = ask(spoken, text, float(at_s), fall_back())
    return communication(spoken, fall_back().catalogue)


def test_a_whole_history_has_all_points() -> None:
    whole = score(
        "Hello, my name is Doctor Brown",
        "Is it all right if I ask you some questions?",
        "What brings you in today?",
        "That sounds really hard",
        "How did it start?",
        "Are you allergic to anything?",
        "What do you think is going on?",
        "What worries you most?",
        "What were you hoping we could do for you?",
    )
    assert whole.points == SHARES
    assert whole.total == sum(SHARES.values()) == 100
    assert (whole.missed, whole.jargon) == ((), ())
    assert whole.perspective == ("ideas", "concerns", "expectations")


def test_nothing_said_scores_nothing() -> None:
    empty = score()
    assert empty.total == 0
    assert empty.missed == ("presenting_complaint", "onset", "allergies")


def test_facts_count_by_their_weight() -> None:
    assert score("Are you allergic to anything?").points["facts"] == pytest.approx(SHARES["facts"] * 2 / 4)
    assert score("What brings you in today?").points["facts"] == pytest.approx(SHARES["facts"] / 4)
    assert score("Do you smoke?").points["facts"] == 0


def test_the_order_of_phases_counts() -> None:
    assert score("What brings you in today?", "How did it start?", "Are you allergic to anything?").order == 1
    assert score("Are you allergic to anything?", "How did it start?", "What brings you in today?").order == 0
    assert score(
        "How did it start?", "What brings you in today?", "Are you allergic to anything?"
    ).order == pytest.approx(2 / 3)


def test_open_questions_are_a_share_of_all() -> None:
    closed = score("Do you smoke?", "Are you allergic to anything?", "Did it start today?")
    assert (closed.questions, closed.open_questions, closed.points["open_questions"]) == (3, 0, 0)
    mixed = score("Do you smoke?", "What brings you in today?", "Are you allergic to anything?", "Did it start today?")
    assert (mixed.questions, mixed.open_questions) == (4, 1)
    assert mixed.points["open_questions"] == pytest.approx(SHARES["open_questions"] * 0.25 / 0.3, abs=0.01)


@pytest.mark.parametrize(
    "text", ["What happened?", "Can you tell me more?", "So how did it begin?", "Describe the pain"]
)
def test_open(text: str) -> None:
    assert is_open(text)


@pytest.mark.parametrize("text", ["Do you smoke?", "How many a day?", "What time was it?", "Is it sharp?", "Any pain?"])
def test_closed(text: str) -> None:
    assert not is_open(text)


def test_jargon_is_named_with_plain_words_and_costs() -> None:
    words = jargon("Any dyspnoea, myocardial infarction or Dyspnoea?")
    assert [(word.word, word.plain) for word in words] == [
        ("dyspnoea", "shortness of breath"),
        ("myocardial infarction", "heart attack"),
    ]
    assert jargon("Do you avoid walking?") == ()
    assert score("Any dyspnoea?").points["plain_words"] == pytest.approx(SHARES["plain_words"] * 0.8)
