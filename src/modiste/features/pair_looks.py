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
WEIGHTS = ("mean", "last")
"""How purchases are weighed: by age, or only those of the user's last day."""
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
        sides = _by_side(tables)
        names = [f"looks_{side}_{name}" for side in sides for name in WEIGHTS]

        def compared(bought: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
            bought = bought.sort("user_idx", "item_idx")
            users, items = rows["user_idx"].to_numpy(), rows["item_idx"].to_numpy()
            cosines = [_Wardrobes(bought, vectors)(users, items) for vectors in sides.values()]
            columns = zip(names, np.concatenate(cosines), strict=True)
            return rows.hstack([pl.Series(name, one, nan_to_null=True) for name, one in columns])

        added = dict.fromkeys(names, pl.Float32)
        return apply([owned, pairs], compared, {**column_types(pairs), **added})


@dataclass(frozen=True)
class _Vectors:
    """The vectors of some items, ascending."""

    items: Positions
    matrix: Floats


def _by_side(tables: Tables) -> dict[str, _Vectors]:
    found = {}
    for side, table in sorted(tables.items()):
        rows = collect(table).sort("item_idx")
        found[side] = _Vectors(rows.get_column("item_idx").to_numpy(), vector_matrix(rows))
    return found


class _Wardrobes:
    """The users' mean vectors, one for each way to weigh purchases, compared with items."""

    def __init__(self, owned: pl.DataFrame, vectors: _Vectors) -> None:
        self.items, self.matrix = vectors.items, vectors.matrix
        at, there = _find(self.items, owned.get_column("item_idx").to_numpy())
        kept, columns = owned.filter(pl.Series(there, dtype=pl.Boolean)), at[there]
        self.users, rows = np.unique(kept.get_column("user_idx").to_numpy(), return_inverse=True)
        # Only what was bought is read: the vectors of all items are many times as much.
        bought, columns = np.unique(columns, return_inverse=True)
        worn = self.matrix[bought]
        self.means = np.zeros((len(WEIGHTS), len(self.users), worn.shape[1]), np.float32)
        self.worn = np.zeros((len(WEIGHTS), len(self.users)), np.bool_)
        """Whether anything counts."""
        for number, name in enumerate(WEIGHTS):
            weights = kept.get_column(name).cast(pl.Float32).to_numpy()
            shape = (len(self.users), len(bought))
            sums = csr_matrix((weights, (rows, columns)), shape=shape) @ worn
            lengths = np.linalg.norm(sums, axis=1, keepdims=True)
            self.means[number] = sums / np.maximum(lengths, 1e-12)
            self.worn[number, rows[weights > 0]] = True

    def __call__(self, users: Positions, items: Positions) -> Floats:
        """Give the cosines of each pair `[n_weights, n_pairs]`, NaN where one is not known."""
        cosines = np.full((len(WEIGHTS), len(users)), np.nan, np.float32)
        user_at, user_known = _find(self.users, users)
        item_at, item_known = _find(self.items, items)
        pairs = np.flatnonzero(user_known & item_known)
        for start in range(0, len(pairs), BLOCK):
            block = pairs[start : start + BLOCK]
            of = user_at[block]
            found = np.einsum("wnd,nd->wn", self.means[:, of], self.matrix[item_at[block]])
            cosines[:, block] = np.where(self.worn[:, of], found, np.nan)
        return cosines


def _find(
    ascending: Positions, wanted: Positions
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Give where each value stands, and whether it is there."""
    at = np.searchsorted(ascending, wanted)
    there = at < len(ascending)
    there[there] = ascending[at[there]] == wanted[there]
    return at, there
