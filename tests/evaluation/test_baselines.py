"""The baselines, on a shop of ten purchases."""

from __future__ import annotations

import polars as pl
import pytest

from modiste.data import Dataset
from modiste.engine import lazy
from modiste.evaluation.baselines import standard_baselines

TODAY = 100


@pytest.fixture
def shop() -> Dataset:
    """Item 3 sold most in 28 days, item 1 in 7; items 4 and 5 are colours of one product."""
    bought = [
        (0, 3, 80),
        (1, 3, 81),
        (2, 3, 82),
        (3, 1, 95),
        (4, 1, 96),
        (3, 4, 90),
        (2, 5, 93),
        (0, 2, 20),
        (0, 0, 60),
    ]
    interactions = pl.DataFrame(
        [(user, item, day, 0.5, 1) for user, item, day in bought],
        schema={
            "user_idx": pl.Int32,
            "item_idx": pl.Int32,
            "day": pl.Int32,
            "price": pl.Float32,
            "channel": pl.Int8,
        },
        orient="row",
    )
    items = pl.DataFrame(
        {"item_idx": range(6), "item_id": list("abcdef"), "product_id": list("pqrstt")}
    ).with_columns(pl.col("item_idx").cast(pl.Int32))
    users = pl.DataFrame(
        {"user_idx": range(6), "user_id": list("uvwxyz"), "age": [30.0] * 6}
    ).with_columns(pl.col("user_idx").cast(pl.Int32), pl.col("age").cast(pl.Float32))
    return Dataset(lazy(interactions), lazy(items), lazy(users)).until(TODAY)


def lists_of(name: str, shop: Dataset) -> dict[int, list[int]]:
    ranked = standard_baselines(4)[name].recommend(shop, shop, 4, seed=1)
    ordered = ranked.sort("user_idx", "rank")
    return {user: rows["item_idx"].to_list() for (user,), rows in ordered.group_by("user_idx")}


def test_popular_counts_the_window_ties_by_item(shop: Dataset) -> None:
    assert lists_of("popular 7 days", shop) == {user: [1, 5] for user in range(6)}
    assert lists_of("popular 28 days", shop) == {user: [3, 1, 4, 5] for user in range(6)}


def test_own_history_comes_first_newest_first_within_a_year(shop: Dataset) -> None:
    lists = lists_of("own history + popular", shop)
    assert lists[0] == [3, 0, 2, 1]
    assert lists[3] == [1, 4, 3, 5]
    assert lists[5] == [3, 1, 4, 5]


def test_other_colours_come_before_best_sellers(shop: Dataset) -> None:
    lists = lists_of("own history + other colours + popular", shop)
    assert lists[3] == [1, 4, 5, 3]
    assert lists[2] == [5, 3, 4, 1]


def test_als_fills_with_best_sellers(shop: Dataset) -> None:
    lists = lists_of("ALS", shop)
    assert lists[5] == [3, 1, 4, 5]  # no vector
    assert sorted(lists[3]) == [1, 3, 4, 5]
