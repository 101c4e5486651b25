"""What sold in the same weeks last year: the season comes back."""

from __future__ import annotations

from typing import Annotated, ClassVar

import narwhals as nw
from pydantic import Field

from modiste.candidates.base import (
    YEAR,
    CandidateSource,
    Tables,
    best_items,
    decay,
    to_everybody,
    today,
)
from modiste.component import component
from modiste.data import Dataset
from modiste.engine import exact_sum, materialize


@component
class LastYear(CandidateSource):
    """Items on sale now whose kind rose in the coming weeks of last year.

    Few articles live for a year, kinds do. An item's score is its decayed sales of the last days
    times what its kind gained last year from these days to the coming ones, plus its own sales in
    the coming days of last year.
    """

    reason: ClassVar[str] = "in season: it sold in these weeks last year"

    k: Annotated[int, Field(gt=0)] = 30
    """Items for each user."""
    attribute: str = "kind"
    """The item attribute that carries the season."""
    ahead_days: Annotated[int, Field(gt=0)] = 14
    """The coming days of last year that are read."""
    behind_days: Annotated[int, Field(gt=0)] = 28
    """The days of last year before them that they are compared with."""
    window_days: Annotated[int, Field(gt=0)] = 28
    """How many days of this year's sales count."""
    prior_sales: Annotated[float, Field(gt=0)] = 20.0
    """Sales of a kind below which its rise is not trusted."""

    def prepare(self, shop: Dataset, seed: int) -> Tables:
        """Score the items on sale by the rise of their kind last year."""
        end = today(shop)
        sales = (
            shop.between(end - self.window_days, end)
            .with_columns(decay(shop, 7.0).alias("weight"))
            .group_by("item_idx")
            .agg(exact_sum(nw.col("weight")).alias("now"))
        )
        then = end - YEAR
        coming = shop.between(then, then + self.ahead_days)
        own = coming.group_by("item_idx").agg(nw.len().cast(nw.Int64).alias("own"))
        scored = sales.join(own, on="item_idx", how="left").with_columns(nw.col("own").fill_null(0))
        rise = nw.lit(1.0)
        if self.attribute in shop.item_attributes:
            kinds = shop.items.select("item_idx", nw.col(f"{self.attribute}_code").alias("kind"))
            before = shop.between(then - self.behind_days, then)
            scored = scored.join(kinds, on="item_idx")
            for sales_then, name in ((coming, "ahead"), (before, "behind")):
                scored = scored.join(_count(sales_then, kinds, name), on="kind", how="left")
            prior = self.prior_sales / self.behind_days
            ahead = nw.col("ahead").fill_null(0) / self.ahead_days
            behind = nw.col("behind").fill_null(0) / self.behind_days
            rise = (ahead + prior) / (behind + prior)
        weeks = self.ahead_days / 7
        scored = scored.with_columns((nw.col("now") * rise + nw.col("own") / weeks).alias("score"))
        return {"items": materialize(best_items(scored, self.k))}

    def propose(self, tables: Tables, asked: Dataset) -> nw.LazyFrame:
        """Propose the list to everybody."""
        return to_everybody(tables["items"], asked)


def _count(sales: nw.LazyFrame, kinds: nw.LazyFrame, name: str) -> nw.LazyFrame:
    return (
        sales.join(kinds, on="item_idx").group_by("kind").agg(nw.len().cast(nw.Int64).alias(name))
    )
