"""Word vectors: learning, storing, and what texts are near to."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from modiste.data import Dataset
from modiste.engine import collect, lazy
from modiste.errors import ArtifactError, InputError, MissingExtraError
from modiste.search.attributes import learning
from modiste.search.attributes.learning import fit_word_vectors
from modiste.search.attributes.sentences import build_sentences
from modiste.search.attributes.stored import open_word_vectors, read_word_vectors, words_store
from modiste.search.attributes.vectors import WordVectors
from tests.search.attributes.planted import PATTERNS, SAYINGS, planted


def test_values_lie_by_what_is_said_of_them(learned: WordVectors) -> None:
    kinds = learned.values("kind", list(SAYINGS))
    for place, said in enumerate(SAYINGS.values()):
        near = learned.texts(said.split()) @ kinds.T
        assert (near.argmax(axis=1) == place).all(), said
    patterns = learned.values("pattern", list(PATTERNS))
    near = learned.texts(list(PATTERNS.values())) @ patterns.T
    assert (near.argmax(axis=1) == np.arange(len(PATTERNS))).all()


def test_equal_texts_give_equal_bytes(small: Dataset) -> None:
    first, again, other = (fit_word_vectors(build_sentences(small), seed) for seed in (1, 1, 2))
    assert again.words == first.words
    assert again.vectors.tobytes() == first.vectors.tobytes()
    assert other.vectors.tobytes() != first.vectors.tobytes()


def test_what_nobody_said_has_no_direction(learned: WordVectors) -> None:
    assert not learned.texts(["qwxyz"]).any()
    # A value that stands in no sentence is read by the words it is made of.
    made = learned.values("kind", ["evening waltz", "qwxyz"])
    assert made[0].any()
    assert not made[1].any()


def test_rare_words_count_more() -> None:
    vectors = WordVectors(("often", "rare"), np.array([999, 1]), np.eye(2, dtype=np.float32))
    both = vectors.texts(["often rare"])[0]
    assert both[1] > 10 * both[0] > 0


@pytest.fixture(scope="module")
def small() -> Dataset:
    """Too little to learn much from, and quickly learned."""
    pytest.importorskip("gensim")
    return planted(24)


def test_they_are_stored_and_learned_anew_when_the_texts_change(
    small: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = open_word_vectors(small, tmp_path)
    name = words_store(tmp_path).current_name()
    monkeypatch.setattr(learning, "_word2vec", lambda: pytest.fail("was learned again"))
    again = open_word_vectors(small, tmp_path)
    assert again.vectors.tobytes() == first.vectors.tobytes()
    monkeypatch.undo()
    items = collect(small.items)
    said = pl.when(pl.col("item_idx") == 3).then(pl.lit("velvet")).otherwise("description")
    changed = replace(small, items=lazy(items.with_columns(said.alias("description"))))
    open_word_vectors(changed, tmp_path)
    assert words_store(tmp_path).current_name() != name


def test_an_altered_folder_is_not_read(small: Dataset, tmp_path: Path) -> None:
    open_word_vectors(small, tmp_path)
    folder = words_store(tmp_path).current()
    (folder / "vocabulary.json").write_text(json.dumps(["a"]))
    with pytest.raises(ArtifactError, match="altered"):
        read_word_vectors(folder)


def test_nothing_said_and_nothing_installed_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("gensim")
    with pytest.raises(InputError, match="nothing to learn words from"):
        fit_word_vectors([["once"], ["twice"]])

    def absent() -> None:
        raise MissingExtraError("gensim", extra="words")

    monkeypatch.setattr(learning, "_word2vec", absent)
    with pytest.raises(MissingExtraError, match=r"modiste\[words\]"):
        fit_word_vectors([["a", "b"], ["a", "b"]])
