"""The time of the year."""

from __future__ import annotations

import math

import narwhals as nw

from modiste.candidates.base import Tables, today
from modiste.component import component
from modiste.data import Dataset
from modiste.features.base import Feature

_YEAR_DAYS = 365.2425


@component
class Season(Feature):
    """Where `as_of` lies in the year, as a point on a circle."""

    def add(self, tables: Tables, asked: Dataset, pairs: nw.LazyFrame) -> nw.LazyFrame:
        """Add `season_sine`, `season_cosine`: the same for all pairs of a week."""
        angle = 2 * math.pi * (today(asked) % _YEAR_DAYS) / _YEAR_DAYS
        return pairs.with_columns(
            nw.lit(math.sin(angle)).cast(nw.Float32).alias("season_sine"),
            nw.lit(math.cos(angle)).cast(nw.Float32).alias("season_cosine"),
        )
