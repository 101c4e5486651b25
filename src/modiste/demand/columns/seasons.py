"""How the item's kind, colour and department will sell in the coming week, against lately."""

from __future__ import annotations

import narwhals as nw
import numpy as np
import polars as pl

from modiste.candidates.base import Tables
from modiste.component import component
from modiste.data import Dataset
from modiste.demand.panel import Panel, PanelFeatures, weekly_panel
from modiste.demand.sales import SalesFit, fit_sales
from modiste.demand.trees import Trees
from modiste.engine import collect, lazy, look_up
from modiste.features.base import Feature

_LATELY = 4
_CALM = 1.0
"""Pieces a week that are added to both sides of a ratio: few pieces rise by chance."""


@component
class SeasonColumns(Feature):
    """Foreseen sales of the item's attributes, against the mean of the last four weeks."""

    attributes: tuple[str, ...] = ("kind", "colour", "department")
    """Item attributes that are foreseen, those that the shop has."""
    fit: SalesFit = SalesFit(n_weeks=104, held_out=0, trees=Trees(min_leaf_rows=100))
    """How sales are learned."""

    def prepare(self, shop: Dataset) -> Tables:
        """Foresee every attribute's values."""
        panel = weekly_panel(shop)
        table: dict[str, object] = {}
        for name in self.attributes:
            if name in shop.item_attributes:
                code = f"{name}_code"
                codes = collect(shop.items.select("item_idx", code)).sort("item_idx")[code]
                of = codes.fill_null(-1).to_numpy().astype(np.int64) + 1
                groups = Panel(panel.as_of, panel.counts, {"by": of}).by("by")
                features = PanelFeatures.of(groups)
                every = np.arange(len(groups.counts))
                ahead = fit_sales(features, self.fit).predict(features, every)
                lately = groups.counts[:, -_LATELY:].mean(axis=1)
                rise = ((ahead + _CALM) / (lately + _CALM)).astype(np.float32)
                table[f"seasons_{name}_sales"] = ahead.astype(np.float32)[of]
                table[f"seasons_{name}_rise"] = rise[of]
        items = np.arange(len(panel.counts), dtype=np.int32)
        return {"items": lazy(pl.DataFrame({"item_idx": items, **table}))}

    def add(self, tables: Tables, asked: Dataset, pairs: nw.LazyFrame) -> nw.LazyFrame:
        """Add `seasons_<attribute>_sales` (pieces) and `seasons_<attribute>_rise` (1: none)."""
        return look_up(pairs, tables["items"], "item_idx")
