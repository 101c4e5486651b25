"""A shop on disk with seven items whose likeness is written down by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from modiste.artifacts import Store
from modiste.data import Dataset
from modiste.encoders.base import unit
from modiste.encoders.stored import vector_store
from modiste.engine import collect, lazy
from modiste.testing import make_shop

NAMES = ["red dress", "dark red dress", "red dress new", "blue dress", "green hat", "hat", None]
LOOKS = [[1.0, 0.0, 0.1], [0.9, 0.1, 0.0], [0.8, 0.3, 0.0], [0.5, 0.9, 0.0], [0.0, 1.0, 0.5]]
"""Pictures of items 0 to 4; 5 and 6 have none."""
PRODUCTS = [0, 0, 1, 1, 2, 3, 4]
BOUGHT = [(0, 0, 10), (0, 4, 11), (1, 0, 12), (1, 4, 12), (1, 3, 90), (2, 3, 5)]


def write_shop(folder: Path, *, pictures: bool = True, colours: bool = True) -> Path:
    """Write it with two encoders' vectors, `transformers-toy` and `colour`."""
    shop = make_shop(
        BOUGHT,
        n_users=3,
        n_items=7,
        products=PRODUCTS,
        attributes={"kind": ["dress"] * 4 + ["hat"] * 2 + [None]},
    )
    items = collect(shop.items).with_columns(pl.Series("name", NAMES))
    publish(replace(shop, items=lazy(items)), folder)
    if pictures:
        store_vectors(folder, "transformers-toy", np.array(LOOKS, np.float32), n_items=7)
    if colours:
        colour = np.array([[1, 0], [1, 0], [1, 0.1], [0, 1], [0.5, 1]], np.float32)
        store_vectors(folder, "colour", colour, n_items=7)
    return folder


def publish(shop: Dataset, folder: Path) -> None:
    """Make a dataset the current one of a shop."""
    with Store(folder / "data", "dataset").publish("by-hand", {}) as draft:
        shop.write(draft)


def store_vectors(folder: Path, label: str, looks: np.ndarray, *, n_items: int) -> None:
    """Store vectors of the pictures of the first items."""
    rows = [number if number < len(looks) else None for number in range(n_items)]
    table = pl.DataFrame(
        {
            "item_id": [f"{number:010d}" for number in range(n_items)],
            "picture_row": pl.Series(rows, dtype=pl.Int32),
            "word_row": pl.Series([None] * n_items, dtype=pl.Int32),
            "fault": pl.Series([None] * n_items, dtype=pl.String),
        }
    )
    encoder = label.replace("-", "=", 1)
    facts = {"encoder": encoder, "identity": label}
    with vector_store(folder, label).publish("by-hand", facts) as draft:
        table.write_parquet(draft / "items.parquet")
        np.save(draft / "pictures.npy", unit(looks))
