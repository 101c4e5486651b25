"""What the item will sell in the coming week, and whether it is still there."""

from __future__ import annotations

from typing import Annotated

import narwhals as nw
import numpy as np
import polars as pl
from pydantic import Field

from modiste.candidates.base import Tables
from modiste.component import component
from modiste.data import Dataset
from modiste.demand.life import find_lives
from modiste.demand.moment import at_fixed_day, remembered
from modiste.demand.panel import PanelFeatures, weekly_panel
from modiste.demand.sales import SalesFit, SalesModel, fit_sales
from modiste.demand.trees import Trees
from modiste.engine import lazy, look_up
from modiste.features.base import Feature


@component
class LifeColumns(Feature):
    """Expected sales of the item, the chance that it is offered, and its stage of life."""

    every_days: Annotated[int, Field(gt=0)] = 28
    """Days between models: that of a day knows what happened before the last multiple of it."""
    n_weeks: Annotated[int, Field(gt=0)] = 26
    """Weeks that are learned from, the newest."""
    max_rows: Annotated[int, Field(gt=0)] = 100_000
    """At most about so many rows are learned from."""
    n_trees: Annotated[int, Field(gt=0)] = 200
    """Trees of the model of sales."""
    threads: Annotated[int, Field(ge=0)] = 0
    """Threads; 0: all cores."""

    def fit(self) -> SalesFit:
        """Give the settings of the fit."""
        trees = Trees(n_trees=self.n_trees, min_leaf_rows=300, l2=1.0, threads=self.threads)
        return SalesFit(n_weeks=self.n_weeks, max_rows=self.max_rows, held_out=0, trees=trees)

    def prepare(self, shop: Dataset) -> Tables:
        """Fit the model of the last fixed day, and judge every item as of today."""
        fit = self.fit()

        def fitted(past: Dataset) -> SalesModel:
            return fit_sales(PanelFeatures.of(weekly_panel(past)), fit)

        model = remembered(at_fixed_day(shop, self.every_days), fit, fitted)
        panel = weekly_panel(shop)
        features = PanelFeatures.of(panel)
        every = np.arange(len(panel.counts))
        lives = find_lives(panel)
        table = pl.DataFrame(
            {
                "item_idx": every.astype(np.int32),
                "life_sales": model.predict(features, every).astype(np.float32),
                "life_offered": pl.Series(lives.offered.astype(np.float32), nan_to_null=True),
                "life_rate": pl.Series(lives.rate.astype(np.float32), nan_to_null=True),
                "life_stage": lives.stage.astype(np.int32),
            }
        )
        return {"items": lazy(table)}

    def add(self, tables: Tables, asked: Dataset, pairs: nw.LazyFrame) -> nw.LazyFrame:
        """Add `life_sales`, `life_offered`, `life_rate` (null: never sold) and `life_stage`."""
        return look_up(pairs, tables["items"], "item_idx")
