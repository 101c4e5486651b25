"""What the customer did with this very item and with its product."""

from __future__ import annotations

import narwhals as nw

from modiste.candidates.base import Tables, today
from modiste.component import component
from modiste.data import Dataset
from modiste.engine import join_left, look_up, materialize
from modiste.features.base import Feature


@component
class PairHistory(Feature):
    """Times and days of the user's purchases of the item, and of other variants of its product.

    Days alone do not tell an item left behind from one bought on the last visit: visits since then
    do.
    """

    def prepare(self, shop: Dataset) -> Tables:
        """Number the products."""
        product = nw.col("product_id").rank("dense").cast(nw.Int32).alias("product_idx")
        numbered = shop.items.with_columns(product)
        return {"products": materialize(numbered.select("item_idx", "product_idx"))}

    def add(self, tables: Tables, asked: Dataset, pairs: nw.LazyFrame) -> nw.LazyFrame:
        """Add `pair_…` columns; null: never bought."""
        end = today(asked)
        visits = _visits(asked.interactions)
        items = (
            asked.interactions.group_by("user_idx", "item_idx")
            .agg(
                nw.len().cast(nw.Int64).alias("pair_times"),
                nw.col("day").n_unique().cast(nw.Int64).alias("pair_visits"),
                nw.col("day").max(),
                nw.col("day").min().alias("first"),
            )
            .join(visits, on=["user_idx", "day"])
        )
        items = items.select(
            "user_idx",
            "item_idx",
            "pair_times",
            "pair_visits",
            (end - nw.col("day")).alias("pair_days_since_last"),
            (end - nw.col("first")).alias("pair_days_since_first"),
            nw.col("visit").alias("pair_visits_since_last"),
        )
        bought = look_up(asked.interactions, tables["products"], "item_idx", "inner")
        products = (
            bought.with_columns(
                (nw.col("day").cast(nw.Int64) * _WIDE + nw.col("item_idx")).alias("newest")
            )
            .group_by("user_idx", "product_idx")
            .agg(
                nw.len().cast(nw.Int64).alias("pair_product_times"),
                nw.col("item_idx").n_unique().cast(nw.Int64).alias("pair_product_variants"),
                nw.col("day").max(),
                nw.col("newest").max(),
            )
            .join(visits, on=["user_idx", "day"])
            .select(
                "user_idx",
                "product_idx",
                "pair_product_times",
                "pair_product_variants",
                (end - nw.col("day")).alias("pair_product_days_since_last"),
                nw.col("visit").alias("pair_product_visits_since_last"),
                (nw.col("newest") % _WIDE).alias("newest_idx"),
            )
        )
        pairs = join_left(pairs, items, ["user_idx", "item_idx"])
        pairs = look_up(pairs, tables["products"], "item_idx")
        return (
            join_left(pairs, products, ["user_idx", "product_idx"])
            # Variants numbered next to each other came out together.
            .with_columns((nw.col("item_idx") - nw.col("newest_idx")).alias("pair_variant_gap"))
            .drop("product_idx", "newest_idx")
        )


_WIDE = 1 << 32
"""More than there are items: a day and an item in one whole number."""


def _visits(interactions: nw.LazyFrame) -> nw.LazyFrame:
    """Number each user's days with a purchase, the last one first: `user_idx, day, visit`."""
    days = interactions.select("user_idx", "day").unique()
    one = nw.lit(1).cast(nw.Int32).alias("_one")
    numbered = days.with_columns((-nw.col("day")).alias("_down"), one)
    visit = nw.col("_one").cum_sum().over("user_idx", order_by="_down").alias("visit")
    return materialize(numbered.with_columns(visit).drop("_down", "_one"))
