"""The same product in another colour."""

from __future__ import annotations

from typing import Annotated, ClassVar

import narwhals as nw
from pydantic import Field

from modiste.candidates.base import CandidateSource, Tables, decay, offered, recent_items, top_k
from modiste.component import component
from modiste.data import Dataset
from modiste.engine import exact_sum, look_up, materialize


@component
class SameProduct(CandidateSource):
    """Other variants of the products bought last; better selling variants first."""

    reason: ClassVar[str] = "another colour of what you bought"

    k: Annotated[int, Field(gt=0)] = 60
    """Items for each user."""
    n_recent: Annotated[int, Field(gt=0)] = 100
    """How many of the user's last items are looked at."""
    half_life_days: Annotated[float, Field(gt=0)] = 60.0
    """After so many days an own purchase counts half."""
    window_days: Annotated[int, Field(gt=0)] = 56
    """A variant is offered if it was sold within so many days; see `base.offered`."""
    max_variants: Annotated[int, Field(gt=0)] = 40
    """Variants of a product that are looked at, the best selling first."""

    def prepare(self, shop: Dataset, seed: int) -> Tables:
        """Pair each item with the variants of its product that are still sold."""
        sales = (
            shop.interactions.with_columns(decay(shop, 28.0).alias("weight"))
            .group_by("item_idx")
            .agg(exact_sum(nw.col("weight")).alias("sold"))
        )
        product = shop.items.select("item_idx", "product_id")
        rail = (
            offered(shop, self.window_days)
            .join(product, on="item_idx")
            .join(sales, on="item_idx", how="left")
            # The slow growth keeps one best seller from outweighing what the user bought last.
            .with_columns((1 + nw.col("sold").fill_null(0.0)).log().alias("score"))
        )
        variants = top_k(rail, self.max_variants, by="product_id").select(
            "product_id",
            nw.col("item_idx").alias("neighbour_idx"),
            nw.col("score").alias("similarity"),
        )
        pairs = (
            product.join(variants, on="product_id")
            .filter(nw.col("item_idx") != nw.col("neighbour_idx"))
            .select("item_idx", "neighbour_idx", "similarity")
        )
        return {"neighbours": materialize(pairs)}

    def propose(self, tables: Tables, asked: Dataset) -> nw.LazyFrame:
        """Propose the variants of what the user bought last."""
        owned = recent_items(asked, self.n_recent, self.half_life_days)
        reached = look_up(owned, tables["neighbours"], "item_idx", "inner").select(
            "user_idx",
            nw.col("neighbour_idx").alias("item_idx"),
            (nw.col("weight") * (0.5 + nw.col("similarity"))).alias("score"),
        )
        best = reached.group_by("user_idx", "item_idx").agg(nw.col("score").max())
        return top_k(best, self.k).select("user_idx", "item_idx", "score", "rank")
