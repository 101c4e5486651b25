"""What the shop knows of a customer besides purchases."""

from __future__ import annotations

from typing import Annotated

import narwhals as nw
from pydantic import Field

from modiste.candidates.base import Tables
from modiste.component import component
from modiste.data import Dataset
from modiste.engine import collect, join_left, materialize
from modiste.features.base import Feature


@component
class UserProfile(Feature):
    """Age, and the codes of the user's attributes that have few values."""

    max_values: Annotated[int, Field(gt=1)] = 32
    """Attributes with more values (a postal code) are left out: trees would learn them by heart."""

    def prepare(self, shop: Dataset) -> Tables:
        """Choose the attributes with few values."""
        codes = [f"{name}_code" for name in shop.user_attributes]
        if not codes:
            return {"chosen": materialize(shop.users.select("user_idx").head(0))}
        highest = collect(shop.users.select(nw.col(code).max() for code in codes)).row(0)
        few = [
            code
            for code, top in zip(codes, highest, strict=True)
            if top is not None and 0 < top < self.max_values
        ]
        return {"chosen": materialize(shop.users.select("user_idx", *few).head(0))}

    def add(self, tables: Tables, asked: Dataset, pairs: nw.LazyFrame) -> nw.LazyFrame:
        """Add `user_age` and `user_<attribute>`."""
        codes = [name for name in tables["chosen"].collect_schema().names() if name != "user_idx"]
        users = asked.users.select(
            "user_idx",
            nw.col("age").alias("user_age"),
            *(nw.col(code).alias(f"user_{code.removesuffix('_code')}") for code in codes),
        )
        return join_left(pairs, users, "user_idx")
