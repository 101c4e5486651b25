"""How the item's kind, colour and department will sell in the coming week, against lately."""

from __future__ import annotations

from typing import Annotated

import narwhals as nw
import numpy as np
import polars as pl
from pydantic import Field

from modiste.candidates.base import Tables
from modiste.component import component
from modiste.data import Dataset
from modiste.demand.panel import Panel, weekly_panel
from modiste.demand.rise import next_week, usual
from modiste.demand.trees import Trees
from modiste.engine import collect, lazy, look_up
from modiste.features.base import Feature


@component
class SeasonColumns(Feature):
    """Foreseen sales of the item's attributes, against the mean of the last eight weeks."""

    attributes: tuple[str, ...] = ("kind", "colour", "department")
    """Item attributes that are foreseen, those that the shop has."""
    n_weeks: Annotated[int, Field(gt=0)] = 104
    """Weeks that are learned from, the newest."""
    n_trees: Annotated[int, Field(gt=0)] = 100
    """Trees of each attribute's model."""
    threads: Annotated[int, Field(ge=0)] = 0
    """Threads; 0: all cores."""

    def prepare(self, shop: Dataset) -> Tables:
        """Foresee every attribute's values."""
        panel = weekly_panel(shop)
        trees = Trees(n_trees=self.n_trees, threads=self.threads)
        table: dict[str, object] = {}
        for name in self.attributes:
            if name in shop.item_attributes:
                code = f"{name}_code"
                codes = collect(shop.items.select("item_idx", code)).sort("item_idx")[code]
                of = codes.fill_null(-1).to_numpy().astype(np.int64) + 1
                counts = Panel(panel.as_of, panel.counts, {"by": of}).by("by").counts
                ahead = next_week(counts, trees, self.n_weeks)
                rise = (ahead / usual(counts, panel.n_weeks)).astype(np.float32)
                table[f"seasons_{name}_sales"] = ahead.astype(np.float32)[of]
                table[f"seasons_{name}_rise"] = rise[of]
        items = np.arange(len(panel.counts), dtype=np.int32)
        return {"items": lazy(pl.DataFrame({"item_idx": items, **table}))}

    def add(self, tables: Tables, asked: Dataset, pairs: nw.LazyFrame) -> nw.LazyFrame:
        """Add `seasons_<attribute>_sales` (pieces) and `seasons_<attribute>_rise` (1: none)."""
        return look_up(pairs, tables["items"], "item_idx")
