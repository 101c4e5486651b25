"""How well the item suits the customer among others of its kind."""

from __future__ import annotations

from typing import Annotated, ClassVar

import narwhals as nw
import numpy as np
import polars as pl
from pydantic import Field

from modiste.candidates.base import Tables, owned_items
from modiste.component import component
from modiste.data import Dataset
from modiste.demand.moment import at_fixed_day, remembered
from modiste.demand.style import Space, Style, StyleFit, fit_style
from modiste.engine import apply, collect, column_types, lazy, vector_matrix
from modiste.features.base import Feature

_SPACE = "space_"


@component
class StyleColumns(Feature):
    """Cosines of the item and what the user bought, and their learned sum."""

    reads_vectors: ClassVar[bool] = True

    every_days: Annotated[int, Field(gt=0)] = 28
    """Days between models: that of a day knows what happened before the last multiple of it."""
    dim: Annotated[int, Field(gt=0)] = 32
    """Length of an item's vector of who bought it."""
    half_life_days: Annotated[float, Field(gt=0)] = 90.0
    """After so many days a purchase counts half."""

    def fit(self) -> StyleFit:
        """Give the settings of the fit."""
        return StyleFit(dim=self.dim, half_life_days=self.half_life_days)

    def prepare(self, shop: Dataset) -> Tables:
        """Fit the model of the last fixed day."""
        fit = self.fit()
        model = remembered(
            at_fixed_day(shop, self.every_days), fit, lambda past: fit_style(past, fit)
        )
        names = list(model.weights)
        tables = {
            "weights": lazy(
                pl.DataFrame({"part": names, "weight": [model.weights[name] for name in names]})
            )
        }
        for name, space in model.spaces.items():
            vectors = pl.Series(
                "vector", space.vectors, dtype=pl.Array(pl.Float32, space.vectors.shape[1])
            )
            items = pl.Series("item_idx", space.items.astype(np.int32))
            tables[_SPACE + name] = lazy(pl.DataFrame([items, vectors]))
        return tables

    def add(self, tables: Tables, asked: Dataset, pairs: nw.LazyFrame) -> nw.LazyFrame:
        """Add `style`, the learned sum, and `style_<part>`; null where nothing is known."""
        weights = dict(collect(tables["weights"]).sort("part").rows())
        spaces = {}
        for name in weights:
            rows = collect(tables[_SPACE + name]).sort("item_idx")
            spaces[name] = Space(rows["item_idx"].to_numpy().astype(np.int64), vector_matrix(rows))
        model = Style(spaces, weights)
        columns = ["style", *(f"style_{name}" for name in weights)]

        def judged(owned: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
            users, items = rows["user_idx"].to_numpy(), rows["item_idx"].to_numpy()
            said = model.score(owned, users, items)
            return rows.hstack([pl.Series(name, said[name], nan_to_null=True) for name in columns])

        schema = {**column_types(pairs), **dict.fromkeys(columns, pl.Float32)}
        return apply([owned_items(asked, self.half_life_days), pairs], judged, schema)
