"""Learners' English comes down to the words of the seeds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abaton.training.dialogue.wording import Wording, stem, words

WORDING = Wording(["Do you have any allergies?", "Are you short of breath?", "When did the headache start?"])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Do you have any allergeis?", "Do you have any allergies?"),
        ("When did the hedache start", "When did the headache start?"),
        ("when did teh headache start", "when did teh headache start"),
        ("dont u have any allergies", "Don't you have any allergies?"),
        ("Are you breathless?", "Are you breath"),
        ("Have you thrown up?", "Have you vomited?"),
    ],
)
def test_spelling_contractions_and_synonyms(typed: str, meant: str) -> None:
    assert WORDING.plain(typed) == WORDING.plain(meant)


def test_a_right_word_is_not_corrected_into_another() -> None:
    assert WORDING.plain("start the start") != WORDING.plain("chart the chart")
    assert "short" in WORDING.plain("short")


@given(st.text(max_size=100))
def test_any_text_gives_words(text: str) -> None:
    assert all(WORDING.plain(text))
    assert all(word.isalnum() for word in words(text))


@pytest.mark.parametrize(
    ("word", "stemmed"), [("bleeding", "bleed"), ("running", "run"), ("allergies", "allergy"), ("his", "his")]
)
def test_endings(word: str, stemmed: str) -> None:
    assert stem(word) == stemmed
