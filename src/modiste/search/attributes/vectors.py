"""Word vectors of a shop: words that are said of the same garments lie near to each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from modiste.encoders.base import Vectors, unit
from modiste.search.attributes.sentences import said_words, value_word

RARE = 1e-3
"""A word of this share of all words counts half of a rare one in a text's vector."""


@dataclass(frozen=True)
class WordVectors:
    """A vector for each word of a catalogue, and for each value of its attributes.

    Source: Arora, Liang, Ma, "A simple but tough-to-beat baseline for sentence embeddings", ICLR
        2017 (the weight of a word by its share).
    """

    words: tuple[str, ...]
    """Words in their canonical form, and `attribute=value` for each value."""
    counts: npt.NDArray[np.int64]
    """How often each stands in the sentences, `[n_words]`."""
    vectors: Vectors
    """`[n_words, dim]`, rows of length 1."""

    @property
    def label(self) -> str:
        """What these vectors are called in an answer."""
        return "the shop's own words"

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return int(self.vectors.shape[1])

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The row of each word."""
        return {word: place for place, word in enumerate(self.words)}

    @cached_property
    def _weights(self) -> npt.NDArray[np.float32]:
        share = self.counts / max(int(self.counts.sum()), 1)
        return (RARE / (RARE + share)).astype(np.float32)

    def texts(self, texts: Sequence[str]) -> Vectors:
        """Give the vectors of texts, `[n_texts, dim]`: zeros where no word is known.

        A text's vector is the mean of its words', rare ones counting more.
        """
        return self.of_words([said_words(text) for text in texts])

    def values(self, attribute: str, values: Sequence[str]) -> Vectors:
        """Give the vectors of an attribute's values, `[n_values, dim]`.

        A value that stands in no sentence has the vector of the words it is made of.
        """
        own = [value_word(attribute, value) for value in values]
        return self.of_words(
            [
                [word] if word in self.places else said_words(value)
                for word, value in zip(own, values, strict=True)
            ]
        )

    def of_words(self, texts: Sequence[Sequence[str]]) -> Vectors:
        """Give the vectors of texts that are lists of words in their canonical form."""
        rows = [[self.places[word] for word in words if word in self.places] for words in texts]
        lengths = np.array([len(row) for row in rows], np.int64)
        flat = np.array([place for row in rows for place in row], np.int64)
        sums = np.zeros((len(rows), self.dim), np.float32)
        np.add.at(
            sums,
            np.repeat(np.arange(len(rows)), lengths),
            self._weights[flat, None] * self.vectors[flat],
        )
        return unit(sums)
