"""Where an item stands in its life, and who buys it."""

from __future__ import annotations

import narwhals as nw

from modiste.candidates.base import Tables, today
from modiste.component import component
from modiste.data import Dataset
from modiste.engine import exact_sum, join_left, look_up, materialize
from modiste.features.base import Feature


@component
class ItemLife(Feature):
    """Days since first and last sale, price now against before, repeat buyers, age and channel."""

    def prepare(self, shop: Dataset) -> Tables:
        """Summarise each item's whole past."""
        end = today(shop)
        rows = shop.interactions.join(shop.users.select("user_idx", "age"), on="user_idx")
        rows = rows.with_columns(
            nw.when(nw.col("day") >= end - 28).then(nw.col("price")).alias("price_now"),
            (nw.col("age") * nw.col("age")).alias("age_square"),
        )
        items = rows.group_by("item_idx").agg(
            nw.len().cast(nw.Int64).alias("item_purchases"),
            nw.col("user_idx").n_unique().alias("item_buyers"),
            nw.col("day").min().alias("first"),
            nw.col("day").max().alias("last"),
            nw.col("day").n_unique().alias("days"),
            exact_sum(nw.col("price")).alias("paid"),
            nw.col("price").count().alias("priced"),
            exact_sum(nw.col("price_now")).alias("paid_now"),
            nw.col("price_now").count().alias("priced_now"),
            nw.col("price").max().alias("item_price_max"),
            exact_sum(nw.col("age")).alias("ages"),
            exact_sum(nw.col("age_square")).alias("age_squares"),
            nw.col("age").count().alias("aged"),
            (nw.col("channel") == 2).cast(nw.Int32).sum().alias("web"),
        )
        mean_age = _mean("ages", "aged")
        mean_price = _mean("paid", "priced")
        price_now = _mean("paid_now", "priced_now")
        life = nw.col("last") - nw.col("first") + 1
        summary = items.select(
            "item_idx",
            "item_purchases",
            "item_price_max",
            (end - nw.col("first")).alias("item_days_since_first"),
            (end - nw.col("last")).alias("item_days_since_last"),
            (nw.col("days") / life).alias("item_selling_share"),
            (nw.col("item_purchases") / nw.col("item_buyers")).alias("item_per_buyer"),
            mean_price.alias("item_price_mean"),
            (price_now / nw.col("item_price_max")).alias("item_price_now_share"),
            mean_age.alias("item_age_mean"),
            (_mean("age_squares", "aged") - mean_age * mean_age)
            .clip(0.0)
            .sqrt()
            .alias("item_age_deviation"),
            (nw.col("web") / nw.col("item_purchases")).alias("item_web_share"),
        )
        return {"items": materialize(summary)}

    def add(self, tables: Tables, asked: Dataset, pairs: nw.LazyFrame) -> nw.LazyFrame:
        """Add `item_…`, and how user and item differ in age, price and channel."""
        mine = asked.interactions.group_by("user_idx").agg(
            exact_sum(nw.col("price")).alias("paid"),
            nw.col("price").count().alias("priced"),
            (nw.col("channel") == 2).cast(nw.Int32).sum().alias("web"),
            nw.len().cast(nw.Int64).alias("purchases"),
        )
        users = join_left(asked.users.select("user_idx", "age"), mine, "user_idx")
        joined = look_up(pairs, tables["items"], "item_idx")
        joined = join_left(joined, users, "user_idx")
        age_gap = nw.col("age") - nw.col("item_age_mean")
        return joined.with_columns(
            age_gap.alias("pair_age_gap"),
            (age_gap / (nw.col("item_age_deviation") + 3)).alias("pair_age_gap_relative"),
            (nw.col("item_price_mean") / (nw.col("paid") / nw.col("priced"))).alias(
                "pair_price_ratio"
            ),
            (nw.col("item_web_share") - nw.col("web") / nw.col("purchases")).alias("pair_web_gap"),
        ).drop("age", "paid", "priced", "web", "purchases")


def _mean(total: str, count: str) -> nw.Expr:
    """Divide a sum by its count: null where nothing was counted."""
    return nw.when(nw.col(count) > 0).then(nw.col(total) / nw.col(count))
