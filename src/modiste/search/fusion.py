"""Several ranked lists to one, and one item a product: for many queries at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

CONSTANT = 60
"""Flattens the head of a list: 60 as in the paper."""

Positions = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Ranked:
    """Items found for each of many queries."""

    positions: Positions
    """`item_idx`, `[n_queries, k]`, best first, no item twice in a row; -1 after the last."""
    scores: Scores
    """`[n_queries, k]`, higher is better; -inf after the last."""

    @property
    def n_queries(self) -> int:
        """How many queries were asked."""
        return len(self.positions)

    def row(self, query: int) -> tuple[Positions, Scores]:
        """Give what was found for one query, without the empty places."""
        n_found = int((self.positions[query] >= 0).sum())
        return self.positions[query, :n_found], self.scores[query, :n_found]

    def cut(self, k: int) -> Ranked:
        """Give the first `k` places, empty ones where there are fewer."""
        return ranked([self.row(query) for query in range(self.n_queries)], k)


def ranked(found: Sequence[tuple[Positions, Scores]], k: int | None = None) -> Ranked:
    """Put lists of differing length side by side, cut or filled up to `k` (None: the longest's)."""
    k = max((len(items) for items, _ in found), default=0) if k is None else k
    positions = np.full((len(found), k), -1, np.int64)
    scores = np.full((len(found), k), -np.inf, np.float32)
    for query, (items, values) in enumerate(found):
        n_found = min(k, len(items))
        positions[query, :n_found], scores[query, :n_found] = items[:n_found], values[:n_found]
    return Ranked(positions, scores)


def fuse(lists: Sequence[Ranked], weights: Sequence[float]) -> Ranked:
    """Fuse lists by rank: an item's score is the sum over lists of weight / (60 + rank).

    Scores of words, of vectors and of pictures have no common scale; ranks have. The sum is divided
    by what an item gets that is first in every list, so scores lie between 0 and 1.

    Args:
        lists: What each way of searching found for the same queries.
        weights: What each list counts.

    Returns:
        All items of the lists, best first, ties by position.

    Source: Cormack, Clarke, Büttcher, "Reciprocal rank fusion outperforms Condorcet and individual
        rank learning methods", SIGIR 2009.
    """
    used = [(found, weight) for found, weight in zip(lists, weights, strict=True) if weight > 0]
    n_queries = lists[0].n_queries
    if not used:
        return ranked([_EMPTY] * n_queries, 0)
    best = sum(weight for _, weight in used) / (CONSTANT + 1)
    queries, items, points = [], [], []
    for found, weight in used:
        at, place = np.nonzero(found.positions >= 0)
        queries.append(at)
        items.append(found.positions[at, place])
        points.append(weight / (CONSTANT + 1 + place) / best)
    return _summed(
        np.concatenate(queries), np.concatenate(items), np.concatenate(points), n_queries
    )


def rescored(found: Ranked, scores: Scores) -> Ranked:
    """Give the same items in the order of new scores, `[n_queries, k]`, ties by position.

    What has a score of -inf is left out.
    """
    scores = np.where(found.positions >= 0, scores, -np.inf).astype(np.float32)
    order = np.lexsort((found.positions, -scores), axis=-1)
    scores = np.take_along_axis(scores, order, -1)
    positions = np.take_along_axis(found.positions, order, -1)
    return Ranked(np.where(np.isneginf(scores), -1, positions), scores)


def collapsed(found: Ranked, products: npt.NDArray[np.int64], k: int) -> Ranked:
    """Keep the best item of each product, `k` in all.

    Args:
        found: Items, best first.
        products: A number for each item's product, `[n_items]`.
        k: Length of the lists.
    """
    queries, places = np.nonzero(found.positions >= 0)
    product = products[found.positions[queries, places]]
    _, first = np.unique(queries * (products.max(initial=0) + 1) + product, return_index=True)
    first.sort()
    queries, places = queries[first], places[first]
    rows = np.split(places, np.searchsorted(queries, np.arange(1, found.n_queries)))
    return ranked(
        [(found.positions[at, row], found.scores[at, row]) for at, row in enumerate(rows)], k
    )


def standardised(values: npt.NDArray[np.floating], sample: npt.NDArray[np.floating]) -> Scores:
    """Say by how many standard deviations of a sample the values lie above its mean."""
    spread = float(sample.std()) if len(sample) else 0.0
    mean = float(sample.mean()) if len(sample) else 0.0
    return ((values - mean) / max(spread, 1e-6)).astype(np.float32)


_EMPTY: tuple[Positions, Scores] = (np.empty(0, np.int64), np.empty(0, np.float32))


def _summed(
    queries: Positions, items: Positions, points: npt.NDArray[np.float64], n_queries: int
) -> Ranked:
    """Sum the points of each pair of query and item, and order each query's items by them."""
    width = int(items.max(initial=0)) + 1
    pairs, places = np.unique(queries * width + items, return_inverse=True)
    sums = np.bincount(places, weights=points, minlength=len(pairs))
    query, item = np.divmod(pairs, width)
    order = np.lexsort((item, -sums, query))
    query, item, sums = query[order], item[order], sums[order].astype(np.float32)
    cuts = np.searchsorted(query, np.arange(1, n_queries))
    rows: list[tuple[Positions, Scores]] = list(
        zip(np.split(item, cuts), np.split(sums, cuts), strict=True)
    )
    return ranked(rows)
