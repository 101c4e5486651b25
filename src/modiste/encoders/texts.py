"""What is said of an item: its name, attributes and description as one text."""

from __future__ import annotations

import polars as pl

from modiste.data import Dataset
from modiste.engine import collect

LONGEST = 2_000
"""Characters of a text; what is behind them says little and costs much."""
FIRST = ("brand", "kind", "colour", "pattern", "material", "audience", "season", "usage")
"""Attributes that shoppers name, told before the description: word encoders read the first 64
words or so."""


def item_texts(dataset: Dataset) -> pl.Series:
    """Say of each item what the catalogue says.

    The name comes first, then what shoppers name (`FIRST`), the description, and the other
    attributes; a value that was said already is not said again.

    Returns:
        `text`, a row an item by `item_idx`; an empty text where nothing is known.
    """
    first = [name for name in FIRST if name in dataset.item_attributes]
    others = [name for name in dataset.item_attributes if name not in first]
    columns = ["name", *first, "description", *others]
    items = collect(dataset.items.select("item_idx", *columns)).sort("item_idx")
    plain = [pl.col(name).str.replace_all(r"\s+", " ").str.strip_chars(" .") for name in columns]
    said = pl.concat_list(pl.when(value != "").then(value) for value in plain)
    text = said.list.drop_nulls().list.unique(maintain_order=True).list.join(". ")
    return items.select(text.str.slice(0, LONGEST).alias("text")).get_column("text")
