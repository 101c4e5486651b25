"""Texts as numbers: known words have rows of their own, all words have those of their n-grams."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from modiste.encoders.thesaurus import canonical

Whole = npt.NDArray[np.int64]
GRAM_LENGTHS = (3, 4, 5)


def text_words(text: str) -> list[str]:
    """Split a text into words that stand for their synonyms, in lower case and in the singular."""
    return canonical(text).split()


@dataclass(frozen=True)
class Texts:
    """Texts as positions in a list of distinct words, one text behind the other."""

    words: Whole
    """`[n_words]`, positions in the lexicon."""
    lengths: Whole
    """`[n_texts]`, words of each text; at least one."""

    def starts(self) -> Whole:
        """Give where each text begins."""
        return np.concatenate([[0], np.cumsum(self.lengths)[:-1]]).astype(np.int64)

    def of(self, rows: Whole) -> Texts:
        """Take some texts, in the order asked for."""
        lengths = self.lengths[rows]
        return Texts(self.words[ranges(self.starts()[rows], lengths)], lengths)


def ranges(starts: Whole, lengths: Whole) -> Whole:
    """Give `start, start + 1, …` of each range, one behind the other."""
    before = np.cumsum(lengths) - lengths
    places: Whole = np.arange(int(lengths.sum())) + np.repeat(starts - before, lengths)
    return places


@dataclass
class Lexicon:
    """The distinct words met so far, each with the rows of the tower's table that make it up."""

    vocabulary: dict[str, int]
    """Words with a row of their own, by that row; rows of n-grams come behind."""
    n_grams: int
    """Rows that n-grams share, by hash."""
    _places: dict[str, int] = field(default_factory=dict)
    _rows: list[list[int]] = field(default_factory=list)

    def encode(self, texts: Iterable[Sequence[str]]) -> Texts:
        """Turn texts, each a list of words, into positions; an empty text is the word ""."""
        found = [[self._place(word) for word in words] or [self._place("")] for words in texts]
        lengths = np.array([len(places) for places in found], np.int64)
        flat = np.array([place for places in found for place in places], np.int64)
        return Texts(flat, lengths)

    def table(self) -> Table:
        """Give the rows of every word met so far, as arrays."""
        lengths = np.array([len(rows) for rows in self._rows], np.int64)
        flat = np.array([row for rows in self._rows for row in rows], np.int64)
        return Table(flat, lengths, len(self.vocabulary))

    def _place(self, word: str) -> int:
        if word not in self._places:
            self._places[word] = len(self._rows)
            known = self.vocabulary.get(word)
            own = [] if known is None else [known]
            self._rows.append(own + [len(self.vocabulary) + gram for gram in self._grams(word)])
        return self._places[word]

    def _grams(self, word: str) -> list[int]:
        marked = f"<{word}>"
        parts = [
            marked[start : start + length]
            for length in GRAM_LENGTHS
            for start in range(len(marked) - length + 1)
        ]
        return [_hash(part) % self.n_grams for part in parts or [marked]]


@dataclass(frozen=True)
class Table:
    """What each word of a lexicon is made of."""

    rows: Whole
    """Rows of the word tower's table, one word behind the other; a known word's own row first."""
    lengths: Whole
    """`[n_words]`."""
    n_known: int
    """Rows below this are words' own."""

    def of(self, words: Whole) -> tuple[Whole, Whole, npt.NDArray[np.float32]]:
        """Give rows, where each word begins, and weights: own 1, its n-grams together a half.

        A word without a row of its own has its n-grams together count 1.
        """
        lengths = self.lengths[words]
        starts = (np.cumsum(self.lengths) - self.lengths)[words]
        rows = self.rows[ranges(starts, lengths)]
        known = self.rows[starts] < self.n_known
        share = np.where(known, 0.5, 1.0) / np.maximum(lengths - known, 1)
        weights = np.where(rows < self.n_known, 1.0, np.repeat(share, lengths))
        return rows, np.cumsum(lengths) - lengths, weights.astype(np.float32)


def learn_vocabulary(texts: Iterable[Sequence[str]], least: int, most: int) -> dict[str, int]:
    """Number the words that at least `least` texts hold, the `most` frequent of them."""
    counts = Counter(word for words in texts for word in set(words))
    frequent = sorted(
        (word for word, count in counts.items() if count >= least),
        key=lambda word: (-counts[word], word),
    )
    return {word: row for row, word in enumerate(frequent[:most])}


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest(), "little")
