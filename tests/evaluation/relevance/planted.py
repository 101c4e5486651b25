"""A shop whose customers each like one colour and one kind of garment, and little else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from modiste.data import Dataset
from modiste.data.shop import dataset_store
from modiste.encoders.stored import vector_store
from modiste.engine import collect
from modiste.testing.shops import make_shop

COLOURS, KINDS, ITEMS_OF_BOTH = 6, 5, 12
N_USERS, N_BOUGHT = 500, 5
LABEL = "colour"
ASTRAY = 0.03
"""Share of purchases of anything at all."""


def planted_dataset(seed: int = 0) -> Dataset:
    """Make it; an item's picture vector shows its colour and its kind through much noise."""
    rng = np.random.default_rng(seed)
    n_items = COLOURS * KINDS * ITEMS_OF_BOTH
    group = rng.permutation(np.repeat(np.arange(COLOURS * KINDS), ITEMS_OF_BOTH))
    taste = rng.integers(0, COLOURS * KINDS, N_USERS)
    of_group = np.argsort(group, kind="stable").reshape(-1, ITEMS_OF_BOTH)
    bought = np.array([rng.choice(of_group[one], N_BOUGHT, replace=False) for one in taste])
    astray = rng.random(bought.shape) < ASTRAY
    bought[astray] = rng.integers(0, n_items, int(astray.sum()))
    days = 18_000 + np.tile(np.arange(N_BOUGHT), N_USERS)
    users = np.repeat(np.arange(N_USERS), N_BOUGHT)
    colour, kind = group // KINDS, group % KINDS
    shown = np.column_stack([np.eye(COLOURS)[colour], np.eye(KINDS)[kind]])
    look = shown @ rng.normal(size=(COLOURS + KINDS, 16)) + 0.3 * rng.normal(size=(n_items, 16))
    return make_shop(
        list(zip(users.tolist(), bought.ravel().tolist(), days.tolist(), strict=True)),
        n_users=N_USERS,
        n_items=n_items,
        attributes={
            "colour": [f"colour {number}" for number in colour],
            "kind": [f"kind {number}" for number in kind],
        },
        vectors={"pictures": dict(enumerate(look.tolist()))},
    )


def write_shop(dataset: Dataset, folder: Path) -> Path:
    """Write a dataset as a shop's folder, with its picture vectors."""
    with dataset_store(folder).publish("planted", {}) as draft:
        dataset.write(draft)
    vectors = collect(dataset.item_vectors["pictures"])
    items = collect(dataset.items.select("item_idx", "item_id"))
    rows = items.join(vectors.with_row_index("picture_row"), on="item_idx", how="left")
    nothing = pl.lit(None, pl.UInt32).alias("word_row"), pl.lit(None, pl.String).alias("fault")
    facts = {"encoder": LABEL, "identity": "planted"}
    with vector_store(folder, LABEL).publish("planted", facts) as draft:
        np.save(draft / "pictures.npy", vectors["vector"].to_numpy(), allow_pickle=False)
        rows.select("item_id", "picture_row", *nothing).write_parquet(draft / "items.parquet")
    return folder
