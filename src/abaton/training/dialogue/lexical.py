"""Likeness of questions by their words and letters: the encoder that is always there."""

import math
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from abaton.training.dialogue.wording import Wording

Array = NDArray[np.float64]


class _Block:
    """TF-IDF over one sort of features, learnt from the examples; rows of unit length."""

    def __init__(self, features: Callable[[list[str]], Iterable[str]], examples: list[list[str]]) -> None:
        self._features = features
        found = [Counter(features(example)) for example in examples]
        seen_in = Counter(feature for counts in found for feature in counts)
        self._number = {feature: number for number, feature in enumerate(sorted(seen_in))}
        whole = len(examples) + 1
        self._rarity = {feature: math.log(whole / (1 + count)) + 1 for feature, count in seen_in.items()}
        self._unseen = math.log(whole) + 1

    def rows(self, texts: list[list[str]]) -> sparse.csr_array:
        """Shape (texts, features). Features never seen count in the length, so strange words lower the likeness."""
        values: list[float] = []
        columns: list[int] = []
        ends = [0]
        for text in texts:
            weighted = {
                feature: (1 + math.log(count)) * self._rarity.get(feature, self._unseen)
                for feature, count in sorted(Counter(self._features(text)).items())
            }
            length = math.sqrt(sum(weight**2 for weight in weighted.values())) or 1.0
            known = [(self._number[feature], weight) for feature, weight in weighted.items() if feature in self._number]
            columns += [number for number, _ in known]
            values += [weight / length for _, weight in known]
            ends.append(len(values))
        return sparse.csr_array(
            (np.array(values), np.array(columns, dtype=np.int32), np.array(ends)), (len(texts), len(self._number))
        )


def _single(text: list[str]) -> list[str]:
    return text


def _pairs(text: list[str]) -> list[str]:
    framed = ["^", *text, "$"]
    return [f"{first} {second}" for first, second in pairwise(framed)]


def _letters(text: list[str]) -> list[str]:
    framed = [f" {word} " for word in text]
    return [word[at : at + size] for word in framed for size in (3, 4, 5) for at in range(len(word) - size + 1)]


class Lexical:
    """Words, pairs of words and groups of letters, against the seeds.

    Args:
        seeds: The examples to compare with.
    """

    SHARES = ((_single, 0.45), (_pairs, 0.2), (_letters, 0.35))

    def __init__(self, seeds: list[str]) -> None:
        self._wording = Wording(seeds)
        plain = [self._wording.plain(seed) for seed in seeds]
        self._blocks = [(_Block(features, plain), share) for features, share in self.SHARES]
        self._seeds = [block.rows(plain) for block, _ in self._blocks]

    def likeness(self, texts: list[str]) -> Array:
        """Shape (texts, seeds), each between 0 and 1."""
        plain = [self._wording.plain(text) for text in texts]
        whole = np.zeros((len(texts), self._seeds[0].shape[0]))
        for (block, share), seeds in zip(self._blocks, self._seeds, strict=True):
            whole += share * (block.rows(plain) @ seeds.T).toarray()
        return whole
