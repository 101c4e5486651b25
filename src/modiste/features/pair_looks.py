"""How much the item looks and reads like the customer's wardrobe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import csr_matrix

from modiste.candidates.base import Tables, decay
from modiste.component import component
from modiste.data import Dataset
from modiste.engine import apply, collect, column_types, exact_sum, vector_matrix
from modiste.features.base import Feature

Floats = npt.NDArray[np.float32]
Positions = npt.NDArray[np.int32]
BLOCK = 1 << 16
"""Pairs whose vectors are gathered at once."""


@component
class PairLooks(Feature):
    """The cosine of the item's vector with the mean of what the user bought, and bought last.

    It works from the first purchase, and for an item before its first sale. Without vectors
    (`modiste embed`) no column is added.
    """

    reads_vectors: ClassVar[bool] = True

    half_life_days: float = 90.0
    """After so many days a purchase counts half."""

    def prepare(self, shop: Dataset) -> Tables:
        """Keep the items' vectors."""
        return dict(shop.item_vectors)

    def add(self, tables: Tables, asked: Dataset, pairs: nw.LazyFrame) -> nw.LazyFrame:
        """Add `looks_<pictures|words>_mean` and `…_last` (the purchases of the last day).

        Null: the item has no vector, or nothing that the user bought has one.
        """
        if not tables:
            return pairs
        last = asked.interactions.group_by("user_idx").agg(nw.col("day").max().alias("last"))
        owned = (
            asked.interactions.join(last, on="user_idx")
            .with_columns(
                decay(asked, self.half_life_days).alias("mean"),
                (nw.col("day") == nw.col("last")).cast(nw.Float64).alias("last"),
            )
            .group_by("user_idx", "item_idx")
            .agg(exact_sum(nw.col("mean")), exact_sum(nw.col("last")))
        )
        looks = {
            (f"looks_{side}_{name}", name): vectors
            for side, vectors in sorted(_by_side(tables).items())
            for name in ("mean", "last")
        }

        def compared(bought: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
            bought = bought.sort("user_idx", "item_idx")
            users, items = rows["user_idx"].to_numpy(), rows["item_idx"].to_numpy()
            columns = {
                column: _Wardrobes(bought, vectors, name)(users, items)
                for (column, name), vectors in looks.items()
            }
            return rows.hstack(
                [pl.Series(name, values, nan_to_null=True) for name, values in columns.items()]
            )

        added = {column: pl.Float32 for column, _ in looks}
        return apply([owned, pairs], compared, {**column_types(pairs), **added})


@dataclass(frozen=True)
class _Vectors:
    """The vectors of some items, ascending."""

    items: Positions
    matrix: Floats


def _by_side(tables: Tables) -> dict[str, _Vectors]:
    found = {}
    for side, table in tables.items():
        rows = collect(table).sort("item_idx")
        found[side] = _Vectors(rows.get_column("item_idx").to_numpy(), vector_matrix(rows))
    return found


class _Wardrobes:
    """The users' mean vectors, compared with items."""

    def __init__(self, owned: pl.DataFrame, vectors: _Vectors, weight: str) -> None:
        self.items, self.matrix = vectors.items, vectors.matrix
        items = owned.get_column("item_idx").to_numpy()
        at = np.searchsorted(self.items, items)
        there = at < len(self.items)
        there[there] = self.items[at[there]] == items[there]
        there &= (owned.get_column(weight) > 0).to_numpy()
        kept, columns = owned.filter(pl.Series(there, dtype=pl.Boolean)), at[there]
        self.users, rows = np.unique(kept.get_column("user_idx").to_numpy(), return_inverse=True)
        weights = kept.get_column(weight).cast(pl.Float32).to_numpy()
        shape = (len(self.users), len(self.items))
        sums = csr_matrix((weights, (rows, columns)), shape=shape) @ self.matrix
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        self.means: Floats = (sums / np.maximum(lengths, 1e-12)).astype(np.float32)

    def __call__(self, users: Positions, items: Positions) -> Floats:
        """Give the cosine of each pair, NaN where one is not known."""
        cosines = np.full(len(users), np.nan, np.float32)
        if not len(self.users) or not len(self.items):
            return cosines
        user_at = np.searchsorted(self.users, users).clip(max=len(self.users) - 1)
        item_at = np.searchsorted(self.items, items).clip(max=len(self.items) - 1)
        known = (self.users[user_at] == users) & (self.items[item_at] == items)
        pairs = np.flatnonzero(known)
        for start in range(0, len(pairs), BLOCK):
            block = pairs[start : start + BLOCK]
            cosines[block] = np.einsum(
                "nd,nd->n", self.means[user_at[block]], self.matrix[item_at[block]]
            )
        return cosines
