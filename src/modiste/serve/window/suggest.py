"""What a half-typed query may become: names, kinds, colours with kinds; typing errors forgiven."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest

import numpy as np
import polars as pl

from modiste.encoders.thesaurus import fold
from modiste.search.query.spelling import Speller
from modiste.search.query.vocabulary import ROLES, Vocabulary
from modiste.serve.schemas import Suggestion

_MOST_SCANNED = 2000
"""Entries looked at for one prefix; of those with more the best are known beforehand."""
_MOST_KEPT = 60
_SPOKEN = ("kind", "colour", "audience", "pattern", "material", "brand")
_LONGEST = 80


@dataclass(frozen=True)
class Entry:
    """A text that may be suggested."""

    text: str
    weight: float
    """The higher, the likelier."""
    item: str | None = None
    """The item it is the name of; None: a query."""


@dataclass(frozen=True)
class Suggester:
    """All texts that may be suggested, by the beginnings of their words."""

    keys: list[str]
    """Folded texts from each of their words on, ascending."""
    entries: list[Entry]
    """The entry of each key."""
    common: Mapping[str, tuple[Entry, ...]]
    """The likeliest entries of prefixes with very many, best first."""
    speller: Speller

    @classmethod
    def of(
        cls, items: pl.DataFrame, attributes: tuple[str, ...], sold: pl.Series, words: Vocabulary
    ) -> Suggester:
        """Read the texts of a catalogue.

        Args:
            items: The catalogue by `item_idx`.
            attributes: Its attributes.
            sold: How often each item was sold, by `item_idx`.
            words: The shop's words, for typing errors.
        """
        rows: list[tuple[str, Entry]] = []
        for entry in _entries(items, attributes, sold):
            folded = " ".join(fold(entry.text).split())
            starts = [0, *(place + 1 for place, sign in enumerate(folded) if sign == " ")]
            rows += [(folded[start:], entry) for start in starts[:4]]
        rows.sort(key=lambda row: (row[0], -row[1].weight))
        keys = [key for key, _ in rows]
        return cls(keys, [entry for _, entry in rows], _common(rows), words.speller)

    def suggest(self, typed: str, k: int) -> list[Suggestion]:
        """Give what the typed text may become, the likeliest first.

        Where nothing begins so, the words but the last are corrected, then the last one too.
        """
        asked = " ".join(fold(typed[:_LONGEST]).split())
        if not asked:
            return []
        found = self._from(asked, k)
        if len(found) < k:
            for corrected in self._corrected(asked):
                known = {entry.text for entry in found}
                more = (one for one in self._from(corrected, k) if one.text not in known)
                found += list(more)[: k - len(found)]
        if not found and " " in asked:
            found = self._last_word(asked, k)
        return [
            Suggestion(text=one.text, kind="query" if one.item is None else "item", item=one.item)
            for one in found
        ]

    def _from(self, asked: str, k: int) -> list[Entry]:
        found: Sequence[Entry] | None = self.common.get(asked)
        if found is None:
            start = bisect_left(self.keys, asked)
            stop = bisect_left(self.keys, asked + "\U0010ffff", lo=start)
            found = sorted(self.entries[start:stop], key=lambda entry: -entry.weight)
        best: dict[str, Entry] = {}
        for entry in found:
            best.setdefault(fold(entry.text), entry)
            if len(best) == k:
                break
        return list(best.values())

    def _last_word(self, asked: str, k: int) -> list[Entry]:
        """Complete the last word alone, behind those before it."""
        before, _, last = asked.rpartition(" ")
        ends = [entry for entry in self._from(last, 4 * k) if entry.item is None]
        return [Entry(f"{before} {entry.text.lower()}", entry.weight) for entry in ends[:k]]

    def _corrected(self, asked: str) -> Iterator[str]:
        *before, last = asked.split()
        mended = [self.speller.nearest(word) or word for word in before]
        if mended != before:
            yield " ".join([*mended, last])
        nearest = self.speller.nearest(last)
        if nearest is not None:
            yield " ".join([*mended, nearest])


def _common(rows: Sequence[tuple[str, Entry]]) -> dict[str, tuple[Entry, ...]]:
    """Give the likeliest entries of all prefixes that very many keys begin with."""
    found: dict[str, tuple[Entry, ...]] = {}
    length, left = 1, list(rows)
    while left:
        groups: dict[str, list[Entry]] = {}
        for key, entry in left:
            groups.setdefault(key[:length], []).append(entry)
        many = {prefix for prefix, group in groups.items() if len(group) > _MOST_SCANNED}
        for prefix in many:
            best = nlargest(_MOST_KEPT, groups[prefix], key=lambda entry: entry.weight)
            found[prefix] = tuple(best)
        left = [row for row in left if row[0][:length] in many and len(row[0]) > length]
        length += 1
    return found


def _entries(items: pl.DataFrame, attributes: tuple[str, ...], sold: pl.Series) -> Iterator[Entry]:
    """Give kinds, colours and others, colours of kinds, and names; what sells goes first."""
    table = items.with_columns(sold.alias("_sold"))
    weight = (pl.len() + pl.col("_sold").sum().cast(pl.Float64).sqrt()).alias("weight")
    spoken = [name for name in _SPOKEN if name in attributes]
    for name in spoken:
        counts = table.drop_nulls(name).group_by(name).agg(weight)
        bonus = 4.0 if name == ROLES[0] else 1.0
        for value, number in counts.sort(name).iter_rows():
            yield Entry(value, bonus * number)
    for name in ("colour", "audience"):
        if name in spoken and "kind" in spoken:
            pairs = table.drop_nulls([name, "kind"]).group_by(name, "kind").agg(weight)
            for value, kind, number in pairs.sort(name, "kind").iter_rows():
                yield Entry(f"{value} {kind}", 2.0 * number)
    names = (
        table.drop_nulls("name")
        .sort("_sold", "item_idx", descending=[True, False])
        .group_by("name", maintain_order=True)
        .agg(pl.col("item_id").first(), pl.col("_sold").sum())
    )
    for name, item_id, times in names.iter_rows():
        yield Entry(name, float(np.sqrt(times)), item_id)
