"""A shop of four customers and six items, small enough to count by hand."""

from __future__ import annotations

import narwhals as nw
import polars as pl
import pytest

from modiste.data.dataset import Dataset

WEEK = 18_000
PURCHASES = [
    # Customer 0 has five purchases before the week, customer 1 two, customer 2 none.
    (WEEK - 300, 0, 0),
    (WEEK - 200, 0, 0),
    (WEEK - 40, 0, 1),
    (WEEK - 29, 0, 2),
    (WEEK - 28, 0, 3),
    (WEEK - 29, 1, 1),
    (WEEK - 1, 1, 3),
    # In the judged week.
    (WEEK, 0, 0),
    (WEEK + 1, 0, 3),
    (WEEK + 2, 1, 2),
    (WEEK + 3, 2, 4),
    (WEEK + 6, 2, 2),
    # In the next judged week.
    (WEEK + 7, 2, 4),
]


def typed(rows: list[tuple[object, ...]], schema: dict[str, type[pl.DataType]]) -> nw.LazyFrame:
    return nw.from_native(pl.DataFrame(rows, schema=schema, orient="row").lazy())


@pytest.fixture
def shop() -> Dataset:
    interactions = [(user, item, day, 1.0, 1) for day, user, item in PURCHASES]
    items = [(item, f"i{item}", "p", "n", "d", None) for item in range(6)]
    users = [(0, "u0", 24.0), (1, "u1", 25.0), (2, "u2", None), (3, "u3", 60.0)]
    return Dataset(
        interactions=typed(
            list(interactions),
            {
                "user_idx": pl.Int32,
                "item_idx": pl.Int32,
                "day": pl.Int32,
                "price": pl.Float32,
                "channel": pl.Int8,
            },
        ),
        items=typed(
            list(items),
            {"item_idx": pl.Int32}
            | dict.fromkeys(("item_id", "product_id", "name", "description", "picture"), pl.String),
        ),
        users=typed(list(users), {"user_idx": pl.Int32, "user_id": pl.String, "age": pl.Float32}),
    )


@pytest.fixture
def bought(shop: Dataset) -> pl.DataFrame:
    """What was bought in the two judged weeks."""
    rows = [
        (WEEK if day < WEEK + 7 else WEEK + 7, user, item)
        for day, user, item in PURCHASES
        if day >= WEEK
    ]
    schema = {"week": pl.Int32, "user_idx": pl.Int32, "item_idx": pl.Int32}
    return pl.DataFrame(rows, schema=schema, orient="row")
