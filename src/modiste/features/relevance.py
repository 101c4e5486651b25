"""How well the item fits what the customer wears: a model of purchases and pictures."""

from __future__ import annotations

from typing import Annotated, ClassVar

import narwhals as nw
import polars as pl
from pydantic import Field

from modiste.candidates.base import Tables, owned_items
from modiste.component import component
from modiste.data import Dataset
from modiste.engine import apply, collect, column_types
from modiste.features.base import Feature
from modiste.relevance.trip import TABLE, RelevanceFit, fitted, model_tables
from modiste.relevance.wear import Wear

COLUMN, WITHOUT_SALES = "relevance", "relevance_taste"


@component
class Relevance(Feature):
    """The relevance model's score of the pair: the item beside what the user bought.

    It works from the first purchase, and for an item before its first sale, by its picture. Without
    vectors of pictures (`modiste embed`) no column is added.
    """

    reads_vectors: ClassVar[bool] = True
    reads_relevance: ClassVar[bool] = True

    half_life_days: Annotated[float, Field(gt=0)] = 90.0
    """After so many days a purchase counts half."""
    fit: RelevanceFit = RelevanceFit()
    """How the model is learned; the section `[relevance]` fills it."""

    def prepare(self, shop: Dataset) -> Tables:
        """Fit the model, or take the one that was fitted for the same day."""
        model = fitted(shop, self.fit)
        return {} if model is None else model_tables(model)

    def add(self, tables: Tables, asked: Dataset, pairs: nw.LazyFrame) -> nw.LazyFrame:
        """Add `relevance`, the model's score, and `relevance_taste`, the same without popularity.

        Null: nothing is known of the item, or the user bought nothing else that is known.
        """
        if TABLE not in tables:
            return pairs
        wear = Wear(collect(tables[TABLE]))

        def compared(owned: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
            worn = wear.worn(owned)
            users, items = rows["user_idx"].to_numpy(), rows["item_idx"].to_numpy()
            taste = wear.scores(worn, users, items)
            scores = {COLUMN: taste + wear.popularity_of(items), WITHOUT_SALES: taste}
            return rows.hstack(
                [pl.Series(name, one, nan_to_null=True) for name, one in scores.items()]
            )

        schema = {**column_types(pairs), COLUMN: pl.Float32, WITHOUT_SALES: pl.Float32}
        return apply([owned_items(asked, self.half_life_days), pairs], compared, schema)
