"""Items that look or read like others: the common part of the sources that compare vectors.

Neighbours are searched once for all, among what may be offered: items sold lately, and some that
were never sold. Their number is bounded, since a catalogue without dates tells nothing of whether
an unsold item is new, still to come, or dead.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field

from modiste.candidates.base import CandidateSource, Tables, offered, recent_items, top_k
from modiste.component import component
from modiste.data import Dataset
from modiste.engine import collect, exact_sum, lazy, look_up, materialize, vector_matrix
from modiste.index.neighbours import nearest

CELLS = 1 << 25
"""Numbers gathered at once: 128 MiB, whatever the catalogue's size."""


@component
class LookalikeSource(CandidateSource):
    """Items whose vector is nearest to those of what the user bought last."""

    side: ClassVar[str]
    """The vectors that are compared: `pictures` or `words`."""
    reads_vectors: ClassVar[bool] = True

    k: Annotated[int, Field(gt=0)] = 40
    """Items for each user."""
    k_unsold: Annotated[int, Field(ge=0)] = 4
    """At most so many of them were never sold."""
    n_neighbours: Annotated[int, Field(gt=0)] = 20
    """Neighbours kept for each item, of those sold lately."""
    n_unsold: Annotated[int, Field(ge=0)] = 3
    """Neighbours kept for each item, of those never sold."""
    n_recent: Annotated[int, Field(gt=0)] = 20
    """How many of the user's last items are looked at."""
    half_life_days: Annotated[float, Field(gt=0)] = 45.0
    """After so many days an own purchase counts half."""
    on_sale_days: Annotated[int, Field(gt=0)] = 35
    """An item is offered if it was sold within so many days; see `base.offered`."""

    def prepare(self, shop: Dataset, seed: int) -> Tables:
        """Find each bought item's neighbours among what may be offered."""
        found = lookalikes(shop, self.side, self.n_neighbours, self.n_unsold, self.on_sale_days)
        return {} if found is None else {"neighbours": found}

    def propose(self, tables: Tables, asked: Dataset) -> nw.LazyFrame:
        """Propose the neighbours of what the user bought last."""
        return propose_lookalikes(
            tables, asked, self.k, self.k_unsold, self.n_recent, self.half_life_days
        )


def lookalikes(
    shop: Dataset, side: str, n_sold: int, n_unsold: int, on_sale_days: int
) -> nw.LazyFrame | None:
    """Find the nearest offered items of each item that was ever bought.

    Args:
        shop: The shop before its `as_of`.
        side: `pictures` or `words`.
        n_sold: Neighbours kept of those sold lately, see `base.offered`.
        n_unsold: Neighbours kept of those never sold.
        on_sale_days: The window that "lately" starts with.

    Returns:
        `item_idx, neighbour_idx, similarity, unsold`, by item and falling similarity, never an item
        with itself; None if the shop has no vectors.
    """
    if side not in shop.item_vectors:
        return None
    vectors = collect(shop.item_vectors[side]).sort("item_idx")
    bought = collect(shop.interactions.select("item_idx").unique())
    rail = collect(offered(shop, on_sale_days)).join(bought, on="item_idx", how="semi")
    queries = vectors.join(bought, on="item_idx", how="semi", maintain_order="left")
    sold = vectors.join(rail, on="item_idx", how="semi", maintain_order="left")
    unsold = vectors.join(bought, on="item_idx", how="anti", maintain_order="left")
    found = [
        _nearest(queries, sold, n_sold).with_columns(pl.lit(False).alias("unsold")),
        _nearest(queries, unsold, n_unsold).with_columns(pl.lit(True).alias("unsold")),
    ]
    return lazy(pl.concat(found).sort("item_idx", "unsold", "similarity", "neighbour_idx"))


def propose_lookalikes(
    tables: Tables, asked: Dataset, k: int, k_unsold: int, n_recent: int, half_life_days: float
) -> nw.LazyFrame:
    """Propose the neighbours of what each user bought last.

    Args:
        tables: `neighbours`, what `lookalikes` gave; empty: nothing is proposed.
        asked: The shop before `as_of`, cut to the asked users.
        k: Items for each user.
        k_unsold: How many of them may be items never sold.
        n_recent: How many of the user's last items are looked at.
        half_life_days: After so many days an own purchase counts half.
    """
    if "neighbours" not in tables:
        return lazy(
            pl.DataFrame(
                schema={
                    "user_idx": pl.Int32,
                    "item_idx": pl.Int32,
                    "score": pl.Float32,
                    "rank": pl.Int32,
                }
            )
        )
    owned = recent_items(asked, n_recent, half_life_days)
    reached = look_up(owned, tables["neighbours"], "item_idx", "inner").select(
        "user_idx",
        nw.col("neighbour_idx").alias("item_idx"),
        "unsold",
        (nw.col("weight") * nw.col("similarity")).alias("score"),
    )
    sums = reached.group_by("user_idx", "item_idx", "unsold").agg(exact_sum(nw.col("score")))
    summed = materialize(sums)
    parts = [
        top_k(summed.filter(~nw.col("unsold")), k),
        top_k(summed.filter(nw.col("unsold")), min(k, k_unsold)),
    ]
    both = nw.concat([part.select("user_idx", "item_idx", "score") for part in parts])
    return top_k(both, k).select("user_idx", "item_idx", "score", "rank")


def _nearest(queries: pl.DataFrame, among: pl.DataFrame, n: int) -> pl.DataFrame:
    """Give the `n` nearest others of each item: `item_idx, neighbour_idx, similarity`."""
    wanted = n + 1  # an item is its own nearest where it is among them
    items = queries.get_column("item_idx").to_numpy()
    others = among.get_column("item_idx").to_numpy()
    matrix, asked = vector_matrix(among), vector_matrix(queries)
    size = max(1, CELLS // max(1, wanted * asked.shape[1]))
    parts = [_EMPTY]
    for start in range(0, len(items) if n else 0, size):
        block = items[start : start + size]
        positions, scores = nearest(matrix, asked[start : start + size], wanted)
        parts.append(_pairs(block, others, positions, scores, n))
    return pl.concat(parts)


_EMPTY = pl.DataFrame(
    schema={"item_idx": pl.Int32, "neighbour_idx": pl.Int32, "similarity": pl.Float32}
)


def _pairs(
    items: npt.NDArray[np.int32],
    others: npt.NDArray[np.int32],
    positions: npt.NDArray[np.int64],
    scores: npt.NDArray[np.float32],
    n: int,
) -> pl.DataFrame:
    width = positions.shape[1]
    place = pl.int_range(pl.len(), dtype=pl.Int32).over("item_idx")
    return (
        pl.DataFrame(
            {
                "item_idx": np.repeat(items, width),
                "neighbour_idx": others[positions.ravel()],
                "similarity": scores.ravel(),
            },
            schema=_EMPTY.schema,
        )
        .filter((pl.col("item_idx") != pl.col("neighbour_idx")) & pl.Series(positions.ravel() >= 0))
        .filter(place < n)
    )
