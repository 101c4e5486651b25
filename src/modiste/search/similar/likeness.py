"""How alike two items are, one kind of likeness at a time, and the weighted mean of several."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from modiste.encoders.base import Vectors
from modiste.encoders.short import shortened

Positions = npt.NDArray[np.int64]
"""Places of items in the dataset, `item_idx`."""
Mask = npt.NDArray[np.bool_]
"""Shape `[n_items]`."""
BLOCK_CELLS = 1 << 24
"""Pairs of items scored at once: 64 MiB of scores, whatever the catalogue's size."""
_ROWS = 1 << 16
"""Rows copied from disk at once."""


class Likeness(ABC):
    """A number for two items: the higher, the more alike; 1 for an item and itself."""

    name: str
    """In the reader's words, such as `pictures (colour)`."""
    least: ClassVar[float] = -np.inf
    """Items of a score no higher are not alike: they have no word, or no customer, in common."""

    @property
    @abstractmethod
    def known(self) -> Mask:
        """Which items can be compared."""

    @abstractmethod
    def scores(self, items: Positions) -> Vectors:
        """Compare items with all items: `[len(items), n_items]`, 0 where one is not known."""

    def centred(self) -> Likeness:
        """Give the same without what all items have in common, as a blend counts it."""
        return self

    def pairs(self, items: Positions, others: Positions) -> npt.NDArray[np.float32]:
        """Compare items with one other each: `[len(items)]`."""
        return np.take_along_axis(self.scores(items), others[:, None], 1)[:, 0]


@dataclass(frozen=True)
class VectorLikeness(Likeness):
    """The cosine of two vectors."""

    name: str
    at: Positions
    """`[n_items]`: the row of each item's vector, -1 where it has none."""
    vectors: Vectors
    """`[n_vectors, dim]`, rows of length 1."""

    @cached_property
    def _ordered(self) -> Vectors:
        """Give the vectors by item, zeros where there is none: one matrix product does a block."""
        ordered = np.zeros((len(self.at), self.vectors.shape[1]), np.float32)
        for start in range(0, len(self.at), _ROWS):
            rows = self.at[start : start + _ROWS]
            there = np.flatnonzero(rows >= 0)
            ordered[start + there] = self.vectors[rows[there]]
        return ordered

    def centred(self) -> VectorLikeness:
        """Give the cosine of the vectors' short forms around their mean."""
        return VectorLikeness(self.name, self.at, shortened(self.vectors, centred=True))

    @property
    def known(self) -> Mask:
        """Items with a vector."""
        there: Mask = self.at >= 0
        return there

    def scores(self, items: Positions) -> Vectors:
        """Multiply by all vectors."""
        found: Vectors = self._ordered[items] @ self._ordered.T
        return found

    def pairs(self, items: Positions, others: Positions) -> npt.NDArray[np.float32]:
        """Multiply pair by pair."""
        found: npt.NDArray[np.float32] = np.einsum(
            "nd,nd->n", self._ordered[items], self._ordered[others]
        )
        return found


@dataclass(frozen=True)
class SparseLikeness(Likeness):
    """The cosine of two sparse rows: of words, or of buyers."""

    least: ClassVar[float] = 0.0

    name: str
    rows: Any
    """`scipy.sparse.csr_matrix`, `[n_items, n_columns]`, rows of length 1 or empty."""

    @cached_property
    def _columns(self) -> Any:
        return self.rows.T.tocsr()

    @property
    def known(self) -> Mask:
        """Items with a row that is not empty."""
        there: Mask = np.diff(self.rows.indptr) > 0
        return there

    def scores(self, items: Positions) -> Vectors:
        """Multiply by all rows."""
        found: Vectors = (self.rows[items] @ self._columns).toarray().astype(np.float32, copy=False)
        return found


@dataclass(frozen=True)
class Table(Likeness):
    """Likeness that was counted pair by pair."""

    least: ClassVar[float] = 0.0

    name: str
    cells: Any
    """`scipy.sparse.csr_matrix`, `[n_items, n_items]`."""

    @property
    def known(self) -> Mask:
        """Items in some pair."""
        there: Mask = np.diff(self.cells.indptr) > 0
        return there

    def scores(self, items: Positions) -> Vectors:
        """Look the pairs up."""
        found: Vectors = self.cells[items].toarray().astype(np.float32, copy=False)
        return found


@dataclass(frozen=True)
class Blend(Likeness):
    """The weighted mean of several likenesses, over those that are known of both items."""

    parts: Sequence[tuple[float, Likeness]]
    """Weights, above 0, and what they weigh, see `centred`."""

    @cached_property
    def weighed(self) -> list[tuple[float, Likeness]]:
        """The parts as they are counted."""
        return [(weight, part.centred()) for weight, part in self.parts]

    @property
    def name(self) -> str:  # type: ignore[override]
        """Name the parts with their shares."""
        total = sum(weight for weight, _ in self.parts)
        return " + ".join(f"{weight / total:.2f} {part.name}" for weight, part in self.parts)

    @property
    def known(self) -> Mask:
        """Items of which one part at least is known."""
        there: Mask = np.logical_or.reduce([part.known for _, part in self.weighed])
        return there

    @cached_property
    def _root(self) -> npt.NDArray[np.float32]:
        """Give the length of each item's joined vector, `[n_items]`.

        The parts' vectors, each scaled by the root of its weight and put end to end, make one
        vector; its cosine with another's is the weighted mean of the parts' cosines. An item
        without a picture has a shorter one, so that the others' weight grows.
        """
        total = sum(weight * part.known.astype(np.float32) for weight, part in self.weighed)
        return np.sqrt(np.maximum(total, 1e-12)).astype(np.float32)

    def scores(self, items: Positions) -> Vectors:
        """Take the mean of the parts' scores."""
        total = None
        for weight, part in self.weighed:
            scores = part.scores(items)
            scores *= np.float32(weight)
            total = scores if total is None else np.add(total, scores, out=total)
        assert total is not None
        total /= self._root[items, None]
        total /= self._root[None, :]
        return total


def nearest_products(
    likeness: Likeness,
    items: Positions,
    groups: Positions,
    k: int,
    allowed: Mask | None = None,
    own: bool = False,
) -> tuple[Positions, Vectors]:
    """Find the `k` items most like each, never itself, one of a group.

    Args:
        likeness: What is compared.
        items: The items asked for; few enough that `len(items) * n_items` scores fit in memory.
        groups: `[n_items]`: of items of one number, only the most alike is given.
        k: Neighbours for each item.
        allowed: Which items may be given; None: all.
        own: Whether other items of the item's own group may be given.

    Returns:
        Positions of items and scores, `[len(items), k]` both, best first, ties by position. Where
        there are fewer, a row ends in position -1, score -inf.
    """
    scores = likeness.scores(items)
    can = likeness.known if allowed is None else likeness.known & allowed
    scores[:, ~can] = -np.inf
    scores[~likeness.known[items]] = -np.inf
    scores[np.arange(len(items)), items] = -np.inf
    if likeness.least > -np.inf:
        scores[scores <= likeness.least] = -np.inf
    n_items = scores.shape[1]
    found = np.full((len(items), k), -1, np.int64)
    best = np.full((len(items), k), -np.inf, np.float32)
    todo = np.arange(len(items))
    depth = min(n_items, 2 * k + 8)
    while len(todo):
        part = scores[todo]
        top = _top(part, depth)
        value = np.take_along_axis(part, top, 1)
        keep = np.isfinite(value) & _first_of_group(groups[top])
        if not own:
            keep &= groups[top] != groups[items[todo], None]
        place = np.cumsum(keep, axis=1) - 1
        row, column = np.nonzero(keep & (place < k))
        at = place[row, column]
        found[todo[row], at], best[todo[row], at] = top[row, column], value[row, column]
        # Where many variants stood before others, a longer list is looked at.
        short = (place[:, -1] + 1 < k) & np.isfinite(value[:, -1])
        todo = todo[short] if depth < n_items else todo[:0]
        depth = min(n_items, depth * 8)
    return found, best


def _top(scores: Vectors, depth: int) -> Positions:
    """Give the positions of the `depth` highest of each row, best first, ties by position."""
    if depth < scores.shape[1]:
        # Equal scores at the border: the lower positions are to be kept, whatever partition does.
        border = np.partition(scores, -depth, axis=1)[:, -depth, None]
        above = scores > border
        room = depth - above.sum(1, keepdims=True)
        level = scores == border
        level &= np.cumsum(level, axis=1) <= room
        candidates = np.nonzero(above | level)[1].reshape(len(scores), depth)
    else:
        candidates = np.broadcast_to(np.arange(depth), scores.shape)
    order = np.argsort(-np.take_along_axis(scores, candidates, 1), axis=1, kind="stable")
    return np.take_along_axis(candidates, order, 1).astype(np.int64)


def _first_of_group(groups: Positions) -> Mask:
    """Mark in each row the first place of each number."""
    order = np.argsort(groups, axis=1, kind="stable")
    ordered = np.take_along_axis(groups, order, 1)
    new = np.ones(groups.shape, np.bool_)
    new[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    first = np.empty(groups.shape, np.bool_)
    np.put_along_axis(first, order, new, 1)
    return first
