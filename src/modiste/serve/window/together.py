"""What goes with an item: bought together, or with what looks like it, or in its style."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from modiste.candidates.bought_together import BoughtTogether
from modiste.data import Dataset
from modiste.engine import collect
from modiste.errors import InputError
from modiste.search.lift import Attributes
from modiste.search.similar.items import Similar
from modiste.serve.window.catalogue import Catalogue

Floats = npt.NDArray[np.float32]
_KIND, _AUDIENCE = "kind", "audience"
_STYLE = (_AUDIENCE, "season", "usage", "colour")
_DEPTH = 400
_LIKE = 20
"""Items most like one that are asked for what goes with them."""


@dataclass(frozen=True)
class Companions:
    """Which items are bought together, as rows by item."""

    starts: npt.NDArray[np.int64]
    """Where the rows of each item start, `[n_items + 1]`."""
    items: npt.NDArray[np.int64]
    """The companion of each row."""
    likeness: Floats
    """How often both are bought, against what each is bought: best first within an item."""

    @classmethod
    def of(cls, dataset: Dataset) -> Companions:
        """Count what a shop's customers buy within a month, see `candidates.bought_together`."""
        n_items = dataset.n_items()
        try:
            _, end = dataset.day_range()
        except InputError:
            nothing = np.zeros(n_items + 1, np.int64)
            return cls(nothing, np.empty(0, np.int64), np.empty(0, np.float32))
        tables = BoughtTogether(on_sale_days=365).prepare(dataset.until(end), 0)
        return cls.from_table(collect(tables["neighbours"]), n_items)

    @classmethod
    def from_table(cls, neighbours: pl.DataFrame, n_items: int) -> Companions:
        """Take a table of `item_idx, neighbour_idx, similarity`."""
        rows = neighbours.sort(
            "item_idx", "similarity", "neighbour_idx", descending=[False, True, False]
        )
        starts = np.searchsorted(rows["item_idx"].to_numpy(), np.arange(n_items + 1))
        companions = rows["neighbour_idx"].to_numpy().astype(np.int64)
        return cls(
            starts.astype(np.int64), companions, rows["similarity"].to_numpy().astype(np.float32)
        )

    def of_item(self, item: int) -> tuple[npt.NDArray[np.int64], Floats]:
        """Give an item's companions and how much they go together, best first."""
        rows = slice(self.starts[item], self.starts[item + 1])
        return self.items[rows], self.likeness[rows]


def completing(
    catalogue: Catalogue, item: int, found: npt.NDArray[np.int64], scores: Floats
) -> list[tuple[int, float]]:
    """Order companions for a look: other kinds than the item's own first, one of each product.

    Args:
        catalogue: The items.
        item: The item asked for; its own product is left out.
        found: Companions, best first, perhaps with repeats.
        scores: Of each.
    """
    own_kind, own_product = catalogue.value(_KIND, item), catalogue.product(item)
    seen = {own_product}
    other: list[tuple[int, float]] = []
    same: list[tuple[int, float]] = []
    for place, score in zip(found.tolist(), scores.tolist(), strict=True):
        product = catalogue.product(place)
        if product in seen:
            continue
        seen.add(product)
        alike = own_kind is not None and catalogue.value(_KIND, place) == own_kind
        (same if alike else other).append((place, score))
    return other + same


def of_its_style(
    catalogue: Catalogue, attributes: Attributes, item: int, best: pl.DataFrame
) -> list[tuple[int, float]]:
    """Give what fits the style of an item nothing is known of: other kinds, much in common.

    Args:
        catalogue: The items.
        attributes: Their values as codes.
        item: The item asked for.
        best: `item_idx` of what may be given, what sells best first.

    Returns:
        Items of the same audience and another kind, with the share of audience, season, use and
        colour that they have in common with it, one of each kind first; of equal shares what sells
        best first.
    """
    places = best["item_idx"].to_numpy().astype(np.int64)
    names = [name for name in _STYLE if name in attributes.codes]
    own = {
        name: attributes.codes[name][item] for name in (*names, _KIND) if name in attributes.codes
    }
    fit = np.ones(len(places), np.bool_)
    if own.get(_KIND, -1) >= 0:
        fit &= attributes.codes[_KIND][places] != own[_KIND]
    if own.get(_AUDIENCE, -1) >= 0:
        fit &= attributes.codes[_AUDIENCE][places] == own[_AUDIENCE]
    places = places[fit]
    known = [name for name in names if own[name] >= 0]
    shared = np.zeros(len(places), np.float32)
    for name in known:
        shared += (attributes.codes[name][places] == own[name]) / np.float32(len(known))
    order = np.argsort(-shared, kind="stable")[:_DEPTH]
    found = completing(catalogue, item, places[order], shared[order])
    # A look has one of each kind: the second of a kind stands behind the first of all others.
    seen: Counter[str | None] = Counter()
    turns = []
    for place, _ in found:
        kind = catalogue.value(_KIND, place)
        turns.append(seen[kind])
        seen[kind] += 1
    return [found[at] for at in np.argsort(turns, kind="stable").tolist()]


def bought_with_its_like(
    companions: Companions, similar: Similar, catalogue: Catalogue, place: int
) -> list[tuple[int, float]]:
    """Give what completes an item that nobody bought: bought together with those most like it."""
    rows = similar.neighbours(np.array([place]), _LIKE)
    lists = [companions.of_item(other) for other in rows["neighbour_idx"].to_list()]
    found = np.concatenate([items for items, _ in lists] or [np.empty(0, np.int64)])
    scores = np.concatenate([score for _, score in lists] or [np.empty(0, np.float32)])
    items, at = np.unique(found, return_inverse=True)
    summed = np.bincount(at, scores, len(items)).astype(np.float32)
    order = np.lexsort((items, -summed))
    return completing(catalogue, place, items[order], summed[order])
