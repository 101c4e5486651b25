"""Vectors of users and items as tables: the common part of ALS and BPR.

A factor model is stored as two tables, `users` (`user_idx, vector`) and `items`
(`item_idx, vector, on_sale`); the score of a pair is the inner product of its two vectors.
"""

from __future__ import annotations

from typing import Literal

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import csr_matrix

from modiste.candidates.base import Tables, on_sale
from modiste.data import Dataset
from modiste.engine import apply, collect, exact_sum, lazy, look_up, vector_matrix
from modiste.index.neighbours import choose_index

Floats = npt.NDArray[np.float32]
Positions = npt.NDArray[np.int32]
_PROPOSED = {"user_idx": pl.Int32, "item_idx": pl.Int32, "score": pl.Float32, "rank": pl.Int32}


def user_item_matrix(
    interactions: nw.LazyFrame, weight: nw.Expr
) -> tuple[csr_matrix, Positions, Positions]:
    """Sum interactions into a sparse matrix without empty rows or columns.

    Users and items that do not occur get no row: what is fitted depends on nothing but the
    interactions given.

    Args:
        interactions: The rows.
        weight: What one interaction counts.

    Returns:
        The matrix `[n_users, n_items]`, and the `user_idx` and `item_idx` of its axes, ascending.
    """
    cells = (
        collect(
            interactions.with_columns(weight.cast(nw.Float64).alias("weight"))
            .group_by("user_idx", "item_idx")
            .agg(exact_sum(nw.col("weight")))
        )
        .sort("user_idx", "item_idx")
        .with_columns(pl.col("weight").cast(pl.Float32))
    )
    users, rows = np.unique(cells["user_idx"].to_numpy(), return_inverse=True)
    items, columns = np.unique(cells["item_idx"].to_numpy(), return_inverse=True)
    values = cells["weight"].to_numpy()
    shape = (len(users), len(items))
    return csr_matrix((values, (rows, columns)), shape=shape), users, items


def factor_tables(
    shop: Dataset,
    users: Positions,
    items: Positions,
    user_vectors: Floats,
    item_vectors: Floats,
    on_sale_days: int,
) -> Tables:
    """Store a factor model: see the module."""
    sold = collect(on_sale(shop, on_sale_days)).get_column("item_idx")
    user_table = pl.DataFrame({"user_idx": users, "vector": _array(user_vectors)})
    item_table = pl.DataFrame({"item_idx": items, "vector": _array(item_vectors)}).with_columns(
        pl.col("item_idx").is_in(sold.implode()).alias("on_sale")
    )
    return {"users": lazy(user_table), "items": lazy(item_table)}


def propose_nearest(
    tables: Tables, asked: Dataset, k: int, kind: Literal["auto", "exact", "hnsw"]
) -> nw.LazyFrame:
    """Propose to each user with a vector the items on sale with the largest inner product."""
    on_sale_now = collect(tables["items"].filter(nw.col("on_sale"))).sort("item_idx")
    items = on_sale_now["item_idx"].to_numpy()
    index = choose_index(vector_matrix(on_sale_now), kind) if len(items) else None
    width = min(k, len(items))

    def proposed(users: pl.DataFrame) -> pl.DataFrame:
        if index is None or users.is_empty():
            return pl.DataFrame(schema=_PROPOSED)
        users = users.sort("user_idx")
        positions, scores = index.search(vector_matrix(users), width)
        found = pl.DataFrame(
            {
                "user_idx": np.repeat(users["user_idx"].to_numpy(), width),
                "item_idx": items[positions.ravel()].astype(np.int32),
                "score": scores.ravel(),
                "rank": np.tile(np.arange(1, width + 1, dtype=np.int32), len(users)),
            },
            schema=_PROPOSED,
        )
        return found.filter(pl.Series(positions.ravel() >= 0))

    # Only the asked users' vectors are sorted: a chunk must not cost what all users cost.
    asked_users = look_up(asked.users.select("user_idx"), tables["users"], "user_idx", "inner")
    return apply([asked_users], proposed, _PROPOSED)


def score_pairs(tables: Tables, pairs: nw.LazyFrame) -> nw.LazyFrame:
    """Give the inner product of each pair's vectors; null where one has none."""
    every = collect(tables["items"]).sort("item_idx")
    items, item_vectors = every["item_idx"].to_numpy(), vector_matrix(every)

    def scored(users: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
        users = users.sort("user_idx")
        user_at, has_user = _positions(users["user_idx"].to_numpy(), rows["user_idx"].to_numpy())
        item_at, has_item = _positions(items, rows["item_idx"].to_numpy())
        scores = np.zeros(len(rows), np.float32)
        known = np.flatnonzero(has_user & has_item)
        user_vectors = vector_matrix(users)
        for start in range(0, len(known), 1 << 18):  # blocks bound the gathered vectors' memory
            block = known[start : start + (1 << 18)]
            scores[block] = np.einsum(
                "nd,nd->n", user_vectors[user_at[block]], item_vectors[item_at[block]]
            )
        both = pl.Series(has_user & has_item, dtype=pl.Boolean)
        score = pl.Series("score", scores).to_frame().select(pl.when(both).then("score"))
        return pl.concat([rows, score], how="horizontal")

    keys = pairs.select("user_idx").unique()
    asked_users = look_up(keys, tables["users"], "user_idx", "inner")
    schema = {"user_idx": pl.Int32, "item_idx": pl.Int32, "score": pl.Float32}
    return apply([asked_users, pairs.select("user_idx", "item_idx")], scored, schema)


def _array(vectors: Floats) -> pl.Series:
    return pl.Series(
        "vector", vectors.astype(np.float32), dtype=pl.Array(pl.Float32, vectors.shape[1])
    )


def _positions(
    sorted_keys: npt.NDArray[np.int32], wanted: npt.NDArray[np.int32]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Find wanted keys in a sorted array: positions (any where absent) and whether present."""
    if len(sorted_keys) == 0:
        return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), np.bool_)
    at = np.searchsorted(sorted_keys, wanted).clip(max=len(sorted_keys) - 1)
    return at, sorted_keys[at] == wanted
