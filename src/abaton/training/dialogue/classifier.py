"""Which intent a clause means, how sure that is, and when it is better to ask back or to admit not understanding."""

import hashlib
import math
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from abaton.training.dialogue import clauses, minilm, regression
from abaton.training.dialogue.intents import Catalogue, shipped
from abaton.training.dialogue.lexical import Lexical
from abaton.training.dialogue.threads import one_thread

Array = NDArray[np.float64]
Verdict = Literal["sure", "unsure", "unknown", "aside"]

_LISTED_MARGIN = 1.5
NAMED = 3
"""How many candidates a reading names."""


class Candidate(msgspec.Struct, frozen=True):
    """An intent and its probability among all intents and what lies out of scope."""

    intent: str
    probability: float


class Reading(msgspec.Struct, frozen=True):
    """What a clause was taken to mean.

    Args:
        clause: The words.
        candidates: The three likeliest intents, best first.
        margin: Natural logarithm of the ratio of the first to the second.
        scope: Natural logarithm of the ratio of the first to being out of scope.
        verdict: Sure, unsure (ask back), unknown, or an aside: words beside a question that ask for nothing.
    """

    clause: str
    candidates: tuple[Candidate, ...]
    margin: float
    scope: float
    verdict: Verdict

    @property
    def intent(self) -> str:
        """The likeliest."""
        return self.candidates[0].intent


class Thresholds(msgspec.Struct, frozen=True):
    """When to answer.

    Args:
        unknown: Below this scope the patient does not understand.
        known: From this scope on the patient answers; between the two it asks back.
        margin: Below it the patient asks back.
    """

    unknown: float
    known: float
    margin: float


class Encoder(Protocol):
    """Compares texts with seeds by meaning.

    `name` is logged; `penalty` and `thresholds` were chosen for it on the development questions.
    """

    name: str
    penalty: float
    thresholds: Thresholds

    def likeness(self, texts: list[str]) -> Array:
        """Shape (texts, seeds): a kernel, 1 for equal texts."""
        ...


class WordsOnly:
    """The encoder that needs nothing but the seeds."""

    name = "lexical"
    penalty = 0.1
    thresholds = Thresholds(unknown=0.3, known=1.0, margin=0.5)

    def __init__(self, seeds: list[str]) -> None:
        self._lexical = Lexical(seeds)

    def likeness(self, texts: list[str]) -> Array:
        """Shape (texts, seeds)."""
        return self._lexical.likeness(texts)


class WordsAndMeaning:
    """Words, letters and MiniLM's vectors together, half and half: what one misses the other finds.

    Args:
        seeds: The examples.
        weights: The folder of MiniLM's weights.
        cache: A folder where the vectors of the seeds are kept from one start to the next; None keeps nothing.
    """

    name = "minilm+lexical"
    penalty = 0.05
    thresholds = Thresholds(unknown=0.6, known=1.5, margin=0.5)
    _share_meaning = 0.5

    def __init__(self, seeds: list[str], weights: Path, cache: Path | None = None) -> None:
        self._lexical = Lexical(seeds)
        self._model = minilm.load(weights)
        with one_thread():
            self._seeds = _kept(self._model, seeds, cache)

    def likeness(self, texts: list[str]) -> Array:
        """Shape (texts, seeds)."""
        meaning = (self._model.encode(texts) @ self._seeds.T).astype(np.float64)
        return self._share_meaning * meaning + (1 - self._share_meaning) * self._lexical.likeness(texts)


class Classifier:
    """Learns a catalogue from its seeds, some seconds' work, when it is first asked.

    Args:
        catalogue: Its seeds are the examples.
        encoder: Made from `examples(catalogue)`.
    """

    def __init__(self, catalogue: Catalogue, encoder: Encoder) -> None:
        self.catalogue = catalogue
        self.encoder = encoder

    @cached_property
    def _model(self) -> regression.Regression:
        groups = [*(intent.seeds for intent in self.catalogue.intents), self.catalogue.out_of_scope.seeds]
        classes = np.concatenate([np.full(len(seeds), number) for number, seeds in enumerate(groups)])
        with one_thread():
            likeness = self.encoder.likeness(examples(self.catalogue))
            return regression.fit((likeness + likeness.T) / 2, classes, len(groups), self.encoder.penalty)

    def read(self, clause: str) -> Reading:
        """What one clause means."""
        return self._readings([clause])[0]

    def understand(self, text: str) -> tuple[Reading, ...]:
        """What a text means, clause by clause; neighbours with one meaning are taken together."""
        readings: list[Reading] = []
        for clause in clauses.split(text):
            for reading in self._read_list(clause):
                before = readings[-1] if readings else None
                if not (before and before.verdict == reading.verdict == "sure" and before.intent == reading.intent):
                    readings.append(reading)
        asked = any(clauses.is_question(reading.clause) for reading in readings)
        return tuple(
            msgspec.structs.replace(reading, verdict="aside")
            if asked and reading.verdict != "sure" and not clauses.is_question(reading.clause)
            else reading
            for reading in readings
        )

    def _read_list(self, clause: str) -> list[Reading]:
        """A clause as one question, or as a list where its members are sure and mean different things."""
        pieces = clauses.listed(clause)
        whole, *parts = self._readings([clause, *pieces])
        names = [part.intent for part in parts]
        distinct = len(set(names)) == len(names) > 1
        if distinct and whole.intent in names and all(self._beyond_doubt(part) for part in parts):
            return parts
        return [whole]

    def _beyond_doubt(self, part: Reading) -> bool:
        return part.verdict == "sure" and part.margin >= _LISTED_MARGIN

    def _readings(self, texts: list[str]) -> list[Reading]:
        with one_thread():
            rows = self._model.probabilities(self.encoder.likeness(texts))
        return [self._reading(text, row) for text, row in zip(texts, rows, strict=True)]

    def _reading(self, clause: str, probabilities: Array) -> Reading:
        names = self.catalogue.names
        best: list[int] = np.argsort(-probabilities[:-1], kind="stable")[:NAMED].tolist()
        candidates = tuple(Candidate(names[number], float(probabilities[number])) for number in best)
        first, second = candidates[0].probability, candidates[1].probability
        margin, scope = math.log(first / second), math.log(first / float(probabilities[-1]))
        return Reading(clause, candidates, margin, scope, _verdict(margin, scope, self.encoder.thresholds))


def examples(catalogue: Catalogue) -> list[str]:
    """All seeds, intent by intent, those out of scope last."""
    return [seed for intent in catalogue.intents for seed in intent.seeds] + list(catalogue.out_of_scope.seeds)


@lru_cache(maxsize=2)
def fall_back() -> Classifier:
    """The shipped catalogue, read by words alone; learnt once in a process."""
    return Classifier(shipped(), WordsOnly(examples(shipped())))


@lru_cache(maxsize=2)
def best_available(cache: Path | None = None) -> Classifier:
    """The shipped catalogue, read with MiniLM where its package is installed and by words alone where it is not.

    Args:
        cache: A folder for the vectors of the seeds, which spares some seconds at the next start.
    """
    weights = minilm.installed()
    if weights is None:
        return fall_back()
    return Classifier(shipped(), WordsAndMeaning(examples(shipped()), weights, cache))


def _verdict(margin: float, scope: float, thresholds: Thresholds) -> Verdict:
    if scope < thresholds.unknown:
        return "unknown"
    return "sure" if scope >= thresholds.known and margin >= thresholds.margin else "unsure"


def _kept(model: minilm.MiniLM, seeds: list[str], cache: Path | None) -> NDArray[np.float32]:
    """Vectors of the seeds, from the cache where it has exactly these."""
    stamp = hashlib.sha256(msgspec.json.encode([minilm.PACKAGE, *seeds])).hexdigest()[:16]
    path = cache / f"minilm-{stamp}.npy" if cache else None
    if path and path.is_file():
        try:
            vectors = np.load(path, allow_pickle=False)
        except (OSError, ValueError):
            vectors = None
        if vectors is not None and vectors.shape == (len(seeds), minilm.WIDTH):
            return vectors.astype(np.float32)
    vectors = model.encode(seeds)
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".part.npy")
        np.save(partial, vectors)
        partial.replace(path)
    return vectors
