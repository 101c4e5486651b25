"""What fits what a user wears: wardrobes and scores by a model's table, for one user or a million.

The nightly batch and a live request call the same functions; a number depends on its own user and
item alone, to the last bit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import csr_matrix

from modiste.engine import vector_matrix
from modiste.relevance.score import Vectors

Positions = npt.NDArray[np.int32]
_BLOCK = 1 << 18
"""Pairs whose vectors are gathered at once."""
_LEAST = 1e-3
"""A wardrobe of which a smaller share is left without the item itself says nothing of it."""


@dataclass(frozen=True)
class Worn:
    """What some users wear."""

    users: Positions
    """`user_idx` of those who own something that is known, ascending."""
    vectors: Vectors
    """`[n_users, dim]`, the mean of what each owns."""
    totals: Vectors
    """`[n_users]`, the summed weights of it."""
    pairs: npt.NDArray[np.int64]
    """User and item of all that they own and is known as one number, ascending."""
    weights: Vectors
    """`[n_pairs]`, how much it counts."""

    def own(self, users: Positions, items: Positions) -> Vectors:
        """Give what each pair's item counts in the user's own wardrobe, 0 where it is not in it."""
        at, there = found(self.pairs, _keys(users, items))
        own = np.zeros(len(users), np.float32)
        own[there] = self.weights[at[there]]
        return own


class Wear:
    """The items' vectors of a model, ready for users and pairs."""

    def __init__(self, table: pl.DataFrame) -> None:
        """Take a table as `trip.model_tables` gives it, in any order of rows."""
        rows = table.sort("item_idx")
        self.items: Positions = rows["item_idx"].to_numpy()
        self.popularity: Vectors = rows["popularity"].to_numpy()
        self.vectors: Vectors = vector_matrix(rows)

    def worn(self, owned: pl.DataFrame) -> Worn:
        """Give what users wear.

        Args:
            owned: `user_idx, item_idx, weight` (Float32), no pair twice, in any order.
        """
        users, items = owned["user_idx"].to_numpy(), owned["item_idx"].to_numpy()
        weights = owned["weight"].to_numpy()
        place, known = found(self.items, items)
        rows = np.flatnonzero(known & (weights > 0))
        pairs = _keys(users[rows], items[rows])
        order = np.argsort(pairs)
        rows, pairs = rows[order], pairs[order]
        theirs = users[rows]
        starts = np.flatnonzero(np.diff(theirs, prepend=-1))
        # Only what was bought is read: the vectors of all items are many times as much.
        bought, columns = np.unique(place[rows], return_inverse=True)
        matrix = csr_matrix(
            (weights[rows], columns, np.append(starts, len(rows))), shape=(len(starts), len(bought))
        )
        totals = matrix @ np.ones(len(bought), np.float32)
        vectors = (matrix @ self.vectors[bought]) / totals[:, None]
        return Worn(theirs[starts], vectors, totals, pairs, weights[rows])

    def scores(self, worn: Worn, users: Positions, items: Positions) -> Vectors:
        """Score pairs without popularity: `[n_pairs]`.

        NaN where the item is not known or nothing else is worn. What the user owns is compared
        with the rest of what they own: an item fits itself always.

        Args:
            worn: What users wear.
            users: `[n_pairs]`, `user_idx`.
            items: `[n_pairs]`, `item_idx`.
        """
        scores = np.full(len(users), np.nan, np.float32)
        user_at, user_known = found(worn.users, users)
        item_at, item_known = found(self.items, items)
        own = worn.own(users, items)
        pairs = np.flatnonzero(user_known & item_known)
        for start in range(0, len(pairs), _BLOCK):
            block = pairs[start : start + _BLOCK]
            theirs, total = self.vectors[item_at[block]], worn.totals[user_at[block]]
            score = np.einsum("nd,nd->n", worn.vectors[user_at[block]], theirs)
            mine = own[block]
            again = np.flatnonzero(mine)
            if len(again):
                square = np.einsum("nd,nd->n", theirs[again], theirs[again])
                left = total[again] - mine[again]
                rest = score[again] * total[again] - mine[again] * square
                enough = left > _LEAST * total[again]
                score[again] = np.where(enough, rest / np.where(enough, left, 1), np.nan)
            scores[block] = score
        return scores

    def popularity_of(self, items: Positions) -> Vectors:
        """Give what items' scores gain whoever asks `[n]`: NaN where an item is not known."""
        at, known = found(self.items, items)
        values = np.full(len(items), np.nan, np.float32)
        values[known] = self.popularity[at[known]]
        return values


def found(
    ascending: npt.NDArray[np.integer], wanted: npt.NDArray[np.integer]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Give where each value stands among ascending ones, and whether it is there."""
    at = np.searchsorted(ascending, wanted)
    there = at < len(ascending)
    there[there] = ascending[at[there]] == wanted[there]
    return at, there


def _keys(users: Positions, items: Positions) -> npt.NDArray[np.int64]:
    keys: npt.NDArray[np.int64] = users.astype(np.int64) << 32 | items
    return keys
