"""What the customer did with this very item and with its product."""

from __future__ import annotations

import narwhals as nw

from modiste.candidates.base import Tables, today
from modiste.component import component
from modiste.data import Dataset
from modiste.engine import materialize
from modiste.features.base import Feature


@component
class PairHistory(Feature):
    """Times and days of the user's purchases of the item, and of other variants of its product."""

    def prepare(self, shop: Dataset) -> Tables:
        """Number the products."""
        product = nw.col("product_id").rank("dense").cast(nw.Int32).alias("product_idx")
        return {
            "products": materialize(
                shop.items.with_columns(product).select("item_idx", "product_idx")
            )
        }

    def add(self, tables: Tables, asked: Dataset, pairs: nw.LazyFrame) -> nw.LazyFrame:
        """Add `pair_…` columns; null: never bought."""
        end = today(asked)
        items = asked.interactions.group_by("user_idx", "item_idx").agg(
            nw.len().cast(nw.Int64).alias("pair_times"),
            nw.col("day").n_unique().alias("pair_visits"),
            (end - nw.col("day").max()).alias("pair_days_since_last"),
            (end - nw.col("day").min()).alias("pair_days_since_first"),
        )
        bought = asked.interactions.join(tables["products"], on="item_idx")
        products = bought.group_by("user_idx", "product_idx").agg(
            nw.len().cast(nw.Int64).alias("pair_product_times"),
            nw.col("item_idx").n_unique().alias("pair_product_variants"),
            (end - nw.col("day").max()).alias("pair_product_days_since_last"),
        )
        return (
            pairs.join(items, on=["user_idx", "item_idx"], how="left")
            .join(tables["products"], on="item_idx", how="left")
            .join(products, on=["user_idx", "product_idx"], how="left")
            .drop("product_idx")
        )
