"""How often a patient understands what it is asked, and how seldom it answers what it should not.

The questions are in `dialogue_questions.json`. No seed was written from them and none is nearly a seed; a test compares
them. The half held out was written after the seeds and the words were fixed, the other half was looked at while they
were made. Figures without `development_` are of the half held out.

- `top1_pct`: questions of which every clause was taken for what it means, and for nothing else; of those in scope.
- `top3_pct`: questions of which every meaning is among the first three of a clause.
- `false_accept_pct`: questions out of scope which the patient answers at once, as though it had understood.
- `answered_right_pct`, `asked_back_pct`, `not_understood_pct`: what becomes of a question in scope at first:
  all of it answered, and rightly; something asked back; something not understood. `answered_wrong_pct` is the rest.
- `out_of_scope_asked_back_pct`: questions out of scope at which the patient asks "Do you mean ...?".
- `median_ms`: from the text to its meaning, clauses and lists included; `learning_s`: once, before the first answer.
  `median_cpu_ms` is the processor's time for the same, which another program's load does not stretch so much.
- The same with `fallback_`: by words alone, without MiniLM. `encoder` is the one in use here.
- `token_set_top1_pct`, `token_set_top3_pct`, `token_set_false_accept_pct`: the peer, `token_set_ratio` of `rapidfuzz`
  with the nearest seed of each intent, over questions with one meaning; it accepts from the threshold that keeps 90 %
  of the right ones among the development questions.
- `wrong`: each question that went wrong and what it was taken for.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from rapidfuzz import fuzz, process, utils

from abaton.training.dialogue import classifier
from abaton.training.dialogue.classifier import Classifier, Reading
from abaton.training.dialogue.intents import shipped
from benchmarks import output

QUESTIONS = Path(__file__).with_name("dialogue_questions.json")
KEPT = 0.9


class Question(msgspec.Struct, frozen=True):
    """What is asked, and all that it means; nothing where it is out of scope."""

    text: str
    intents: tuple[str, ...]
    half: str


class Questions(msgspec.Struct, frozen=True):
    edition: str
    questions: tuple[Question, ...]


def questions(half: str) -> list[Question]:
    """One half of the file."""
    found = msgspec.json.decode(QUESTIONS.read_bytes(), type=Questions)
    return [question for question in found.questions if question.half == half]


def main() -> None:
    """Asks, counts, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    output.add_arguments(parser)
    arguments = parser.parse_args()
    figures: dict[str, Any] = {}
    wrong: list[str] = []
    for prefix, make in (("", classifier.best_available), ("fallback_", classifier.fall_back)):
        output.progress(f"{prefix or 'encoder in use'}: learning")
        begun = time.perf_counter()
        made: Classifier = make()
        made.read("How are you?")
        figures[f"{prefix}encoder"] = made.encoder.name
        figures[f"{prefix}learning_s"] = round(time.perf_counter() - begun, 2)
        held, told = judge(made, questions("held_out"))
        wrong += [f"{made.encoder.name}: {line}" for line in told]
        developed, _ = judge(made, questions("development"))
        figures |= {f"{prefix}{name}": value for name, value in held.items()}
        figures |= {
            f"{prefix}development_{name}": developed[name] for name in ("top1_pct", "top3_pct", "false_accept_pct")
        }
    figures |= peer()
    figures["edition"] = shipped().edition
    figures["in_scope"] = sum(bool(question.intents) for question in questions("held_out"))
    figures["out_of_scope"] = sum(not question.intents for question in questions("held_out"))
    figures["wrong"] = list(dict.fromkeys(wrong)) if arguments.json else "\n" + "\n".join(dict.fromkeys(wrong))
    output.show("dialogue", figures, arguments)


def judge(made: Classifier, asked: list[Question]) -> tuple[dict[str, float], list[str]]:
    """The figures of one classifier, and what went wrong."""
    took: list[float] = []
    worked: list[float] = []
    wrong: list[str] = []
    first = third = right = back = unknown = accepted = doubted = 0
    for question in asked:
        begun, begun_working = time.perf_counter(), time.process_time()
        readings = [reading for reading in made.understand(question.text) if reading.verdict != "aside"]
        took.append(1000 * (time.perf_counter() - begun))
        worked.append(1000 * (time.process_time() - begun_working))
        verdicts = {reading.verdict for reading in readings}
        if not question.intents:
            accepted += "sure" in verdicts
            doubted += "sure" not in verdicts and "unsure" in verdicts
            wrong += [_line(question, readings)] if "sure" in verdicts else []
            continue
        meant = sorted(reading.intent for reading in readings) == sorted(question.intents)
        named = all(any(name in _names(reading) for reading in readings) for name in question.intents)
        first += meant
        third += named
        right += meant and verdicts == {"sure"}
        unknown += "unknown" in verdicts
        back += "unknown" not in verdicts and "unsure" in verdicts
        wrong += [_line(question, readings)] if not meant or "unknown" in verdicts else []
    within = sum(bool(question.intents) for question in asked)
    without = len(asked) - within
    figures = {
        "top1_pct": 100 * first / within,
        "top3_pct": 100 * third / within,
        "false_accept_pct": 100 * accepted / without,
        "median_ms": statistics.median(took),
        "median_cpu_ms": statistics.median(worked),
        "answered_right_pct": 100 * right / within,
        "asked_back_pct": 100 * back / within,
        "not_understood_pct": 100 * unknown / within,
        "answered_wrong_pct": 100 * (within - right - back - unknown) / within,
        "out_of_scope_asked_back_pct": 100 * doubted / without,
    }
    return {name: round(value, 2) for name, value in figures.items()}, wrong


def peer() -> dict[str, float]:
    """The nearest seed by sets of words."""
    rank = _token_set()
    developed = [(rank(question.text), question) for question in questions("development")]
    right = [ranked[0][1] for ranked, question in developed if ranked[0][0] in question.intents]
    threshold = float(np.quantile(right, 1 - KEPT))
    held = [(rank(question.text), question) for question in questions("held_out")]
    within = [(ranked, question) for ranked, question in held if len(question.intents) == 1]
    without = [ranked for ranked, question in held if not question.intents]
    first = sum(ranked[0][0] == question.intents[0] for ranked, question in within)
    third = sum(question.intents[0] in [name for name, _ in ranked[:3]] for ranked, question in within)
    accepted = sum(ranked[0][1] >= threshold for ranked in without)
    return {
        "token_set_top1_pct": round(100 * first / len(within), 2),
        "token_set_top3_pct": round(100 * third / len(within), 2),
        "token_set_false_accept_pct": round(100 * accepted / len(without), 2),
    }


def _token_set() -> Callable[[str], list[tuple[str, float]]]:
    catalogue = shipped()
    seeds = [seed for intent in catalogue.intents for seed in intent.seeds]
    owners = [intent.name for intent in catalogue.intents for _ in intent.seeds]

    def rank(text: str) -> list[tuple[str, float]]:
        scores = process.cdist([text], seeds, scorer=fuzz.token_set_ratio, processor=utils.default_process)[0]
        best: dict[str, float] = {}
        for owner, score in zip(owners, scores.tolist(), strict=True):
            best[owner] = max(best.get(owner, 0.0), score)
        return sorted(best.items(), key=lambda entry: -entry[1])

    return rank


def _names(reading: Reading) -> list[str]:
    return [candidate.intent for candidate in reading.candidates]


def _line(question: Question, readings: list[Reading]) -> str:
    taken = ", ".join(f"{reading.intent} ({reading.verdict})" for reading in readings)
    return f"{question.text!r}: {'+'.join(question.intents) or 'out of scope'}, taken for {taken}"


if __name__ == "__main__":
    main()
