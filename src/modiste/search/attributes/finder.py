"""Finds the attributes of a shop that words mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
import polars as pl

from modiste.data import Dataset, open_shop
from modiste.encoders.base import Vectors
from modiste.encoders.spec import EncoderSpec, open_encoder
from modiste.encoders.thesaurus import canonical
from modiste.engine import collect
from modiste.errors import InputError
from modiste.search.attributes.answer import AttributeAnswer, Close, Groups
from modiste.search.attributes.encoded import EncodedWords
from modiste.search.attributes.learning import Progress
from modiste.search.attributes.stored import open_word_vectors
from modiste.search.query.understood import Understood, understand
from modiste.search.query.vocabulary import (
    PART,
    ROLES,
    Vocabulary,
    build_vocabulary,
    says_nothing,
)

MOST_VALUES = 1_000
"""An attribute of more values is one of names, and is not asked for by meaning; nor are years."""
ORDINARY = 0.9
"""A value is close when it is nearer than this share of the pairs of a word and another's value."""
_SAMPLE, _SEED = 200, 1
_PRIOR = 10.0
"""Made-up words, see `Usual.of`."""


class Ear(Protocol):
    """Gives words and values vectors of one space."""

    @property
    def label(self) -> str:
        """What it is called in an answer."""

    def texts(self, texts: Sequence[str]) -> Vectors:
        """Give the vectors of texts, `[n_texts, dim]`: zeros where nothing is known of one."""

    def values(self, attribute: str, values: Sequence[str]) -> Vectors:
        """Give the vectors of an attribute's values, `[n_values, dim]`."""


@dataclass(frozen=True)
class Values:
    """The values of one attribute."""

    names: tuple[str, ...]
    counts: tuple[int, ...]
    """Items that have each."""
    vectors: Vectors
    """`[n_values, dim]`."""


@dataclass(frozen=True)
class Usual:
    """How near the values of one attribute are to ordinary words."""

    mean: Vectors
    """Cosines, `[n_values]`."""
    spread: Vectors
    """Their standard deviations, `[n_values]`."""
    above: Vectors
    """Standard deviations that the pairs of a word and a value lie above the mean, rising."""

    @classmethod
    def of(cls, cosines: Vectors, dim: int) -> Usual:
        """Take it from cosines of words and values.

        Of few words little can be told: `_PRIOR` more are put to them, as vectors of no structure
        would be, whose cosines have the mean 0 and the variance `1 / dim`.

        Args:
            cosines: `[n_words, n_values]`.
            dim: Length of the vectors.
        """
        n_words = len(cosines)
        mean = cosines.sum(axis=0) / (n_words + _PRIOR)
        squares = (cosines**2).sum(axis=0) + np.float32(_PRIOR / max(1, dim))
        spread = np.sqrt(squares / (n_words + _PRIOR) - mean**2)
        above = ((cosines - mean) / spread).ravel()
        return cls(mean, spread, np.sort(above) if above.size else np.zeros(1, np.float32))

    def floor(self, n_asked: int) -> float:
        """Give what `ORDINARY` of the values stay below, the nearest of so many words counting."""
        # Of each word one value may be its own.
        others = 1.0 - 1.0 / max(1, len(self.mean))
        return max(0.0, float(np.quantile(self.above, ORDINARY ** (1 / n_asked) * others)))


@dataclass(frozen=True)
class AttributeFinder:
    """A shop's attributes, ready to be asked for; open it once for many questions."""

    vocabulary: Vocabulary
    ear: Ear
    values: Mapping[str, Values]
    """By attribute, in the order that they are told in."""
    model: Mapping[str, Values]
    """The categories, groups and tags of a garments model; empty: there is none."""

    @classmethod
    def open(
        cls,
        shop: Path,
        encoder: str | None = None,
        terms: Mapping[str, Sequence[str]] | None = None,
        progress: Progress | None = None,
    ) -> AttributeFinder:
        """Open a shop's attributes.

        Args:
            shop: The shop's folder.
            encoder: `NAME[=SOURCE]` of an encoder of words; None: vectors learned on what the shop
                says, see `open_word_vectors`.
            terms: Names that a garments model knows, by group.
            progress: Told how much of the learning is done, the first time.

        Raises:
            ArtifactError: If nothing was imported.
            InputError: If the encoder reads no words.
            MissingExtraError: If a package is not installed.
        """
        dataset = open_shop(shop)
        ear: Ear
        if encoder is None:
            ear = open_word_vectors(dataset, shop, progress)
        else:
            spec = EncoderSpec.parse(encoder)
            ear = EncodedWords(open_encoder(spec, shop), spec.label)
        return cls.of(dataset, ear, terms=terms)

    @classmethod
    def of(
        cls,
        dataset: Dataset,
        ear: Ear,
        vocabulary: Vocabulary | None = None,
        terms: Mapping[str, Sequence[str]] | None = None,
    ) -> AttributeFinder:
        """Make a finder of a dataset in memory, see `open`."""
        items = collect(dataset.items.select("item_idx", *dataset.item_attributes))
        values: dict[str, Values] = {}
        for name in _told_first(dataset.item_attributes):
            counts = items[name].drop_nulls().value_counts().sort(name)
            counts = counts.filter(~pl.Series(map(says_nothing, counts[name]), dtype=pl.Boolean))
            names = counts[name].to_list()
            if 0 < len(names) <= MOST_VALUES and not all(map(str.isdigit, names)):
                vectors = ear.values(name, names)
                values[name] = Values(tuple(names), tuple(counts["count"].to_list()), vectors)
        model = {
            group: Values(tuple(names), (0,) * len(names), ear.texts(_as_words(names)))
            for group, names in (terms or {}).items()
        }
        return cls(vocabulary or build_vocabulary(dataset), ear, values, model)

    def find(self, text: str, k: int = 5, *, spelling: bool = True) -> AttributeAnswer:
        """Say which attributes a text means, and which it does not want.

        What the text names by the shop's own words, or by those that mean the same, comes first;
        then what its words are near to by their vectors.

        Args:
            text: What was said.
            k: Values of each attribute at most.
            spelling: Whether mistyped words are corrected; the answer tells which were.

        Raises:
            InputError: If `k` is below 1.
        """
        if k < 1:
            raise InputError(f"k={k}: expected at least 1 value of each attribute")
        read = understand(text, self.vocabulary, spelling=spelling)
        asked = self._asked(read)
        without = self._unwanted(read, k)
        away = {name: {one.value for one in group} for name, group in without.items()}
        attributes = {
            name: group
            for name, values in self.values.items()
            if (
                group := self._closest(
                    values, asked, self._usual[name], k, read.wishes.get(name, {}), away.get(name)
                )
            )
        }
        model = {
            name: group
            for name, values in self.model.items()
            if (group := self._closest(values, asked, self._usual[name], k, _named(read, values)))
        }
        notes = [*read.notes, *(self._nameless(phrase) for phrase in self._apart(read))]
        if not attributes and not without:
            notes.append(f"{text.strip()!r} is close to nothing that this shop has")
        return AttributeAnswer(
            text,
            attributes,
            without,
            model,
            read.corrections,
            self._unknown(read),
            tuple(notes),
            f"words, then vectors ({self.ear.label})",
        )

    def nearest(self, text: str, attribute: str) -> Close | None:
        """Give the value of an attribute that a name from elsewhere means; None: none is near.

        Args:
            text: Such as a category of a garments model.
            attribute: Of the shop.
        """
        if attribute not in self.values:
            return None
        read = understand(text.replace("_", " "), self.vocabulary, spelling=False)
        wishes = read.wishes.get(attribute, {})
        found = self._closest(
            self.values[attribute], self._asked(read), self._usual[attribute], 1, wishes
        )
        return found[0] if found else None

    def _asked(self, read: Understood) -> Vectors:
        """Give what values are compared with, `[n, dim]`: the whole text, and what names nothing.

        A word that names a value says little of others; one that names none stands for itself too.
        """
        if not read.words:
            return self.ear.texts([])
        silent = [word for word in read.words if not self.vocabulary.meanings_of(canonical(word))]
        return self.ear.texts(list(dict.fromkeys([read.phrase, " ".join(silent), *silent])))

    def _unwanted(self, read: Understood, k: int) -> Groups:
        """Give the values that are named as not wanted; what is only near to them stays."""
        return {
            name: _sorted(_of_wishes(self.values[name], wished), k)
            for name, wished in read.excluded.items()
            if name in self.values
        }

    def _closest(
        self,
        values: Values,
        asked: Vectors,
        usual: Usual,
        k: int,
        wishes: Mapping[str, float],
        away: set[str] | None = None,
    ) -> tuple[Close, ...]:
        """Give an attribute's values that are named or nearer than they are to ordinary words.

        Some values are near to whatever is said, those of few items most. So how near one is counts
        in standard deviations `z` of its own cosines with ordinary words. It is told as
        `z / sqrt(z² + dim)`: the cosine that is as unusual among vectors of no structure. Words
        that name a value, if half surely, tell more than vectors do: no vector is closer.

        Source: Radovanović, Nanopoulos, Ivanović, "Hubs in space: popular nearest neighbors in
            high-dimensional data", JMLR 2010.
        """
        found = _of_wishes(values, wishes)
        most = min(PART, max(wishes.values(), default=1.0))
        if len(asked):
            above = ((asked @ values.vectors.T - usual.mean) / usual.spread).max(axis=0)
            near = above / np.sqrt(above**2 + values.vectors.shape[1])
            floor = usual.floor(len(asked))
            for place in np.argsort(-near, kind="stable")[: k + len(found)].tolist():
                name = values.names[place]
                if above[place] > floor and name not in found:
                    closeness = most * float(near[place])
                    found[name] = Close(name, closeness, "vectors", values.counts[place])
        return _sorted({name: one for name, one in found.items() if name not in (away or ())}, k)

    def _apart(self, read: Understood) -> list[str]:
        """Give what is not wanted and names no attribute of this shop."""
        known = self.vocabulary.meanings_of
        return [phrase for phrase in read.without if not known(canonical(phrase))]

    @staticmethod
    def _nameless(phrase: str) -> str:
        return f"no attribute of this shop tells of “{phrase}”, which is not wanted"

    def _unknown(self, read: Understood) -> tuple[str, ...]:
        vectors = self.ear.texts(read.unknown)
        return tuple(read.unknown[place] for place in np.flatnonzero(~vectors.any(axis=1)).tolist())

    @cached_property
    def _usual(self) -> Mapping[str, Usual]:
        """Tell for each attribute how near its values are to words drawn from all of the shop."""
        words = sorted(word for word in self.vocabulary.words if word.isalpha() and len(word) > 2)
        rng = np.random.default_rng(_SEED)
        drawn = rng.choice(len(words), min(_SAMPLE, len(words)), replace=False)
        heard = self.ear.texts([words[place] for place in np.sort(drawn).tolist()])
        heard = heard[heard.any(axis=1)]
        return {
            name: Usual.of(heard @ values.vectors.T, heard.shape[1])
            for name, values in {**self.values, **self.model}.items()
        }


def _told_first(attributes: Sequence[str]) -> list[str]:
    """Order attributes: those that shoppers speak of first, kind before all."""
    place = {name: number for number, name in enumerate(ROLES)}
    return sorted(attributes, key=lambda name: place.get(name, len(place)))


def _as_words(names: Sequence[str]) -> list[str]:
    return [name.replace("_", " ") for name in names]


def _of_wishes(values: Values, wishes: Mapping[str, float]) -> dict[str, Close]:
    counts = dict(zip(values.names, values.counts, strict=True))
    return {
        value: Close(value, float(weight), "named" if weight >= PART else "near", counts[value])
        for value, weight in wishes.items()
        if value in counts
    }


def _named(read: Understood, values: Values) -> Mapping[str, float]:
    """Give the names of a garments model whose words are all said."""
    said = set(canonical(read.phrase).split())
    forms = [set(canonical(name.replace("_", " ")).split()) for name in values.names]
    return {
        name: 1.0 for name, form in zip(values.names, forms, strict=True) if form and form <= said
    }


def _sorted(found: Mapping[str, Close], k: int) -> tuple[Close, ...]:
    """Order values by closeness, those that more items have first among equal ones."""
    order = sorted(found.values(), key=lambda one: (-one.closeness, -one.n_items, one.value))
    return tuple(order[:k])
