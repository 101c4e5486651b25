"""Where tables are computed: the few steps that are not table expressions.

Candidates and features are Narwhals expressions over lazy frames. This module is the one border at
which a plan is run: by Polars' streaming engine on one machine. Nothing above it knows which engine
runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl

from modiste.engine.plans import (
    Slot,
    best_rows,
    indexed,
    is_planning,
    joined,
    planning,
    put_off,
    shared,
)

__all__ = [
    "SCALE",
    "Slot",
    "apply",
    "collect",
    "column_types",
    "exact_sum",
    "join_left",
    "lazy",
    "look_up",
    "map_columns",
    "materialize",
    "planning",
    "top_rows",
    "vector_matrix",
]

SCALE = 1 << 20
"""Fixed point of `exact_sum`: six decimal digits."""


def collect(frame: nw.LazyFrame) -> pl.DataFrame:
    """Run a plan and give its rows as a Polars frame, in no promised order."""
    native = nw.to_native(frame)
    if isinstance(native, pl.LazyFrame):
        return native.collect(engine="streaming")
    rows: pl.DataFrame = frame.collect("polars").to_native()
    return rows


def materialize(frame: nw.LazyFrame) -> nw.LazyFrame:
    """Run a plan once and give its rows as a lazy frame, for plans that are read several times."""
    return shared(frame) if is_planning() else lazy(collect(frame))


def lazy(frame: pl.DataFrame) -> nw.LazyFrame:
    """Give a Polars frame as the lazy frame that stages work on."""
    return nw.from_native(frame.lazy())


def exact_sum(expr: nw.Expr) -> nw.Expr:
    """Sum numbers to the same bytes whatever the order of the rows.

    Adding floats depends on which thread comes first; whole numbers do not. Each number is rounded
    to 1 / `SCALE` first, so values should be of magnitude 0.0001 to 1,000,000.
    """
    return (expr * SCALE).round(0).cast(nw.Int64).sum().cast(nw.Float64) / SCALE


def apply(
    frames: Sequence[nw.LazyFrame],
    function: Callable[..., pl.DataFrame],
    schema: Mapping[str, Any],
) -> nw.LazyFrame:
    """Compute a table from others by a function that is no table expression.

    Args:
        frames: The tables; they are run once.
        function: Takes their rows, in no promised order, and gives those of the new table.
        schema: Columns and Polars types of the new table.
    """
    if is_planning():
        return put_off(frames, function, schema)
    return lazy(function(*map(collect, frames)))


def look_up(
    frame: nw.LazyFrame,
    table: nw.LazyFrame,
    on: str | Sequence[str],
    how: Literal["left", "inner"] = "left",
) -> nw.LazyFrame:
    """Join a prepared table by keys that are whole numbers.

    Many rows are joined by hashing the table; the few rows of a plan that is built once find theirs
    in the table's index, so that one user does not cost what the catalogue costs.

    Args:
        frame: The rows.
        table: What `prepare` gave; for `left` no key twice.
        on: The key columns of both.
        how: `left` keeps rows without a match, with nulls; `inner` drops them.
    """
    keys = [on] if isinstance(on, str) else list(on)
    if is_planning():
        return indexed(frame, table, keys, how)
    return frame.join(table, on=keys, how=how)


def join_left(frame: nw.LazyFrame, table: nw.LazyFrame, on: str | Sequence[str]) -> nw.LazyFrame:
    """Join a table that was computed for the asked users, by keys that are whole numbers.

    Args:
        frame: The rows; all are kept, with nulls where the table has no such key.
        table: No key twice.
        on: The key columns of both.
    """
    keys = [on] if isinstance(on, str) else list(on)
    if is_planning():
        schema = {**column_types(frame), **column_types(table)}
        return put_off([table, frame], lambda rows, left: joined(left, rows, keys), schema)
    return frame.join(table, on=keys, how="left")


def top_rows(frame: nw.LazyFrame, k: int, by: str) -> nw.LazyFrame:
    """Keep the `k` rows of each group with the highest `score`, see `candidates.base.top_k`."""
    if is_planning():
        schema = {**column_types(frame), "score": pl.Float32, "rank": pl.Int32}
        return apply([frame], lambda rows: best_rows(rows, k, by), schema)
    ordered = frame.with_columns(
        nw.col("score").cast(nw.Float32),
        (-nw.col("score").cast(nw.Float32)).alias("_down"),
        nw.lit(1).cast(nw.Int32).alias("_one"),
    )
    ranked = ordered.with_columns(
        nw.col("_one")
        .cum_sum()
        .over(by, order_by=["_down", "item_idx"])
        .cast(nw.Int32)
        .alias("rank")
    )
    return ranked.filter(nw.col("rank") <= k).drop("_down", "_one")


def map_columns(
    frame: nw.LazyFrame,
    columns: Sequence[str],
    function: Callable[..., npt.NDArray[np.float32]],
    name: str,
) -> nw.LazyFrame:
    """Add a Float32 column that a NumPy function computes from other columns, row by row.

    Args:
        frame: The table; it is run once.
        columns: The columns handed to `function`, each as an array of shape `[n_rows]`.
        function: Gives an array of shape `[n_rows]`.
        name: The new column.
    """

    def mapped(rows: pl.DataFrame) -> pl.DataFrame:
        values = function(*(rows.get_column(column).to_numpy() for column in columns))
        return rows.with_columns(pl.Series(name, values, dtype=pl.Float32))

    return apply([frame], mapped, {**column_types(frame), name: pl.Float32})


def column_types(frame: nw.LazyFrame) -> dict[str, Any]:
    """Give a table's columns and Polars types, as `apply` wants them of its result."""
    return dict(frame.collect_schema().to_polars())


def vector_matrix(table: pl.DataFrame) -> npt.NDArray[np.float32]:
    """Give the vectors of a table, `[n_rows, dim]`."""
    dim = table.schema["vector"].shape[0]  # type: ignore[attr-defined]
    return table.get_column("vector").to_numpy().reshape(-1, dim)
