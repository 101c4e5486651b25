"""How much, how often and how lately a customer buys."""

from __future__ import annotations

import narwhals as nw

from modiste.candidates.base import Tables, today
from modiste.component import component
from modiste.data import Dataset
from modiste.engine import exact_sum, join_left
from modiste.features.base import Feature


@component
class UserActivity(Feature):
    """Counts and days of the user's purchases, their prices and channel."""

    windows: tuple[int, ...] = (7, 28, 91, 364)
    """Windows in days whose purchases are counted."""

    def add(self, tables: Tables, asked: Dataset, pairs: nw.LazyFrame) -> nw.LazyFrame:
        """Add `user_…` columns; null for a user without history."""
        end = today(asked)
        age = end - nw.col("day")
        rows = asked.interactions.with_columns(
            *((age <= days).cast(nw.Int32).alias(f"in_{days}") for days in self.windows),
            (nw.col("price") * nw.col("price")).alias("square"),
        )
        totals = rows.group_by("user_idx").agg(
            nw.len().cast(nw.Int64).alias("user_purchases"),
            nw.col("item_idx").n_unique().alias("user_items"),
            nw.col("day").n_unique().alias("user_visits"),
            nw.col("day").max().alias("last"),
            nw.col("day").min().alias("first"),
            *(nw.col(f"in_{days}").sum().alias(f"user_purchases_{days}d") for days in self.windows),
            exact_sum(nw.col("price")).alias("paid"),
            exact_sum(nw.col("square")).alias("square"),
            nw.col("price").max().alias("user_price_max"),
            nw.col("price").count().alias("priced"),
            (nw.col("channel") == 2).cast(nw.Int32).sum().alias("web"),
        )
        mean = nw.col("paid") / nw.col("priced")
        variance = (nw.col("square") / nw.col("priced") - mean * mean).clip(0.0)
        users = totals.select(
            "user_idx",
            "user_purchases",
            "user_items",
            "user_visits",
            *(f"user_purchases_{days}d" for days in self.windows),
            "user_price_max",
            (end - nw.col("last")).alias("user_days_since_last"),
            (end - nw.col("first")).alias("user_days_since_first"),
            mean.alias("user_price_mean"),
            variance.sqrt().alias("user_price_deviation"),
            (nw.col("web") / nw.col("user_purchases")).alias("user_web_share"),
            (nw.col("user_purchases") / nw.col("user_visits")).alias("user_basket"),
            (1 - nw.col("user_items") / nw.col("user_purchases")).alias("user_repeat_share"),
            ((nw.col("last") - nw.col("first")) / nw.col("user_visits")).alias("user_visit_gap"),
        )
        return join_left(pairs, users, "user_idx")
