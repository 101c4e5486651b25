"""Last week's best sellers and what is bought together with them."""

from __future__ import annotations

from typing import Annotated, ClassVar

import narwhals as nw
from pydantic import Field

from modiste.candidates.base import CandidateSource, Tables, best_items, to_everybody, today
from modiste.candidates.bought_together import buyers, co_purchases
from modiste.component import component
from modiste.data import Dataset
from modiste.engine import exact_sum, materialize


@component
class PopularTogether(CandidateSource):
    """Items that the buyers of last week's best sellers take as well.

    The score of an item is its expected number of companion sales: the sum over the best sellers
    of their sales last week times the share of their buyers who bought the item too.
    """

    reason: ClassVar[str] = "bought with this week's best sellers"

    k: Annotated[int, Field(gt=0)] = 30
    """Items for each user."""
    recent_days: Annotated[int, Field(gt=0)] = 7
    """The days whose best sellers count."""
    n_sellers: Annotated[int, Field(gt=0)] = 100
    """How many best sellers are looked at."""
    window_days: Annotated[int, Field(gt=0)] = 28
    """How many days of history tell what is bought together."""
    gap_days: Annotated[int, Field(ge=0)] = 7
    """At most so many days lie between the two purchases."""
    max_items: Annotated[int, Field(gt=1)] = 20
    """Only so many last purchases of a user are paired."""

    def prepare(self, shop: Dataset, seed: int) -> Tables:
        """Score the companions of last week's best sellers."""
        end = today(shop)
        sales = (
            shop.between(end - self.recent_days, end)
            .group_by("item_idx")
            .agg(nw.len().cast(nw.Int64).alias("score"))
        )
        sellers = best_items(sales, self.n_sellers).select(
            "item_idx", nw.col("score").alias("sold")
        )
        counts = co_purchases(shop, self.window_days, self.gap_days, self.max_items)
        share = nw.col("both") / (nw.col("n_buyers") + 5)
        scored = (
            counts.join(sellers, on="item_idx")
            .join(buyers(shop, self.window_days), on="item_idx")
            .with_columns((nw.col("sold") * share).alias("expected"))
            .group_by("neighbour_idx")
            .agg(exact_sum(nw.col("expected")).alias("score"))
            .select(nw.col("neighbour_idx").alias("item_idx"), "score")
        )
        return {"items": materialize(best_items(scored, self.k))}

    def propose(self, tables: Tables, asked: Dataset) -> nw.LazyFrame:
        """Propose the list to everybody."""
        return to_everybody(tables["items"], asked)
