"""Shops made up for tests: by hand, at random, and with another future."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import narwhals as nw
import numpy as np
import polars as pl

from modiste.data import Dataset
from modiste.data.dataset import attribute_codes
from modiste.engine import collect, lazy

Purchase = tuple[int, int, int]
"""A user, an item and a day."""


def make_shop(
    purchases: Sequence[Purchase],
    *,
    n_users: int,
    n_items: int,
    products: Sequence[int] = (),
    attributes: Mapping[str, Sequence[str | None]] | None = None,
    ages: Sequence[float | None] = (),
    channels: Sequence[int | None] = (),
    prices: Sequence[float | None] = (),
    vectors: Mapping[str, Mapping[int, Sequence[float]]] | None = None,
) -> Dataset:
    """Make a shop from rows written down in a test.

    Args:
        purchases: `(user_idx, item_idx, day)` of each purchase.
        n_users: Users, also those without a purchase.
        n_items: Items, also those never bought.
        products: Number of each item's product; empty: every item is a product of its own.
        attributes: Values of each item attribute, one an item.
        ages: Age of each user; empty: unknown.
        channels: Channel of each purchase; empty: 1.
        prices: Price of each purchase; empty: 1.0.
        vectors: Vectors of "pictures" and "words" by `item_idx`; they are scaled to length 1.
    """
    names = tuple(attributes or {})
    items = pl.DataFrame(
        {
            "item_idx": pl.Series(range(n_items), dtype=pl.Int32),
            "item_id": [f"{number:010d}" for number in range(n_items)],
            "product_id": [f"{number:07d}" for number in products or range(n_items)],
            "name": [f"item {number}" for number in range(n_items)],
            "description": pl.Series([None] * n_items, dtype=pl.String),
            "picture": pl.Series([None] * n_items, dtype=pl.String),
            **{
                name: pl.Series(values, dtype=pl.String)
                for name, values in (attributes or {}).items()
            },
        }
    )
    users = pl.DataFrame(
        {
            "user_idx": pl.Series(range(n_users), dtype=pl.Int32),
            "user_id": [f"user-{number:06d}" for number in range(n_users)],
            "age": pl.Series(ages or [None] * n_users, dtype=pl.Float32),
        }
    )
    rows = pl.DataFrame(
        purchases,
        schema={"user_idx": pl.Int32, "item_idx": pl.Int32, "day": pl.Int32},
        orient="row",
    ).with_columns(
        pl.Series("price", prices or [1.0] * len(purchases), dtype=pl.Float32),
        pl.Series("channel", channels or [1] * len(purchases), dtype=pl.Int8),
    )
    return Dataset(
        lazy(rows.sort("day", "user_idx", "item_idx")),
        lazy(attribute_codes(items, names)),
        lazy(users),
        item_attributes=names,
        item_vectors={side: _vector_table(of) for side, of in (vectors or {}).items()},
        vectors_identity="made up" if vectors else "",
    )


def _vector_table(vectors: Mapping[int, Sequence[float]]) -> nw.LazyFrame:
    rows = np.array([vectors[item] for item in sorted(vectors)], np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    column = pl.Series("vector", rows, dtype=pl.Array(pl.Float32, rows.shape[1]))
    items = pl.Series("item_idx", sorted(vectors), dtype=pl.Int32)
    return lazy(pl.DataFrame([items, column]))


def random_shop(
    seed: int = 1,
    *,
    n_users: int = 60,
    n_items: int = 50,
    n_purchases: int = 1800,
    n_days: int = 430,
) -> Dataset:
    """Make a shop with repeat purchases, variants, attributes, unknown ages, prices and channels.

    Some users and items never occur, some items have no picture, and the days span more than a
    year.
    """
    rng = np.random.default_rng(seed)
    taste = rng.integers(0, n_items, (n_users, 6))
    users = rng.integers(0, n_users - 5, n_purchases)
    liked = taste[users, rng.integers(0, 6, n_purchases)]
    common = (rng.power(0.5, n_purchases) * (n_items - 4)).astype(int)
    items = np.where(rng.random(n_purchases) < 0.6, liked, common)
    days = 18_000 + np.sort(rng.integers(0, n_days, n_purchases))
    kinds = ["trousers", "dress", "socks", "hat"]
    return make_shop(
        list(zip(users.tolist(), items.tolist(), days.tolist(), strict=True)),
        n_users=n_users,
        n_items=n_items,
        products=[number // 3 for number in range(n_items)],
        attributes={
            "kind": [kinds[number // 3 % 4] for number in range(n_items)],
            "department": [f"department {number // 6}" for number in range(n_items)],
            "colour": [
                None if number % 11 == 10 else f"c{number % 5}" for number in range(n_items)
            ],
        },
        ages=[None if number % 9 == 0 else 16.0 + number for number in range(n_users)],
        channels=[None if draw < 0.05 else 1 + int(draw < 0.5) for draw in rng.random(n_purchases)],
        prices=[None if draw < 0.05 else round(draw, 4) for draw in rng.random(n_purchases)],
        vectors={
            "pictures": {item: rng.normal(size=6).tolist() for item in range(n_items) if item % 7},
            "words": {item: rng.normal(size=4).tolist() for item in range(n_items)},
        },
    )


def with_other_future(shop: Dataset, as_of: int, seed: int = 1) -> Dataset:
    """Give the same shop up to the day `as_of`, and another from that day on.

    Of the later purchases some are gone, some are of other items at other prices, and some are new:
    also of users and items that nobody has seen before.
    """
    rng = np.random.default_rng(seed)
    items, users = collect(shop.items), collect(shop.users)
    rows = collect(shop.interactions)
    past, future = rows.filter(pl.col("day") < as_of), rows.filter(pl.col("day") >= as_of)
    new_items = items.tail(3).with_columns(
        (pl.col("item_idx") + 3).cast(pl.Int32),
        pl.format("zz{}", "item_id").alias("item_id"),
        pl.format("zz{}", "product_id").alias("product_id"),
    )
    new_users = users.tail(3).with_columns(
        (pl.col("user_idx") + 3).cast(pl.Int32), pl.format("zz{}", "user_id").alias("user_id")
    )
    n_items, n_users = len(items) + 3, len(users) + 3
    n_new = 200
    made_up = pl.DataFrame(
        {
            "user_idx": rng.integers(0, n_users, n_new),
            "item_idx": rng.integers(0, n_items, n_new),
            "day": as_of + rng.integers(0, 20, n_new),
            "price": rng.random(n_new) * 9,
            "channel": rng.integers(1, 3, n_new),
        }
    ).cast(dict(rows.schema))  # type: ignore[arg-type]
    other = future.gather_every(2).with_columns(pl.col("item_idx").reverse(), pl.col("price") * 7)
    return replace(
        shop,
        interactions=lazy(pl.concat([past, other, made_up]).sort("day", "user_idx", "item_idx")),
        items=lazy(pl.concat([items, new_items])),
        users=lazy(pl.concat([users, new_users])),
    )
