"""Learns word vectors from a catalogue's sentences: skip-gram with negative sampling, by gensim."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from modiste.encoders.base import unit
from modiste.errors import InputError, MissingExtraError
from modiste.search.attributes.vectors import WordVectors

DIM, WINDOW, NEGATIVES, FEWEST = 64, 5, 5, 2
"""Length of a vector; words to either side that are learned from; drawn words beside each; a word
that stands in fewer sentences has no vector."""
OFTEN = 1e-4
"""A word of a greater share of all words is passed over now and then, the oftener the greater; in a
catalogue of few words, one that stands oftener than the mean word does."""
SEEN = 6_000_000
"""Words that are looked at in all: a small catalogue is read more often."""
LEAST, MOST = 3, 30
"""How often a catalogue is read at least, and at most."""
Progress = Callable[[str, float], None]


def settings() -> dict[str, float]:
    """Give what the vectors depend on beside the sentences."""
    return {
        "dim": DIM,
        "window": WINDOW,
        "negatives": NEGATIVES,
        "fewest": FEWEST,
        "often": OFTEN,
        "seen": SEEN,
    }


class Shuffled:
    """Sentences whose words stand in another order each time they are read.

    What is said of an item has no order that matters: so every pair of its words comes to stand
    side by side at some time, and a short window will do.
    """

    def __init__(
        self, sentences: Sequence[Sequence[str]], seed: int, reads: int, progress: Progress | None
    ) -> None:
        """Take the sentences and how often they will be read."""
        self._sentences, self._seed, self._reads = sentences, seed, reads
        self._progress = progress
        self._n_read = 0

    def __iter__(self) -> Iterator[list[str]]:
        """Give every sentence once, its words shuffled."""
        rng = np.random.default_rng((self._seed, self._n_read))
        if self._progress is not None:
            self._progress("learn words", min(1.0, self._n_read / self._reads))
        self._n_read += 1
        for words in self._sentences:
            yield [words[place] for place in rng.permutation(len(words))]


def fit_word_vectors(
    sentences: Sequence[Sequence[str]], seed: int = 0, progress: Progress | None = None
) -> WordVectors:
    """Learn a vector for each word that at least `FEWEST` sentences hold.

    Equal sentences and an equal seed give equal vectors.

    Args:
        sentences: Words of each item, see `build_sentences`.
        seed: Of the first vectors, the order of words, and the negatives.
        progress: Told how much of it is done.

    Raises:
        InputError: If no word is said often enough.
        MissingExtraError: If gensim is not installed.

    Source: Mikolov, Sutskever, Chen, Corrado, Dean, "Distributed representations of words and
        phrases and their compositionality", NIPS 2013, eq. 4.
    """
    n_words = sum(map(len, sentences))
    n_distinct = len({word for words in sentences for word in words})
    epochs = int(np.clip(SEEN // max(n_words, 1), LEAST, MOST))
    model = _word2vec()(
        vector_size=DIM,
        window=WINDOW,
        negative=NEGATIVES,
        min_count=FEWEST,
        sample=max(OFTEN, 1 / max(n_distinct, 1)),
        sg=1,
        seed=seed,
        workers=1,  # two would learn in an order that no seed repeats
        epochs=epochs,
    )
    read = Shuffled(sentences, seed, epochs + 1, progress)
    model.build_vocab(read)
    if not model.wv.index_to_key:
        raise InputError(
            f"no word stands in {FEWEST} of the {len(sentences):,} items' texts: there is nothing "
            "to learn words from; name an encoder of sentences by --encoder"
        )
    model.train(read, total_examples=len(sentences), epochs=epochs)
    if progress is not None:
        progress("learn words", 1.0)
    words = tuple(model.wv.index_to_key)
    counts = [model.wv.get_vecattr(word, "count") for word in words]
    return WordVectors(words, np.array(counts, np.int64), unit(model.wv.vectors))


def _word2vec() -> Any:
    try:
        from gensim.models import Word2Vec
    except ModuleNotFoundError as error:
        raise MissingExtraError(error.name or "gensim", extra="words") from error
    return Word2Vec
