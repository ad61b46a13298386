"""The catalogue is whole, and the questions it is judged by are none of its own."""

import re
from pathlib import Path

import msgspec
import pytest
from rapidfuzz import fuzz, process

from abaton.core.errors import Problem
from abaton.training.dialogue.classifier import examples
from abaton.training.dialogue.intents import read_catalogue, shipped

QUESTIONS = Path(__file__).parents[3] / "benchmarks/dialogue_questions.json"


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9 ]", "", text.lower()).strip()


def test_every_intent_has_seeds_enough_and_a_gloss_for_asking_back() -> None:
    catalogue = shipped()
    assert len(catalogue.intents) >= 45
    assert re.fullmatch(r"\d{4}\.\d+", catalogue.edition)
    for intent in catalogue.intents:
        assert len(intent.seeds) >= 8, intent.name
        assert intent.gloss
        assert not intent.gloss.endswith((".", "?"))
        assert 0 <= intent.phase <= 6


def test_no_seed_speaks_for_two_intents() -> None:
    seeds = [_plain(seed) for seed in examples(shipped())]
    assert len(set(seeds)) == len(seeds)


def test_no_evaluation_question_is_nearly_a_seed() -> None:
    seeds = [_plain(seed) for seed in examples(shipped())]
    asked = msgspec.json.decode(QUESTIONS.read_bytes())["questions"]
    nearest = {
        question["text"]: process.extractOne(_plain(question["text"]), seeds, scorer=fuzz.ratio) for question in asked
    }
    assert {text: seed for text, seed in nearest.items() if seed[1] > 90} == {}


def test_the_evaluation_names_intents_that_there_are_and_has_enough_of_both_sorts() -> None:
    asked = msgspec.json.decode(QUESTIONS.read_bytes())["questions"]
    held = [question for question in asked if question["half"] == "held_out"]
    assert {name for question in asked for name in question["intents"]} <= set(shipped().names)
    assert {name for question in held for name in question["intents"]} == set(shipped().names)
    assert sum(bool(question["intents"]) for question in held) >= 120
    assert sum(not question["intents"] for question in held) >= 60
    assert len({_plain(question["text"]) for question in asked}) == len(asked)


@pytest.mark.parametrize(
    "text",
    [
        b"edition = 1",
        b"not toml",
        b'edition="1"\nlanguage="en"\n[[intents]]\nname="a"\ngloss="a"\nphase=0\nseeds=["x","y"]\n'
        b'[[intents]]\nname="a"\ngloss="a"\nphase=0\nseeds=["x","y"]\n[out_of_scope]\nseeds=["p","q"]',
        b'edition="1"\nlanguage="en"\n[[intents]]\nname="a"\ngloss="a"\nphase=0\nseeds=["x"]\n'
        b'[[intents]]\nname="b"\ngloss="a"\nphase=0\nseeds=["x","y"]\n[out_of_scope]\nseeds=["p","q"]',
    ],
)
def test_a_bad_catalogue_is_refused(text: bytes) -> None:
    with pytest.raises(Problem) as problem:
        read_catalogue(text)
    assert problem.value.code == "intents_malformed"


def test_an_unknown_intent_is_named_with_those_that_there_are() -> None:
    with pytest.raises(Problem, match="onset"):
        shipped().intent("weather")
