"""How an item, its product and its kind sell, lately and in the same weeks last year."""

from __future__ import annotations

import narwhals as nw

from modiste.candidates.base import YEAR, Tables, decay, today
from modiste.component import component
from modiste.data import Dataset
from modiste.engine import exact_sum, look_up, materialize
from modiste.features.base import Feature

_TREND_WINDOWS = (1, 7, 28, 91)


@component
class ItemSales(Feature):
    """Sales in windows, their trend, and the sales of the item's product and kind."""

    windows: tuple[int, ...] = (1, 3, 7, 14, 28, 91, 364)
    """Windows in days whose sales are counted; those that trends compare are counted always."""
    attributes: tuple[str, ...] = ("kind", "department")
    """Item attributes whose sales are counted as well."""
    half_life_days: float = 14.0
    """Of the decayed sales."""

    def prepare(self, shop: Dataset) -> Tables:
        """Count the sales of every item sold in the longest window."""
        end = today(shop)
        age = end - nw.col("day")
        windows = sorted({*self.windows, *_TREND_WINDOWS})
        rows = shop.between(end - max(windows), end).with_columns(
            *((age <= days).cast(nw.Int32).alias(f"item_sales_{days}d") for days in windows),
            decay(shop, self.half_life_days).alias("decayed"),
        )
        items = rows.group_by("item_idx").agg(
            *(nw.col(f"item_sales_{days}d").sum() for days in windows),
            exact_sum(nw.col("decayed")).alias("item_sales_decayed"),
        )
        then = end - YEAR
        coming = (
            shop.between(then, then + 14)
            .group_by("item_idx")
            .agg(nw.len().cast(nw.Int64).alias("item_sales_next_weeks_last_year"))
        )
        items = items.join(coming, on="item_idx", how="left").with_columns(
            _trend(7, 28), _trend(1, 7), _trend(28, 91)
        )
        tables = {"items": materialize(items)}
        product = shop.items.select("item_idx", nw.col("product_id").alias("part"))
        tables["product"] = _sales_of(tables["items"], product, "product")
        for name in self.attributes:
            if name in shop.item_attributes:
                parts = shop.items.select("item_idx", nw.col(f"{name}_code").alias("part"))
                season = _season(shop, parts, name)
                tables[name] = materialize(
                    _sales_of(tables["items"], parts, name)
                    .join(parts.join(season, on="part"), on="item_idx", how="left")
                    .drop("part")
                )
        return tables

    def add(self, tables: Tables, asked: Dataset, pairs: nw.LazyFrame) -> nw.LazyFrame:
        """Add `item_sales_…`, `product_sales_…`, `kind_sales_…`; null: not sold in the window."""
        for table in tables.values():
            pairs = look_up(pairs, table, "item_idx")
        return pairs


def _trend(recent: int, base: int) -> nw.Expr:
    """Compare the daily sales of a recent window with those of a longer one (1: no change)."""
    daily = nw.col(f"item_sales_{recent}d") / recent
    before = nw.col(f"item_sales_{base}d") / base
    return ((daily + 0.02) / (before + 0.02)).alias(f"item_trend_{recent}_{base}")


def _sales_of(items: nw.LazyFrame, parts: nw.LazyFrame, name: str) -> nw.LazyFrame:
    """Give for each item the sales of its part (product, kind) and the item's share of them."""
    joined = items.join(parts, on="item_idx")
    totals = joined.group_by("part").agg(
        nw.col("item_sales_7d").sum().alias(f"{name}_sales_7d"),
        nw.col("item_sales_28d").sum().alias(f"{name}_sales_28d"),
        exact_sum(nw.col("item_sales_decayed")).alias(f"{name}_sales_decayed"),
        nw.len().cast(nw.Int64).alias(f"{name}_variants"),
    )
    # Also for items that did not sell: in a small shop their product says what they cannot.
    sold = items.select("item_idx", nw.col("item_sales_decayed").alias("mine"))
    share = nw.col("mine").fill_null(0.0) / (nw.col(f"{name}_sales_decayed") + 0.1)
    return materialize(
        parts.join(totals, on="part")
        .join(sold, on="item_idx", how="left")
        .select(
            "item_idx",
            f"{name}_sales_7d",
            f"{name}_sales_28d",
            f"{name}_sales_decayed",
            f"{name}_variants",
            share.alias(f"{name}_item_share"),
        )
    )


def _season(shop: Dataset, parts: nw.LazyFrame, name: str) -> nw.LazyFrame:
    """Give each part's rise in the coming two weeks of last year against the four before them."""
    then = today(shop) - YEAR
    around = shop.between(then - 28, then + 14).join(parts, on="item_idx")
    is_ahead = (nw.col("day") >= then).cast(nw.Int32)
    counts = (
        around.with_columns(is_ahead.alias("ahead"))
        .group_by("part")
        .agg(nw.col("ahead").sum(), nw.len().cast(nw.Int64).alias("all"))
    )
    rise = (nw.col("ahead") + 5) / ((nw.col("all") - nw.col("ahead")) / 2 + 5)
    return counts.select("part", rise.alias(f"{name}_season_rise"))
