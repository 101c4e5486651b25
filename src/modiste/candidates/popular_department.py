"""Best sellers of the departments in which the customer buys."""

from __future__ import annotations

from typing import Annotated, ClassVar

import narwhals as nw
from pydantic import Field

from modiste.candidates.base import CandidateSource, Tables, decay, decayed_sales, today, top_k
from modiste.component import component
from modiste.data import Dataset
from modiste.engine import exact_sum, look_up, materialize


@component
class PopularDepartment(CandidateSource):
    """The best sellers of each department (or other attribute) the user buys from, by its share."""

    reason: ClassVar[str] = "popular in a department you like"

    k: Annotated[int, Field(gt=0)] = 40
    """Items for each user."""
    attribute: str = "department"
    """The item attribute that splits the catalogue; a shop without it gets nothing from here."""
    k_each: Annotated[int, Field(gt=0)] = 12
    """Items taken from each department."""
    n_departments: Annotated[int, Field(gt=0)] = 8
    """Departments looked at for each user."""
    window_days: Annotated[int, Field(gt=0)] = 28
    """How many days of sales count."""
    half_life_days: Annotated[float, Field(gt=0)] = 7.0
    """After so many days a sale counts half."""
    taste_half_life_days: Annotated[float, Field(gt=0)] = 120.0
    """After so many days a user's own purchase counts half for their departments."""

    def prepare(self, shop: Dataset, seed: int) -> Tables:
        """Rank items by decayed sales within each department, and note each item's department."""
        if self.attribute not in shop.item_attributes:
            return {}
        code = nw.col(f"{self.attribute}_code").alias("part")
        parts = shop.items.select("item_idx", code).drop_nulls()
        end = today(shop)
        rows = shop.between(end - self.window_days, end)
        sales = decayed_sales(shop, rows, self.half_life_days).join(parts, on="item_idx")
        best = top_k(sales, self.k_each, by="part").select("part", "item_idx", "score")
        return {"items": materialize(best), "parts": materialize(parts)}

    def propose(self, tables: Tables, asked: Dataset) -> nw.LazyFrame:
        """Propose the best of each department, weighted by its share of the user's purchases."""
        if not tables:
            return _nothing(asked)
        weighted = asked.interactions.with_columns(
            decay(asked, self.taste_half_life_days).alias("weight")
        )
        shares = (
            look_up(weighted, tables["parts"], "item_idx", "inner")
            .group_by("user_idx", "part")
            .agg(exact_sum(nw.col("weight")).alias("score"))
        )
        favourites = top_k(
            shares.with_columns(nw.col("part").alias("item_idx")), self.n_departments
        ).select("user_idx", "part", nw.col("score").alias("share"))
        scored = favourites.join(tables["items"], on="part").select(
            "user_idx", "item_idx", (nw.col("share") * nw.col("score")).alias("score")
        )
        return top_k(scored, self.k).select("user_idx", "item_idx", "score", "rank")


def _nothing(asked: Dataset) -> nw.LazyFrame:
    """Give an empty table of candidates."""
    return (
        asked.interactions.filter(nw.col("user_idx") < 0)
        .select("user_idx", "item_idx", nw.col("price").alias("score"))
        .with_columns(nw.col("item_idx").alias("rank"))
    )
