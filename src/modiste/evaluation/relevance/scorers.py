"""What gives a score to a user and an item, and the baselines that learn next to nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from modiste.evaluation.relevance.split import Rows, Split

Matrix = npt.NDArray[np.float32]
_CELLS = 8_000_000
"""Numbers that a block holds, about 32 MB."""


@dataclass(frozen=True)
class Scorer:
    """The score of a judged user and an item: user vector · item vector + the item's bias."""

    users: Matrix
    """`[n_judged, dim]`."""
    items: Matrix
    """`[n_items, dim]`."""
    bias: Matrix
    """What an item has for everybody, `[n_items]`."""

    def pairs(self, judged: Rows, items: Rows) -> Matrix:
        """Score pairs: place of the judged user and row of the item, both `[n]`; gives `[n]`."""
        scores = np.empty(len(judged), np.float32)
        for some in blocks(len(judged), max(1, 2 * self.users.shape[1])):
            vectors = self.users[judged[some]], self.items[items[some]]
            scores[some] = np.einsum("nd,nd->n", *vectors) + self.bias[items[some]]
        return scores

    def all_items(self, judged: slice) -> Matrix:
        """Score all items for a block of judged users: `[n_block, n_items]`."""
        return np.asarray(self.users[judged] @ self.items.T + self.bias, np.float32)


def blocks(n: int, width: int) -> Iterator[slice]:
    """Cut `n` rows of `width` numbers into blocks that fit into little memory."""
    size = max(1, _CELLS // max(1, width))
    return (slice(start, min(start + size, n)) for start in range(0, n, size))


def popularity(split: Split) -> Scorer:
    """Score an item by how many users bought it, the same for everybody."""
    nothing = np.zeros((split.n_judged, 0), np.float32), np.zeros((split.n_items, 0), np.float32)
    return Scorer(*nothing, split.item_sales.astype(np.float32))


def nearest_picture(split: Split, pictures: Matrix) -> Scorer:
    """Score an item by the cosine between its picture and the mean picture of what a user bought.

    Features are first brought to mean 0 and variance 1 over the items: what all pictures share,
    such as a white ground, says nothing of taste.

    Args:
        split: Purchases.
        pictures: What the items look like, `[n_items, n_features]`.
    """
    from scipy.sparse import csr_array

    spread = np.maximum(pictures.std(axis=0), np.finfo(np.float32).eps)
    looks = _unit((pictures - pictures.mean(axis=0)) / spread)
    owner, item = split.owned
    ones = np.ones(len(owner), np.float32)
    wardrobes = csr_array((ones, (owner, item)), shape=(split.n_judged, split.n_items))
    return Scorer(
        _unit(np.asarray(wardrobes @ looks, np.float32)), looks, np.zeros(len(looks), np.float32)
    )


def _unit(rows: Matrix) -> Matrix:
    """Scale rows to length 1; a row of zeros stays."""
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(length, np.finfo(np.float32).tiny), np.float32)
