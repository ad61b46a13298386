"""The guard lets other words pass, and nothing that adds a number, a drug or a negation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abaton.training.dialogue.faithful import faithful


@pytest.mark.parametrize(
    ("fact", "rephrased"),
    [
        ("I don't smoke.", "I've never touched a cigarette."),
        ("I take 5 mg of ramipril.", "I'm on ramipril, five milligrams."),
        ("It's twenty five.", "It is 25."),
        ("About a hundred and ten.", "Roughly 110."),
        ("No one came with me.", "Nobody came along."),
        ("I have two kids and one dog.", "I've one dog and two kids."),
        ("It hurts here, in my chest.", "Well, my chest hurts, right here."),
        ("I smoke but I don't drink.", "I do smoke, but I don't drink."),
        ("It began an hour ago, doctor.", "Doctor, it began an hour ago."),
    ],
)
def test_other_words_for_the_same_pass(fact: str, rephrased: str) -> None:
    assert faithful(fact, rephrased)


@pytest.mark.parametrize(
    ("fact", "rephrased"),
    [
        ("It began some hours ago.", "It began two hours ago."),
        ("It began an hour ago.", "It began 1.5 hours ago."),
        ("I take 5 mg of ramipril.", "I take 5 g of ramipril."),
        ("I take 5 mg of ramipril.", "I take 50 mg of ramipril."),
        ("I have had it twice.", "I have had it three times."),
        ("I have a dog.", "I have one dog."),
        ("I take a tablet.", "I take a tablet, ramipril."),
        ("I take something for my heart.", "I take a beta blocker, oxprenolol."),
        ("I had an injection.", "I had an injection of penicillin."),
        ("I had something for the pain.", "I had a painkiller."),
        ("I am allergic to nuts.", "I am not allergic to nuts."),
        ("My chest hurts.", "My chest hurts and I can't breathe."),
        ("I'm not allergic to nuts.", "I'm allergic to nuts."),
        ("I smoke but I don't drink.", "I don't smoke but I drink."),
        ("I smoke.", ""),
        ("I smoke.", "..."),
    ],
)
def test_what_adds_or_turns_round_is_turned_down(fact: str, rephrased: str) -> None:
    assert not faithful(fact, rephrased)


@given(st.text(max_size=200))
def test_every_fact_is_faithful_to_itself(text: str) -> None:
    assert faithful(text, text) == any(letter.isalnum() or letter == "_" for letter in text)


@given(st.integers(min_value=2, max_value=999))
def test_no_number_is_ever_added(number: int) -> None:
    assert not faithful("My arm hurts.", f"My arm hurts since {number} days.")
    assert faithful(f"I am {number}.", f"{number}, I am.")
