"""How the item sells among customers of the same age."""

from __future__ import annotations

from typing import Annotated

import narwhals as nw
from pydantic import Field

from modiste.candidates.base import Tables, decay, today, with_age_band
from modiste.component import component
from modiste.data import Dataset
from modiste.engine import exact_sum, join_left, look_up, materialize
from modiste.features.base import Feature


@component
class PairAgeSales(Feature):
    """Decayed sales of the item within the user's age band, and their lift over all bands."""

    window_days: Annotated[int, Field(gt=0)] = 56
    """How many days of sales count."""
    half_life_days: Annotated[float, Field(gt=0)] = 14.0
    """After so many days a sale counts half."""

    def prepare(self, shop: Dataset) -> Tables:
        """Sum decayed sales by age band and item."""
        end = today(shop)
        rows = (
            shop.between(end - self.window_days, end)
            .join(with_age_band(shop.users), on="user_idx")
            .with_columns(decay(shop, self.half_life_days).alias("weight"))
        )
        cells = rows.group_by("age_band", "item_idx").agg(exact_sum(nw.col("weight")).alias("cell"))
        bands = cells.group_by("age_band").agg(exact_sum(nw.col("cell")).alias("band"))
        items = cells.group_by("item_idx").agg(exact_sum(nw.col("cell")).alias("item"))
        everything = items.select(exact_sum(nw.col("item")).alias("all"))
        joined = (
            cells.join(bands, on="age_band")
            .join(items, on="item_idx")
            .join(everything, how="cross")
        )
        expected = nw.col("band") * nw.col("item") / nw.col("all")
        return {
            "cells": materialize(
                joined.select(
                    "age_band",
                    "item_idx",
                    nw.col("cell").alias("pair_age_band_sales"),
                    ((nw.col("cell") + 1) / (expected + 1)).alias("pair_age_band_lift"),
                )
            )
        }

    def add(self, tables: Tables, asked: Dataset, pairs: nw.LazyFrame) -> nw.LazyFrame:
        """Add `pair_age_band_…`; null: not sold in the band."""
        banded = join_left(pairs, with_age_band(asked.users), "user_idx")
        return look_up(banded, tables["cells"], ["age_band", "item_idx"]).drop("age_band")
