"""A text is split where both sides can stand alone, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abaton.training.dialogue.clauses import is_question, listed, split


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("Do you smoke, and have you any allergies?", ("Do you smoke", "have you any allergies?")),
        ("Do you live alone? Do you work?", ("Do you live alone?", "Do you work?")),
        ("How are your bowels and are you passing urine?", ("How are your bowels", "are you passing urine?")),
        ("Hi, what brings you in?", ("Hi", "what brings you in?")),
        ("I'm Dr. Reed. What happened?", ("I'm Dr. Reed", "What happened?")),
        ("Okay. I see. When did it start?", ("When did it start?",)),
        (
            "Where were you, and what did you do, and who was there?",
            ("Where were you", "what did you do", "who was there?"),
        ),
    ],
)
def test_two_questions_are_two_clauses(text: str, clauses: tuple[str, ...]) -> None:
    assert split(text) == clauses


@pytest.mark.parametrize(
    "text",
    [
        "Was it sudden or was it gradual?",
        "If ten is the worst, what number is it?",
        "Can you tell me, what is your name?",
        "Do you know when and where it was?",
        "Tell me about your home, is it a house?",
        "Does it hurt at 3.30 in the morning?",
        "Before you fell, were you well?",
        "okay",
    ],
)
def test_one_question_stays_one(text: str) -> None:
    assert split(text) == (text,)


@given(st.text(max_size=600))
def test_no_text_breaks_it_and_no_clause_is_made_up(text: str) -> None:
    clauses = split(text)
    assert all(clause.strip() and clause in text for clause in clauses)


@pytest.mark.parametrize("text", ["so " * 200, "ok," * 200, "a, what b" * 60, "and " * 150, ", and what" * 60])
def test_hostile_texts_take_no_time(text: str) -> None:
    # A pattern that tried all ways to part these would not come back.
    assert isinstance(split(text), tuple)
    assert isinstance(listed(text), tuple)


def test_a_list_is_read_as_one_question_each() -> None:
    assert listed("Any vomiting or diarrhoea?") == ("Any vomiting?", "Any diarrhoea?")
    assert listed("Do you smoke or drink?") == ("Do you smoke?", "Do you drink?")
    assert listed("What is your name and date of birth?") == ("What is your name?", "What is your date of birth?")


def test_what_is_no_list_is_left_alone() -> None:
    assert listed("Where is it?") == ()
    assert listed("Is it sharp or dull?") == ()
    assert listed("Do you smoke or do you ever drink any alcohol at home?") == ()


def test_a_question_is_told_by_its_mark_or_its_beginning() -> None:
    assert is_question("And how are you")
    assert is_question("smoker?")
    assert not is_question("I am the doctor")
