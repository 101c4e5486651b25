"""What a text asks for: words to look up, attributes that lift, bounds that filter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from modiste.data import Dataset
from modiste.encoders.thesaurus import canonical, singular
from modiste.rules.filters import Filter
from modiste.search.query.understood import Understood, Wishes, understand
from modiste.search.query.vocabulary import HEAD, Vocabulary, build_vocabulary
from modiste.search.words import WordIndex, Words


@dataclass(frozen=True)
class Asked:
    """A text as the shop understands it."""

    given: str
    """As it was typed."""
    text: str
    """With typing errors corrected, without prices: what an encoder is given."""
    words: Words
    """For the index of words."""
    said: Mapping[str, str]
    """Stem to the word it was given as."""
    unknown: tuple[str, ...]
    """Words that the shop knows nothing of."""
    understood: Understood
    named: float = 0.0
    """Share of the words that name attributes of the shop."""
    others: Words = ()
    """Words that the shop has and that name no attribute of it, for the index of words."""

    @property
    def wishes(self) -> Wishes:
        """Attributes that were named, with how surely."""
        return self.understood.wishes

    @property
    def bounds(self) -> tuple[Filter, ...]:
        """Prices that were named."""
        return self.understood.price.filters if self.understood.price else ()

    @property
    def strange(self) -> bool:
        """Whether the shop knows none of the words, or they say nothing."""
        return not self.wishes and not self.bounds and len(self.unknown) >= len(self.said)


@dataclass(frozen=True)
class Unwanted:
    """What is not wanted."""

    excluded: Wishes = field(default_factory=dict)
    """Attributes that no hit has."""
    words: Words = ()
    """Words that push an item back, for the index of words."""
    text: str = ""
    """The same words, for an encoder."""

    @property
    def named(self) -> Mapping[str, tuple[str, ...]]:
        """Give the attributes that no hit has: `kind` to (`Dress`,)."""
        return {name: tuple(values) for name, values in self.excluded.items() if values}


@dataclass(frozen=True)
class Reader:
    """Reads queries in the words of one shop."""

    vocabulary: Vocabulary
    index: WordIndex

    @classmethod
    def of(cls, dataset: Dataset, index: WordIndex) -> Reader:
        """Learn the words of a shop."""
        return cls(build_vocabulary(dataset), index)

    def read(self, text: str, *, spelling: bool = True) -> Asked:
        """Understand a text; without `spelling` its words are taken as they were typed."""
        found = understand(text, self.vocabulary, spelling=spelling)
        said: dict[str, str] = {}
        for word in found.words:
            for stem in self.index.stems(word):
                said.setdefault(stem, word)
        words = self.index.words(" ".join(found.words))
        unknown = tuple(word for word in found.unknown if not self._has(word))
        naming = [self._means(word) for word in found.words]
        named = sum(naming) / max(1, len(naming))
        forms = set(canonical(" ".join(found.words)).split())
        silent = [
            word
            for word, names in zip(found.words, naming, strict=True)
            if not names and word not in unknown and singular(word) in forms
        ]
        others = self.index.words(" ".join(silent))
        text_read = found.phrase or found.text
        return Asked(text, text_read, words, said, unknown, found, named, others)

    def unwanted(self, asked: Asked | None, without: str | None) -> Unwanted | None:
        """Say what is not wanted: by the words of the query ("no stripes"), or named apart.

        Args:
            asked: The query.
            without: Further things that are not wanted.
        """
        excluded: dict[str, dict[str, float]] = {}
        phrases = list(asked.understood.without) if asked else []
        named = [asked.understood.excluded] if asked else []
        if without and without.strip():
            given = understand(without, self.vocabulary)
            named += [given.wishes, given.excluded]
            phrases += [" ".join(given.words), *given.without]
        for wishes in named:
            for name, values in wishes.items():
                sure = {value: weight for value, weight in values.items() if weight >= HEAD}
                excluded.setdefault(name, {}).update(sure)
        # What an attribute tells half, as "all over pattern" does "flowers", the texts may tell.
        rest = [word for phrase in phrases for word in phrase.split() if not self._names(word)]
        if not rest and not any(excluded.values()):
            return None
        return Unwanted(excluded, self.index.words(" ".join(rest)), " ".join(rest))

    def _has(self, word: str) -> bool:
        return any(self.index.word(stem) for stem in self.index.stems(word))

    def _names(self, word: str) -> bool:
        meanings = self.vocabulary.meanings_of(canonical(word))
        return any(meaning.weight >= HEAD for meaning in meanings)

    def _means(self, word: str) -> bool:
        return bool(self.vocabulary.meanings_of(canonical(word)))


def conditions_of(asked: Asked | None, given: Sequence[Filter]) -> tuple[Filter, ...]:
    """Give the filters of a search: those given, and the prices that the words name."""
    return (*given, *(asked.bounds if asked else ()))
