"""Steps that are put off give what they give at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import narwhals as nw
import numpy as np
import polars as pl
import pytest

from modiste.engine import (
    Slot,
    apply,
    collect,
    column_types,
    join_left,
    lazy,
    look_up,
    materialize,
    planning,
    top_rows,
)

Steps = Callable[[nw.LazyFrame], nw.LazyFrame]
KEYS = ["user_idx", "item_idx"]


def table(rng: np.random.Generator, n: int = 60) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "user_idx": pl.Series(rng.integers(0, 4, n), dtype=pl.Int32),
            "item_idx": pl.Series(rng.permutation(n), dtype=pl.Int32),
            "score": rng.integers(0, 5, n).astype(float),
        }
    )


def prepared(rng: np.random.Generator) -> nw.LazyFrame:
    items = pl.Series("item_idx", rng.permutation(80)[:40], dtype=pl.Int32)
    sold = pl.Series("sold", [None if n % 7 == 0 else n for n in range(40)], dtype=pl.Int64)
    return lazy(pl.DataFrame([items, sold]))


def both_ways(steps: Steps, *given: pl.DataFrame) -> list[tuple[pl.DataFrame, pl.DataFrame]]:
    """Run steps at once for each table, and as one plan for all of them."""
    slot = Slot(column_types(lazy(given[0])))
    with planning({}):
        plan: pl.LazyFrame = nw.to_native(steps(slot.frame))
    found = []
    for rows in given:
        slot.rows = rows
        found.append((collect(steps(lazy(rows))), plan.collect(engine="in-memory")))
    return found


def assert_same(steps: Steps, *given: pl.DataFrame) -> None:
    for now, later in both_ways(steps, *given):
        assert later.schema == now.schema
        assert later.sort(pl.all()).equals(now.sort(pl.all()))


@pytest.mark.parametrize("how", ["left", "inner"])
def test_a_table_is_looked_up_as_it_is_joined(
    rng: np.random.Generator, how: Literal["left", "inner"]
) -> None:
    rows = table(rng)
    holes = rows.with_columns(pl.when(pl.col("item_idx") > 5).then("item_idx"))
    items = prepared(rng)

    def steps(frame: nw.LazyFrame) -> nw.LazyFrame:
        return look_up(frame, items, "item_idx", how)

    assert_same(steps, rows, holes, rows.clear())


def test_what_was_computed_is_joined_as_a_table_is(rng: np.random.Generator) -> None:
    rows = table(rng)
    holes = rows.with_columns(pl.when(pl.col("item_idx") > 5).then("item_idx"))

    def steps(frame: nw.LazyFrame) -> nw.LazyFrame:
        some = frame.filter(nw.col("score") > 1).select(
            *KEYS, nw.when(nw.col("score") > 2).then(nw.col("score")).alias("liked")
        )
        return join_left(frame, some.unique(KEYS), KEYS)

    assert_same(steps, rows, holes.unique(KEYS), rows.clear())


def test_a_computed_table_has_no_key_twice(rng: np.random.Generator) -> None:
    with pytest.raises(ValueError, match="has each"):
        both_ways(lambda frame: join_left(frame, frame.select("user_idx"), "user_idx"), table(rng))


def test_a_key_with_many_rows_gives_them_all(rng: np.random.Generator) -> None:
    many = pl.DataFrame(
        {
            "item_idx": pl.Series(np.repeat(np.arange(30), 3), dtype=pl.Int32),
            "neighbour_idx": pl.Series(np.arange(90), dtype=pl.Int32),
        }
    ).sample(fraction=1.0, shuffle=True, seed=1)
    near = lazy(many)
    assert_same(lambda frame: look_up(frame, near, "item_idx", "inner"), table(rng))
    with pytest.raises(ValueError, match="once"), planning({}):
        look_up(lazy(table(rng)), near, "item_idx")


def test_two_keys_are_one_key(rng: np.random.Generator) -> None:
    cells = lazy(table(rng, 40).rename({"score": "cell"}))
    rows = table(rng).with_columns(pl.when(pl.col("score") > 1).then("user_idx").alias("user_idx"))
    assert_same(lambda frame: look_up(frame, cells, KEYS), rows)


@pytest.mark.parametrize("k", [1, 3, 100])
def test_the_best_rows_are_the_same_ones(rng: np.random.Generator, k: int) -> None:
    rows = table(rng)
    assert_same(lambda frame: top_rows(frame, k, "user_idx"), rows, rows.head(1), rows.clear())
    (now, _), *_ = both_ways(lambda frame: top_rows(frame, k, "user_idx"), rows)
    for user, mine in rows.group_by("user_idx"):
        best = mine.sort("score", "item_idx", descending=[True, False]).head(k)
        kept = now.filter(pl.col("user_idx") == user[0]).sort("rank")
        assert kept["item_idx"].to_list() == best["item_idx"].to_list()
        assert kept["rank"].to_list() == list(range(1, len(best) + 1))


def test_a_function_of_two_tables_gets_both_whole(rng: np.random.Generator) -> None:
    def counted(users: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
        return rows.with_columns(pl.lit(len(users), pl.Int64).alias("n_users"))

    def steps(frame: nw.LazyFrame) -> nw.LazyFrame:
        users = frame.select("user_idx").unique()
        return apply([users, frame], counted, {**column_types(frame), "n_users": pl.Int64})

    assert_same(steps, table(rng), table(rng).head(1), table(rng).clear())


def test_what_is_read_twice_is_computed_once(rng: np.random.Generator) -> None:
    calls = []

    def noted(rows: pl.DataFrame) -> pl.DataFrame:
        calls.append(len(rows))
        return rows

    slot = Slot(column_types(lazy(table(rng))))
    with planning({}):
        once = materialize(apply([slot.frame], noted, column_types(slot.frame)))
        plan: pl.LazyFrame = nw.to_native(nw.concat([once, once]))
    slot.rows = table(rng)
    assert len(plan.collect(engine="in-memory")) == 2 * len(slot.rows)
    assert calls == [len(slot.rows)]
