"""Wardrobes and scores by hand."""

from __future__ import annotations

import numpy as np
import polars as pl

from modiste.relevance.wear import Wear

ITEMS = np.array([2, 5, 9], np.int32)
VECTORS = np.array([[1, 0], [0, 2], [3, 1]], np.float32)
TABLE = pl.DataFrame(
    [
        pl.Series("item_idx", ITEMS),
        pl.Series("popularity", [0.5, -1.0, 2.0], dtype=pl.Float32),
        pl.Series("vector", VECTORS, dtype=pl.Array(pl.Float32, 2)),
    ]
)
OWNED = pl.DataFrame(
    {"user_idx": [4, 1, 1, 1, 7], "item_idx": [9, 5, 2, 8, 8], "weight": [0.5, 1.0, 3.0, 1.0, 1.0]},
    schema={"user_idx": pl.Int32, "item_idx": pl.Int32, "weight": pl.Float32},
)


def scores(*pairs: tuple[int, int]) -> list[float | None]:
    wear = Wear(TABLE.reverse())
    users, items = np.array(pairs, np.int32).T
    made = wear.scores(wear.worn(OWNED), users.copy(), items.copy())
    return pl.Series(made, nan_to_null=True).to_list()


def test_a_wardrobe_is_the_weighted_mean_of_what_is_known() -> None:
    worn = Wear(TABLE).worn(OWNED)
    assert worn.users.tolist() == [1, 4]  # of 7's purchases none is known
    assert worn.vectors.tolist() == [[0.75, 0.5], [3, 1]]


def test_a_pair_is_scored_by_the_wardrobe() -> None:
    assert scores((1, 9), (4, 5)) == [0.75 * 3 + 0.5, 2.0]


def test_what_is_owned_is_compared_with_the_rest() -> None:
    assert scores((1, 2), (1, 5)) == [0.0, 0.0]  # they stand upright on one another
    assert scores((4, 9)) == [None]  # there is no rest


def test_the_unknown_has_no_score() -> None:
    assert scores((1, 8), (7, 2), (3, 2)) == [None, None, None]


def test_popularity_is_an_items_own() -> None:
    values = Wear(TABLE).popularity_of(np.array([9, 3, 2], np.int32))
    assert values[[0, 2]].tolist() == [2.0, 0.5]
    assert np.isnan(values[1])


def test_the_order_of_what_is_owned_and_who_else_is_asked_do_not_matter() -> None:
    rng = np.random.default_rng(2)
    wear = Wear(TABLE.with_columns(pl.Series("vector", rng.normal(size=(3, 2)).astype(np.float32))))
    users, items = np.repeat([1, 4], 3).astype(np.int32), np.tile(ITEMS, 2)
    whole = wear.scores(wear.worn(OWNED), users, items)
    alone = wear.scores(wear.worn(OWNED.reverse().filter(user_idx=1)), users[:3], items[:3])
    assert np.array_equal(whole[:3], alone)
