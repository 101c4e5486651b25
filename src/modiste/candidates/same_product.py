"""The same product in another colour."""

from __future__ import annotations

from typing import Annotated, ClassVar

import narwhals as nw
from pydantic import Field

from modiste.candidates.base import CandidateSource, Tables, decay, recent_items, today, top_k
from modiste.component import component
from modiste.data import Dataset
from modiste.engine import exact_sum, materialize


@component
class SameProduct(CandidateSource):
    """Other variants of the products bought last; better selling variants first."""

    reason: ClassVar[str] = "another colour of what you bought"

    k: Annotated[int, Field(gt=0)] = 40
    """Items for each user."""
    n_recent: Annotated[int, Field(gt=0)] = 30
    """How many of the user's last items are looked at."""
    half_life_days: Annotated[float, Field(gt=0)] = 60.0
    """After so many days an own purchase counts half."""
    window_days: Annotated[int, Field(gt=0)] = 56
    """A variant is offered if it was sold within so many days."""

    def prepare(self, shop: Dataset, seed: int) -> Tables:
        """Pair each item with the variants of its product that are still sold."""
        end = today(shop)
        sales = (
            shop.between(end - self.window_days, end)
            .with_columns(decay(shop, 14.0).alias("weight"))
            .group_by("item_idx")
            .agg(exact_sum(nw.col("weight")).alias("sold"))
        )
        product = shop.items.select("item_idx", "product_id")
        offered = sales.join(product, on="item_idx").select(
            "product_id", nw.col("item_idx").alias("neighbour_idx"), "sold"
        )
        pairs = (
            product.join(offered, on="product_id")
            .filter(nw.col("item_idx") != nw.col("neighbour_idx"))
            # The slow growth keeps one best seller from outweighing what the user bought last.
            .select("item_idx", "neighbour_idx", (1 + nw.col("sold")).log().alias("similarity"))
        )
        return {"neighbours": materialize(pairs)}

    def propose(self, tables: Tables, asked: Dataset) -> nw.LazyFrame:
        """Propose the variants of what the user bought last."""
        owned = recent_items(asked, self.n_recent, self.half_life_days)
        reached = owned.join(tables["neighbours"], on="item_idx").select(
            "user_idx",
            nw.col("neighbour_idx").alias("item_idx"),
            (nw.col("weight") * (0.5 + nw.col("similarity"))).alias("score"),
        )
        best = reached.group_by("user_idx", "item_idx").agg(nw.col("score").max())
        return top_k(best, self.k).select("user_idx", "item_idx", "score", "rank")
