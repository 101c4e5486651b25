"""What a text asks for: words to look up, attributes that lift, bounds that filter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from modiste.data import Dataset
from modiste.search.filters import Filter
from modiste.search.lift import Wishes
from modiste.search.vocabulary import Vocabulary, build_vocabulary
from modiste.search.words import WordIndex, Words


@dataclass(frozen=True)
class Asked:
    """A text as the shop understands it."""

    given: str
    """As it was typed."""
    text: str
    """With typing errors corrected; what an encoder is given."""
    words: Words
    """For the index of words."""
    wishes: Wishes
    """Attributes that were named, with how surely."""
    bounds: tuple[Filter, ...]
    """Prices that were named."""
    unknown: tuple[str, ...]
    """Words that the shop knows nothing of."""
    said: Mapping[str, str]
    """Stem to the word it was given as."""
    notes: tuple[str, ...] = ()

    @property
    def strange(self) -> bool:
        """Whether the shop knows none of the words."""
        return not self.wishes and not self.bounds and len(self.unknown) >= len(self.said)


@dataclass(frozen=True)
class Reader:
    """Reads queries in the words of one shop."""

    vocabulary: Vocabulary
    index: WordIndex

    @classmethod
    def of(cls, dataset: Dataset, index: WordIndex) -> Reader:
        """Learn the words of a shop."""
        return cls(build_vocabulary(dataset), index)

    def read(self, text: str) -> Asked:
        """Understand a text."""
        words = self.index.words(text)
        said = {stem: word for word in text.split() for stem in self.index.stems(word)}
        unknown = [word for stem, word in said.items() if not self.index.word(stem)]
        return Asked(text, text, words, {}, (), tuple(unknown), said)
