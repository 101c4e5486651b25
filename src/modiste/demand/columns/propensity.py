"""How likely the customer buys at all, and of the item's kind."""

from __future__ import annotations

from typing import Annotated

import narwhals as nw
import polars as pl
from pydantic import Field

from modiste.candidates.base import Tables, today
from modiste.component import component
from modiste.data import Dataset
from modiste.demand.moment import at_fixed_day, remembered
from modiste.demand.propensity import PropensityFit, fit_propensity, item_kinds, purchases_of
from modiste.demand.stored import propensity_of, propensity_table
from modiste.demand.trees import Trees
from modiste.demand.users import kind_windows
from modiste.engine import apply, collect, column_types, lazy
from modiste.features.base import Feature

ANY, KIND = "propensity_any", "propensity_kind"


@component
class PropensityColumns(Feature):
    """The chance that the user buys in the coming week, and that of buying the item's kind."""

    every_days: Annotated[int, Field(gt=0)] = 28
    """Days between models: that of a day knows what happened before the last multiple of it."""
    label_days: Annotated[int, Field(gt=0)] = 7
    """Days ahead that are predicted."""
    n_weeks: Annotated[int, Field(gt=0)] = 26
    """Past moments that are learned from."""
    max_rows: Annotated[int, Field(gt=0)] = 100_000
    """At most about so many rows are learned from; users are drawn."""
    n_trees: Annotated[int, Field(gt=0)] = 100
    """Trees of each of the two models."""
    threads: Annotated[int, Field(ge=0)] = 0
    """Threads; 0: all cores."""

    def fit(self) -> PropensityFit:
        """Give the settings of the fit."""
        return PropensityFit(
            label_days=self.label_days,
            n_weeks=self.n_weeks,
            max_rows=self.max_rows,
            held_out=4,
            trees=Trees(n_trees=self.n_trees, threads=self.threads),
        )

    def prepare(self, shop: Dataset) -> Tables:
        """Fit the model of the last fixed day, and see how kinds sell today."""
        fit = self.fit()
        model = remembered(
            at_fixed_day(shop, self.every_days),
            fit,
            lambda past: fit_propensity(past, fit),
        )
        kinds = kind_windows(purchases_of(shop), today(shop)).collect().sort("kind")
        return {
            "model": lazy(propensity_table(model)),
            "kinds": lazy(kinds),
            "items": lazy(item_kinds(shop)),
        }

    def add(self, tables: Tables, asked: Dataset, pairs: nw.LazyFrame) -> nw.LazyFrame:
        """Add `propensity_any` and `propensity_kind`; null: the item's kind is not known."""
        model = propensity_of(collect(tables["model"]), self.fit())
        kinds = collect(tables["kinds"]).lazy()
        kind_of = collect(tables["items"]).sort("item_idx")["kind"]
        day = today(asked)

        def judged(bought: pl.DataFrame, users: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
            purchases = bought.with_columns(kind_of.gather(bought["item_idx"])).lazy()
            pairs_of = rows.with_columns(kind_of.gather(rows["item_idx"]))
            wanted = pairs_of.select("user_idx", "kind").drop_nulls().unique()
            said = model.of_pairs(wanted, purchases, users.lazy(), kinds, day)
            everybody = model.of_users(purchases, users.lazy(), day)
            return (
                pairs_of.join(everybody, on="user_idx", how="left")
                .join(said, on=["user_idx", "kind"], how="left")
                .with_columns(
                    pl.col("propensity").cast(pl.Float32).alias(ANY),
                    pl.col("propensity_kind").cast(pl.Float32),
                )
                .select(*rows.columns, ANY, KIND)
            )

        schema = {**column_types(pairs), ANY: pl.Float32, KIND: pl.Float32}
        return apply([asked.interactions, asked.users, pairs], judged, schema)
