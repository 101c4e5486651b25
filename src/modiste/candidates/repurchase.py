"""What the customer bought before: in fashion a strong source, for basics above all."""

from __future__ import annotations

from typing import Annotated, ClassVar

import narwhals as nw
from pydantic import Field

from modiste.candidates.base import CandidateSource, Tables, today, top_k
from modiste.component import component
from modiste.data import Dataset


@component
class Repurchase(CandidateSource):
    """The user's own purchases, newest first; of one day, the more often bought first."""

    reason: ClassVar[str] = "you bought this before"

    k: Annotated[int, Field(gt=0)] = 100
    """Items for each user."""
    window_days: Annotated[int, Field(gt=0)] = 730
    """How many days before `as_of` a purchase still counts."""

    def propose(self, tables: Tables, asked: Dataset) -> nw.LazyFrame:
        """Propose what was bought in the window."""
        end = today(asked)
        owned = (
            asked.between(end - self.window_days, end)
            .group_by("user_idx", "item_idx")
            .agg(nw.col("day").max(), nw.len().cast(nw.Int64).alias("times"))
        )
        # One more purchase weighs less than one more day: the order is by day, then by times.
        newest = nw.col("day") - end + nw.col("times").clip(0, 99) / 100
        scored = owned.with_columns(newest.alias("score"))
        return top_k(scored, self.k).select("user_idx", "item_idx", "score", "rank")
