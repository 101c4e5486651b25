"""Articles that are new on the rail, in the departments the customer buys from."""

from __future__ import annotations

from typing import Annotated, ClassVar

import narwhals as nw
from pydantic import Field

from modiste.candidates.base import CandidateSource, Tables, decay, today, top_k
from modiste.component import component
from modiste.data import Dataset
from modiste.engine import exact_sum, look_up, materialize


@component
class NewArrivals(CandidateSource):
    """Items first sold in the last days, of the departments and kinds in the user's wardrobe.

    They are weighted by the share of their department and kind; a user without history gets the
    best selling ones.
    """

    reason: ClassVar[str] = "new in, and of the kind you buy"

    k: Annotated[int, Field(gt=0)] = 20
    """Items for each user."""
    arrival_days: Annotated[int, Field(gt=0)] = 14
    """An item is new if its first sale is at most so many days back."""
    attributes: tuple[str, ...] = ("department", "kind")
    """Item attributes in which a user's taste is seen."""
    k_each: Annotated[int, Field(gt=0)] = 10
    """New items kept for each department, and for each kind."""
    n_values: Annotated[int, Field(gt=0)] = 6
    """Departments, and kinds, looked at for each user."""
    taste_half_life_days: Annotated[float, Field(gt=0)] = 120.0
    """After so many days a user's own purchase counts half for their taste."""

    def prepare(self, shop: Dataset, seed: int) -> Tables:
        """List the new items of each department and kind."""
        end = today(shop)
        first = shop.interactions.group_by("item_idx").agg(
            nw.col("day").min().alias("first"), nw.len().cast(nw.Int64).alias("sold")
        )
        fresh = first.filter(nw.col("first") >= end - self.arrival_days)
        rate = nw.col("sold") / (end - nw.col("first") + 3)
        fresh = fresh.select("item_idx", rate.alias("score"))
        tables: Tables = {
            "overall": materialize(
                top_k(fresh.with_columns(nw.lit(0).alias("_all")), self.k, by="_all")
            )
        }
        for name in self.attributes:
            if name not in shop.item_attributes:
                continue
            values = shop.items.select("item_idx", nw.col(f"{name}_code").alias("value"))
            best = top_k(fresh.join(values.drop_nulls(), on="item_idx"), self.k_each, by="value")
            tables[f"best_{name}"] = materialize(best.select("value", "item_idx", "score"))
            tables[f"values_{name}"] = materialize(values.drop_nulls())
        return tables

    def propose(self, tables: Tables, asked: Dataset) -> nw.LazyFrame:
        """Propose the new items nearest to what the user buys."""
        weighted = asked.interactions.with_columns(
            decay(asked, self.taste_half_life_days).alias("weight")
        ).select("user_idx", "item_idx", "weight")
        everyone = asked.users.select("user_idx").join(
            tables["overall"].select("item_idx", (nw.col("score") * 0.01).alias("score")),
            how="cross",
        )
        parts = [everyone]
        for name in self.attributes:
            if f"best_{name}" not in tables:
                continue
            shares = (
                look_up(weighted, tables[f"values_{name}"], "item_idx", "inner")
                .group_by("user_idx", "value")
                .agg(exact_sum(nw.col("weight")).alias("score"))
            )
            liked = top_k(shares.with_columns(nw.col("value").alias("item_idx")), self.n_values)
            liked = liked.select("user_idx", "value", nw.col("score").alias("share"))
            parts.append(
                liked.join(tables[f"best_{name}"], on="value").select(
                    "user_idx", "item_idx", (nw.col("score") * nw.col("share")).alias("score")
                )
            )
        together = nw.concat(
            [part.with_columns(nw.col("score").cast(nw.Float64)) for part in parts]
        )
        summed = together.group_by("user_idx", "item_idx").agg(exact_sum(nw.col("score")))
        return top_k(summed, self.k).select("user_idx", "item_idx", "score", "rank")
