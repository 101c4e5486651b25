"""Best sellers: what everybody buys now."""

from __future__ import annotations

from typing import Annotated, ClassVar

import narwhals as nw
from pydantic import Field

from modiste.candidates.base import (
    CandidateSource,
    Tables,
    best_items,
    decayed_sales,
    to_everybody,
    today,
)
from modiste.component import component
from modiste.data import Dataset
from modiste.engine import materialize


@component
class Popular(CandidateSource):
    """The best sellers of the last days, newer sales weighing more; the same list for everybody."""

    reason: ClassVar[str] = "popular this week"

    k: Annotated[int, Field(gt=0)] = 40
    """Items for each user."""
    window_days: Annotated[int, Field(gt=0)] = 28
    """How many days of sales count."""
    half_life_days: Annotated[float, Field(gt=0)] = 7.0
    """After so many days a sale counts half."""

    def prepare(self, shop: Dataset, seed: int) -> Tables:
        """Rank items by decayed sales."""
        end = today(shop)
        rows = shop.between(end - self.window_days, end)
        sales = decayed_sales(shop, rows, self.half_life_days)
        return {"items": materialize(best_items(sales, self.k))}

    def propose(self, tables: Tables, asked: Dataset) -> nw.LazyFrame:
        """Propose the list to everybody."""
        return to_everybody(tables["items"], asked)
