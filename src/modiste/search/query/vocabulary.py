"""What words mean in a shop: its own values of kind, colour, audience … by the words for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import narwhals as nw
import polars as pl

from modiste.data import Dataset
from modiste.encoders.thesaurus import canonical, known_words, related, singular
from modiste.engine import collect
from modiste.search.query.spelling import SHORTEST, Speller, lacks_letters

ROLES = (
    "kind",
    "colour",
    "audience",
    "pattern",
    "material",
    "season",
    "usage",
    "brand",
    "kind_group",
)
"""Attributes that shoppers speak of, the first first: where a word is a value of several, it names
the one of the first; the shop's other attributes follow."""
WHOLE, PART, HEAD, NEAR, BESIDE = 1.0, 0.9, 0.6, 0.5, 0.3
"""How surely a word names a value: it is the value (or a synonym); one side of a slash in it; its
last words; near it by the thesaurus; one of its other words."""
STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        a affordable an and any anything are as at be best but buy by can cheap cheaper cheapest
        could do find for from get give good got great has have i id im in is it its ive like
        looking me my need new nice of on one online only or our please price priced prices really
        sale search shop show size sizes so some something than that the their them these thing this
        those to too under very want wanted was we where which will with would you your
        """,
    )
)
"""Words of a question that say nothing of what is looked for."""
_UNKNOWN = frozenset(("unknown", "undefined", "other", "none", "na", "n a", "nan", "null", "misc"))
_MOST_VALUES = 20_000
_MOST_NEAR = 6
_SLIP = 500
"""So many times as many items have what was meant as texts have the slip."""
_NEAR_STEP = 0.02
_LONGEST_VALUE = 8
_JOINTS = re.compile(r"\s*(?:/|,|&|\+|\band\b)\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Meaning:
    """A value of the shop that a word may name."""

    attribute: str
    """Column of the items: `colour`."""
    value: str
    """The shop's own spelling: `Navy Blue`."""
    weight: float
    """How surely it is meant, 1 is the value itself; see `WHOLE` and the others."""
    n_items: int
    """Items that have it."""


@dataclass(frozen=True)
class Vocabulary:
    """The words of a shop. Build it once for a catalogue, see `build_vocabulary`."""

    meanings: Mapping[str, tuple[Meaning, ...]]
    """Canonical phrase to what it names, the surest first."""
    longest: int
    """Words of the longest phrase."""
    words: Mapping[str, int]
    """Every word of names, values and descriptions, folded, to the number of texts that have it."""
    attributes: tuple[str, ...]
    """The attributes that were read."""
    has_prices: bool = True
    """Whether any item has a known price."""

    @cached_property
    def speller(self) -> Speller:
        """Finds the nearest of the shop's words."""
        spoken = {word for phrase in self.meanings for word in phrase.split()}
        return Speller.of(self.words, (spoken | known_words()) - STOP_WORDS, self._values)

    @cached_property
    def _values(self) -> dict[str, int]:
        """Give the words that are a value of what shoppers speak of, to how many items have it."""
        found = {
            phrase: [m.n_items for m in known if m.weight >= PART and m.attribute in ROLES]
            for phrase, known in self.meanings.items()
            if " " not in phrase and phrase not in STOP_WORDS
        }
        return {word: max(counts) for word, counts in found.items() if counts}

    def knows(self, word: str) -> bool:
        """Tell whether a folded word, its singular or its plural is one of the shop's."""
        one = singular(word)
        if any(form in self.words for form in (word, one, f"{one}s", f"{one}es")):
            return True
        return canonical(word) in self.meanings

    def slip_for(self, word: str) -> str | None:
        """Give the value that a folded word lacks one letter of, if that is what was meant.

        A catalogue has slips of its own: "dres" in a name or two makes it a word of the shop, and
        yet who types it means one of ten thousand dresses.
        """
        known = word in STOP_WORDS or singular(word) in known_words()
        if len(word) < SHORTEST or known or canonical(word) in self.meanings:
            return None
        one = singular(word)
        n_own = sum(self.words.get(form, 0) for form in {word, one, f"{one}s", f"{one}es"})
        meant = [
            (n_items, value)
            for value, n_items in self._values.items()
            if len(value) == len(word) + 1 and value[0] == word[0] and lacks_letters(word, value)
        ]
        n_items, value = max(meant, default=(0, ""))
        return value if n_items >= _SLIP * max(n_own, 1) else None

    def meanings_of(self, phrase: str) -> tuple[Meaning, ...]:
        """Give what a phrase names, the surest first; empty: nothing in this shop.

        A phrase that the shop does not know itself names what the thesaurus has near it.

        Args:
            phrase: In canonical form, see `modiste.encoders.thesaurus.canonical`.
        """
        own = self.meanings.get(phrase, ())
        if own and own[0].weight > BESIDE:
            return own
        near: dict[tuple[str, str], Meaning] = {}
        for step, form in enumerate(related(phrase)):
            for one in self.meanings.get(form, ()):
                if one.weight >= PART and len(near) < _MOST_NEAR:
                    weight = NEAR - step * _NEAR_STEP
                    meaning = Meaning(one.attribute, one.value, weight, one.n_items)
                    near.setdefault((one.attribute, one.value), meaning)
        return tuple(near.values()) or own


def says_nothing(value: str) -> bool:
    """Whether a value says that nothing is known: `Unknown`, `Other`, `n/a`."""
    return canonical(value) in _UNKNOWN


def build_vocabulary(dataset: Dataset) -> Vocabulary:
    """Read the words of a shop from its catalogue, in one pass over distinct values."""
    items = collect(dataset.items)
    found: dict[str, dict[tuple[str, str], Meaning]] = {}
    for attribute in dataset.item_attributes:
        for value, n_items in _values(items[attribute]):
            for phrase, weight in _phrases(value, attribute):
                known = found.setdefault(phrase, {})
                before = known.get((attribute, value))
                if before is None or before.weight < weight:
                    known[attribute, value] = Meaning(attribute, value, weight, n_items)
    order = {name: place for place, name in enumerate(ROLES)}
    return Vocabulary(
        meanings={
            phrase: tuple(
                sorted(
                    known.values(),
                    key=lambda one: (
                        -one.weight,
                        order.get(one.attribute, len(ROLES)),
                        -one.n_items,
                        one.attribute,
                        one.value,
                    ),
                )
            )
            for phrase, known in found.items()
        },
        longest=max((phrase.count(" ") + 1 for phrase in found), default=1),
        words=_words(items, dataset.item_attributes),
        attributes=dataset.item_attributes,
        has_prices=bool(collect(dataset.interactions.select(nw.col("price").count() > 0)).item()),
    )


def _values(column: pl.Series) -> list[tuple[str, int]]:
    """Count the distinct values; a column of codes or free text has too many to be words."""
    counts = column.drop_nulls().value_counts()
    return [] if counts.height > _MOST_VALUES else list(counts.iter_rows())


def _phrases(value: str, attribute: str) -> Iterable[tuple[str, float]]:
    """Give the canonical phrases that name a value, with how surely they do."""
    whole = canonical(value)
    words = whole.split()
    if not words or whole in _UNKNOWN or len(words) > _LONGEST_VALUE:
        return
    yield whole, WHOLE
    sides = [canonical(side) for side in _JOINTS.split(value)]
    parts = [side for side in sides if side and side not in _UNKNOWN]
    for part in parts if len(sides) > 1 else ():
        yield part, PART
    for part in {whole, *parts}:
        tail = part.split()
        for start in range(1, len(tail)):
            head = " ".join(tail[start:])
            if not head.replace(" ", "").isdigit() and head not in _UNKNOWN:
                yield head, HEAD
    if attribute == "kind":
        for word in words[:-1]:
            if len(word) > 2 and word not in _UNKNOWN:
                yield word, BESIDE


def _words(items: pl.DataFrame, attributes: tuple[str, ...]) -> dict[str, int]:
    """Count the words of the catalogue, by distinct texts."""
    counts: dict[str, int] = {}
    for name in ("name", "description", *attributes):
        texts = items.select(pl.col(name).drop_nulls().unique().alias("word"))
        rows = (
            texts.select(
                pl.col("word")
                .str.to_lowercase()
                .str.normalize("NFKD")
                .str.replace_all("[\u0300-\u036f]", "")
                .str.extract_all(r"[\p{L}\p{M}\p{N}]+")
                .list.unique()
            )
            .explode("word")
            .drop_nulls()
            .group_by("word")
            .len()
        )
        for word, number in rows.iter_rows():
            counts[word] = counts.get(word, 0) + number
    return counts
