"""What an item is: the codes of its attributes."""

from __future__ import annotations

from typing import Annotated

import narwhals as nw
from pydantic import Field

from modiste.candidates.base import Tables
from modiste.component import component
from modiste.data import Dataset
from modiste.engine import collect, look_up, materialize
from modiste.features.base import Feature


@component
class ItemAttributes(Feature):
    """The item's attributes as dense codes."""

    max_values: Annotated[int, Field(gt=1)] = 6
    """Attributes with more values are left out. Many values need many sales: a shop of a million
    sales a week can afford hundreds, in a small one they name single items."""

    def prepare(self, shop: Dataset) -> Tables:
        """Choose the attributes with few values."""
        names = shop.item_attributes
        if not names:
            return {"items": materialize(shop.items.select("item_idx"))}
        highest = collect(shop.items.select(nw.col(f"{name}_code").max() for name in names)).row(0)
        few = [
            nw.col(f"{name}_code").alias(f"item_{name}")
            for name, top in zip(names, highest, strict=True)
            if top is not None and 0 < top < self.max_values
        ]
        return {"items": materialize(shop.items.select("item_idx", *few))}

    def add(self, tables: Tables, asked: Dataset, pairs: nw.LazyFrame) -> nw.LazyFrame:
        """Add `item_<attribute>`."""
        return look_up(pairs, tables["items"], "item_idx")
