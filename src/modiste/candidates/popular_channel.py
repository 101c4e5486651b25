"""Best sellers of the channel (shop or web) through which the customer buys."""

from __future__ import annotations

from typing import Annotated, ClassVar

import narwhals as nw
from pydantic import Field

from modiste.candidates.base import CandidateSource, Tables, decayed_sales, today, top_k
from modiste.component import component
from modiste.data import Dataset
from modiste.engine import materialize


@component
class PopularChannel(CandidateSource):
    """The best sellers of the channel of the user's last purchase."""

    reason: ClassVar[str] = "popular where you shop"

    k: Annotated[int, Field(gt=0)] = 30
    """Items for each user."""
    window_days: Annotated[int, Field(gt=0)] = 28
    """How many days of sales count."""
    half_life_days: Annotated[float, Field(gt=0)] = 7.0
    """After so many days a sale counts half."""

    def prepare(self, shop: Dataset, seed: int) -> Tables:
        """Rank items by decayed sales within each channel."""
        end = today(shop)
        rows = shop.between(end - self.window_days, end).drop_nulls("channel")
        sales = decayed_sales(shop, rows, self.half_life_days, by=("channel",))
        return {"items": materialize(top_k(sales, self.k, by="channel"))}

    def propose(self, tables: Tables, asked: Dataset) -> nw.LazyFrame:
        """Propose to each user the list of the channel they used last."""
        newest = (
            asked.interactions.drop_nulls("channel")
            .with_columns((nw.col("day") * 128 + nw.col("channel").cast(nw.Int32)).alias("key"))
            .group_by("user_idx")
            .agg(nw.col("key").max())
            .select("user_idx", (nw.col("key") % 128).cast(nw.Int8).alias("channel"))
        )
        return newest.join(tables["items"], on="channel").select(
            "user_idx", "item_idx", "score", "rank"
        )
