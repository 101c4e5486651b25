"""Lists that are the same for everybody: new in, trending, best sellers."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from modiste.candidates.new_arrivals import NewArrivals
from modiste.candidates.trending import Trending
from modiste.data import Dataset
from modiste.engine import collect
from modiste.errors import InputError
from modiste.recommend.lists import sold_items

_DEPTH = 400
"""Items kept of each shelf: filters and rules leave enough of them."""
_SEED = 1


@dataclass(frozen=True)
class Shelves:
    """Ranked items of a shop as of one day: `item_idx` with a score, best first."""

    new: pl.DataFrame
    """First sold lately, those that sell best first."""
    trending: pl.DataFrame
    """Selling faster this week than in the weeks before."""
    best: pl.DataFrame
    """All that was ever sold, what sold last and most first; without a score. Where nothing was
    ever sold: the whole catalogue, shuffled the same way every time."""
    sold: bool = True
    """Whether anything was ever sold."""

    @classmethod
    def of(cls, dataset: Dataset) -> Shelves:
        """Read the shelves from a shop's purchases."""
        try:
            _, end = dataset.day_range()
        except InputError:
            items = collect(dataset.items.select("item_idx")).sort("item_idx")
            some = items.sample(fraction=1.0, shuffle=True, seed=_SEED)
            some = some.with_columns(pl.lit(None, pl.Float32).alias("score"))
            return cls(some, some, some, sold=False)
        past = dataset.until(end)
        new = NewArrivals(k=_DEPTH, attributes=()).prepare(past, 0)["overall"]
        trending = Trending(k=_DEPTH).prepare(past, 0)["items"]
        best = sold_items(past).with_columns(pl.lit(None, pl.Float32).alias("score"))
        return cls(_ordered(collect(new)), _ordered(collect(trending)), best)


def _ordered(items: pl.DataFrame) -> pl.DataFrame:
    return items.sort("rank").select("item_idx", pl.col("score").cast(pl.Float32))
