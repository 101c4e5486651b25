"""What is bought together with the customer's last purchases."""

from __future__ import annotations

from typing import Annotated, ClassVar

import narwhals as nw
from pydantic import Field

from modiste.candidates.base import (
    CandidateSource,
    Tables,
    follow,
    on_sale,
    recent_items,
    today,
    top_k,
)
from modiste.component import component
from modiste.data import Dataset
from modiste.engine import materialize


def co_purchases(shop: Dataset, window_days: int, gap_days: int, max_items: int) -> nw.LazyFrame:
    """Count for pairs of items how many users bought both within a few days.

    Args:
        shop: The shop before its `as_of`.
        window_days: How many days of history are read.
        gap_days: At most so many days lie between the two purchases.
        max_items: Only a user's last `max_items` purchases are paired, which bounds the cost:
            pairs grow with the square of what one user bought.

    Returns:
        `item_idx, neighbour_idx, both` (users with both), without pairs of an item with itself.
    """
    end = today(shop)
    bought = shop.between(end - window_days, end).select("user_idx", "item_idx", "day").unique()
    newest = top_k(bought.with_columns(nw.col("day").alias("score")), max_items)
    left = newest.select("user_idx", "item_idx", "day")
    right = newest.select(
        "user_idx", nw.col("item_idx").alias("neighbour_idx"), nw.col("day").alias("other_day")
    )
    pairs = left.join(right, on="user_idx").filter(
        (nw.col("item_idx") != nw.col("neighbour_idx"))
        & ((nw.col("day") - nw.col("other_day")).abs() <= gap_days)
    )
    each_user_once = pairs.select("user_idx", "item_idx", "neighbour_idx").unique()
    return each_user_once.group_by("item_idx", "neighbour_idx").agg(
        nw.len().cast(nw.Int64).alias("both")
    )


def buyers(shop: Dataset, window_days: int) -> nw.LazyFrame:
    """Count each item's distinct buyers in the last `window_days` days: `item_idx, n_buyers`."""
    end = today(shop)
    pairs = shop.between(end - window_days, end).select("user_idx", "item_idx").unique()
    return pairs.group_by("item_idx").agg(nw.len().cast(nw.Int64).alias("n_buyers"))


@component
class BoughtTogether(CandidateSource):
    """Neighbours by co-purchase of what the user bought last.

    Similarity of two items is `both / (sqrt(a * b) + shrink)` over their buyers: the cosine of the
    two columns of the user-item matrix, damped where little is known.
    """

    reason: ClassVar[str] = "often bought with what you have"

    k: Annotated[int, Field(gt=0)] = 40
    """Items for each user."""
    window_days: Annotated[int, Field(gt=0)] = 120
    """How many days of history are counted."""
    gap_days: Annotated[int, Field(ge=0)] = 28
    """At most so many days lie between the two purchases."""
    max_items: Annotated[int, Field(gt=1)] = 30
    """Only so many last purchases of a user are paired."""
    shrink: Annotated[float, Field(ge=0)] = 3.0
    """Damps pairs with few buyers."""
    n_neighbours: Annotated[int, Field(gt=0)] = 30
    """Neighbours kept for each item."""
    n_recent: Annotated[int, Field(gt=0)] = 20
    """How many of the user's last items are looked at."""
    half_life_days: Annotated[float, Field(gt=0)] = 45.0
    """After so many days an own purchase counts half."""
    on_sale_days: Annotated[int, Field(gt=0)] = 35
    """An item is offered if it was sold within so many days."""

    def prepare(self, shop: Dataset, seed: int) -> Tables:
        """Count co-purchases and keep each item's nearest neighbours."""
        counts = co_purchases(shop, self.window_days, self.gap_days, self.max_items)
        n_buyers = buyers(shop, self.window_days)
        mine = n_buyers.select("item_idx", nw.col("n_buyers").alias("mine"))
        theirs = n_buyers.select(
            nw.col("item_idx").alias("neighbour_idx"), nw.col("n_buyers").alias("theirs")
        )
        sold = on_sale(shop, self.on_sale_days).select(nw.col("item_idx").alias("neighbour_idx"))
        similarity = nw.col("both") / ((nw.col("mine") * nw.col("theirs")).sqrt() + self.shrink)
        scored = (
            counts.join(sold, on="neighbour_idx", how="semi")
            .join(mine, on="item_idx")
            .join(theirs, on="neighbour_idx")
            .with_columns(similarity.alias("similarity"))
        )
        return {"neighbours": materialize(nearest(scored, self.n_neighbours))}

    def propose(self, tables: Tables, asked: Dataset) -> nw.LazyFrame:
        """Propose the neighbours of what the user bought last."""
        owned = recent_items(asked, self.n_recent, self.half_life_days)
        return follow(owned, tables["neighbours"], self.k)


def nearest(pairs: nw.LazyFrame, n: int) -> nw.LazyFrame:
    """Keep the `n` most similar neighbours of each item: `item_idx, neighbour_idx, similarity`."""
    renamed = pairs.select(
        nw.col("item_idx").alias("from_idx"),
        nw.col("neighbour_idx").alias("item_idx"),
        nw.col("similarity").alias("score"),
    )
    return top_k(renamed, n, by="from_idx").select(
        nw.col("from_idx").alias("item_idx"),
        nw.col("item_idx").alias("neighbour_idx"),
        nw.col("score").alias("similarity"),
    )
