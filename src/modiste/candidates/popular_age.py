"""Best sellers among customers of one's own age."""

from __future__ import annotations

from typing import Annotated, ClassVar

import narwhals as nw
from pydantic import Field

from modiste.candidates.base import (
    CandidateSource,
    Tables,
    decayed_sales,
    today,
    top_k,
    with_age_band,
)
from modiste.component import component
from modiste.data import Dataset
from modiste.engine import materialize


@component
class PopularAge(CandidateSource):
    """The best sellers of the user's age band; users of unknown age form a band of their own."""

    reason: ClassVar[str] = "popular with your age this week"

    k: Annotated[int, Field(gt=0)] = 40
    """Items for each user."""
    window_days: Annotated[int, Field(gt=0)] = 28
    """How many days of sales count."""
    half_life_days: Annotated[float, Field(gt=0)] = 7.0
    """After so many days a sale counts half."""

    def prepare(self, shop: Dataset, seed: int) -> Tables:
        """Rank items by decayed sales within each age band."""
        end = today(shop)
        rows = shop.between(end - self.window_days, end).join(
            with_age_band(shop.users), on="user_idx"
        )
        sales = decayed_sales(shop, rows, self.half_life_days, by=("age_band",))
        return {"items": materialize(top_k(sales, self.k, by="age_band"))}

    def propose(self, tables: Tables, asked: Dataset) -> nw.LazyFrame:
        """Propose to each user the list of their band."""
        users = with_age_band(asked.users)
        return users.join(tables["items"], on="age_band").select(
            "user_idx", "item_idx", "score", "rank"
        )
