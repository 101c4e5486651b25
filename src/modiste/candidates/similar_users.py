"""What similar customers bought in the last days."""

from __future__ import annotations

from typing import Annotated, ClassVar

import narwhals as nw
from pydantic import Field

from modiste.candidates.base import CandidateSource, Tables, follow, recent_items, today, top_k
from modiste.candidates.bought_together import nearest
from modiste.component import component
from modiste.data import Dataset
from modiste.engine import exact_sum, materialize


@component
class SimilarUsers(CandidateSource):
    """Items bought in the last days by users who own what the asked user owns.

    This is user-based collaborative filtering without choosing neighbours: the sum over all users
    `v` of last week, of the similarity of `v` to the asked user, for each item `v` bought. With the
    cosine over owned items that sum runs over pairs (owned item, item of last week), so it is
    counted once for everybody as a table of pairs and followed from each user's own items.
    """

    reason: ClassVar[str] = "bought last week by people with your taste"

    k: Annotated[int, Field(gt=0)] = 40
    """Items for each user."""
    recent_days: Annotated[int, Field(gt=0)] = 7
    """The days whose purchases are proposed."""
    window_days: Annotated[int, Field(gt=0)] = 365
    """How many days of purchases make users similar."""
    max_items: Annotated[int, Field(gt=1)] = 60
    """Only so many last items of a user count for similarity."""
    n_neighbours: Annotated[int, Field(gt=0)] = 40
    """Pairs kept for each owned item."""
    n_recent: Annotated[int, Field(gt=0)] = 40
    """How many of the asked user's last items are looked at."""
    half_life_days: Annotated[float, Field(gt=0)] = 120.0
    """After so many days an own purchase counts half."""

    def prepare(self, shop: Dataset, seed: int) -> Tables:
        """Count for each owned item what its owners bought in the last days."""
        end = today(shop)
        lately = shop.between(end - self.recent_days, end).select("user_idx", "item_idx").unique()
        active = lately.select("user_idx").unique()
        owned = (
            shop.between(end - self.window_days, end)
            .join(active, on="user_idx", how="semi")
            .group_by("user_idx", "item_idx")
            .agg(nw.col("day").max())
        )
        owned = top_k(owned.with_columns(nw.col("day").alias("score")), self.max_items)
        sizes = owned.group_by("user_idx").agg(nw.len().cast(nw.Int64).alias("size"))
        owners = owned.group_by("item_idx").agg(nw.len().cast(nw.Int64).alias("owners"))
        weighted = (
            owned.join(sizes, on="user_idx")
            .join(owners, on="item_idx")
            .select(
                "user_idx",
                "item_idx",
                # An item that everybody owns says little about taste (the inverse frequency).
                (1 / (nw.col("size").sqrt() * (nw.col("owners") + 1).sqrt())).alias("weight"),
            )
        )
        bought = lately.select("user_idx", nw.col("item_idx").alias("neighbour_idx"))
        pairs = (
            weighted.join(bought, on="user_idx")
            .filter(nw.col("item_idx") != nw.col("neighbour_idx"))
            .group_by("item_idx", "neighbour_idx")
            .agg(exact_sum(nw.col("weight")).alias("similarity"))
        )
        return {"neighbours": materialize(nearest(pairs, self.n_neighbours))}

    def propose(self, tables: Tables, asked: Dataset) -> nw.LazyFrame:
        """Propose what the owners of the user's items bought in the last days."""
        owned = recent_items(asked, self.n_recent, self.half_life_days)
        return follow(owned, tables["neighbours"], self.k)
