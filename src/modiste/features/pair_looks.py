"""How much the item looks and reads like the customer's wardrobe."""

from __future__ import annotations

from typing import ClassVar

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import csr_matrix

from modiste.candidates.base import Tables, decay
from modiste.component import component
from modiste.data import Dataset
from modiste.engine import collect, exact_sum, map_columns, vector_matrix
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
        rows = collect(owned).sort("user_idx", "item_idx")
        for side in sorted(tables):
            vectors = collect(tables[side]).sort("item_idx")
            for name in ("mean", "last"):
                likeness = _Wardrobes(rows, vectors, name)
                column = f"looks_{side}_{name}"
                pairs = map_columns(pairs, ["user_idx", "item_idx"], likeness, column)
                pairs = pairs.with_columns(nw.col(column).fill_nan(None))
        return pairs


class _Wardrobes:
    """The users' mean vectors, compared with items."""

    def __init__(self, owned: pl.DataFrame, vectors: pl.DataFrame, weight: str) -> None:
        self.items = vectors.get_column("item_idx").to_numpy()
        self.matrix = vector_matrix(vectors)
        kept = owned.filter(pl.col(weight) > 0).join(
            vectors, on="item_idx", how="semi", maintain_order="left"
        )
        self.users, rows = np.unique(kept.get_column("user_idx").to_numpy(), return_inverse=True)
        columns = np.searchsorted(self.items, kept.get_column("item_idx").to_numpy())
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
