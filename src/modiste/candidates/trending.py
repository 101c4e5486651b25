"""What sells faster this week than in the weeks before."""

from __future__ import annotations

from typing import Annotated, ClassVar

import narwhals as nw
from pydantic import Field

from modiste.candidates.base import CandidateSource, Tables, best_items, to_everybody, today
from modiste.component import component
from modiste.data import Dataset
from modiste.engine import materialize


@component
class Trending(CandidateSource):
    """Items whose sales of the last days exceed what the weeks before lead to expect.

    The score is `(recent - expected) / sqrt(expected + 1)`: the excess in units of its own noise
    (sales of an item are close to Poisson), so that neither one lucky sale nor sheer size wins.
    """

    reason: ClassVar[str] = "selling faster this week"

    k: Annotated[int, Field(gt=0)] = 30
    """Items for each user."""
    recent_days: Annotated[int, Field(gt=0)] = 7
    """The days judged."""
    base_days: Annotated[int, Field(gt=0)] = 28
    """The days before them that say what was to be expected."""

    def prepare(self, shop: Dataset, seed: int) -> Tables:
        """Score items by the excess of their recent sales."""
        end = today(shop)
        start = end - self.recent_days
        is_recent = nw.col("day") >= start
        counts = (
            shop.between(start - self.base_days, end)
            .with_columns(is_recent.cast(nw.Int32).alias("recent"))
            .group_by("item_idx")
            .agg(nw.col("recent").sum(), nw.len().cast(nw.Int64).alias("all"))
        )
        expected = (nw.col("all") - nw.col("recent")) * (self.recent_days / self.base_days)
        scored = counts.with_columns(
            ((nw.col("recent") - expected) / (expected + 1).sqrt()).alias("score")
        ).filter(nw.col("score") > 0)
        return {"items": materialize(best_items(scored, self.k))}

    def propose(self, tables: Tables, asked: Dataset) -> nw.LazyFrame:
        """Propose the list to everybody."""
        return to_everybody(tables["items"], asked)
