"""What the tests of words and attributes share."""

from __future__ import annotations

import pytest

from modiste.data import Dataset
from modiste.search.attributes.learning import fit_word_vectors
from modiste.search.attributes.sentences import build_sentences
from modiste.search.attributes.vectors import WordVectors
from tests.search.attributes.planted import planted


@pytest.fixture(scope="session")
def planted_shop() -> Dataset:
    """The planted shop."""
    return planted()


@pytest.fixture(scope="session")
def learned(planted_shop: Dataset) -> WordVectors:
    """Vectors learned on it."""
    pytest.importorskip("gensim")
    return fit_word_vectors(build_sentences(planted_shop), seed=1)
