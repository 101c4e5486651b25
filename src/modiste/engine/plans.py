"""Plans that are built once and run for one asker after the other.

Building a plan of some hundred steps and optimising it costs more than running it over one user's
rows. Inside `planning()` the functions of `modiste.engine` that run plans (`materialize`,
`map_columns`, `apply`, `look_up`) put off what they would do now: it becomes a step of one plan,
which is run again and again with other rows in its slots.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl

Schema = Mapping[str, Any]
Step = Callable[..., pl.DataFrame]
Indexes = dict[tuple[int, str], "Index"]
_INDEXES: ContextVar[Indexes | None] = ContextVar("indexes", default=None)
_AS_WRITTEN = {
    "predicate_pushdown": False,
    "projection_pushdown": False,
    "slice_pushdown": False,
}


@contextmanager
def planning(indexes: Indexes) -> Iterator[None]:
    """Put off every run: see the module.

    Args:
        indexes: Tables that were made ready to be looked up; shared by plans of the same tables.
    """
    token = _INDEXES.set(indexes)
    try:
        yield
    finally:
        _INDEXES.reset(token)


def is_planning() -> bool:
    """Tell whether runs are put off now."""
    return _INDEXES.get() is not None


class Slot:
    """A table whose rows are put in before each run."""

    def __init__(self, schema: Schema) -> None:
        """Make an empty slot of some columns."""
        self.rows: pl.DataFrame | None = None
        nothing = pl.DataFrame(schema=dict(schema)).lazy()
        step = nothing.map_batches(self._given, schema=dict(schema), **_AS_WRITTEN)
        self.frame: nw.LazyFrame = nw.from_native(step.cache())

    def _given(self, _nothing: pl.DataFrame) -> pl.DataFrame:
        if self.rows is None:
            raise ValueError(
                "a plan of an empty slot was run: what a source or feature computes of the asked "
                "users' rows must be a table expression, or go through modiste.engine.apply"
            )
        return self.rows


def shared(frame: nw.LazyFrame) -> nw.LazyFrame:
    """Mark a step whose rows are read several times: each run computes them once."""
    native: pl.LazyFrame = nw.to_native(frame)
    once: nw.LazyFrame = nw.from_native(native.cache())
    return once


def put_off(frames: Sequence[nw.LazyFrame], function: Step, schema: Schema) -> nw.LazyFrame:
    """Make a step of a plan that gives its input's rows to a function."""
    if len(frames) == 1:
        alone: pl.LazyFrame = nw.to_native(frames[0])
        return _step(alone, function, schema)
    # A step has one input, the last table. The others leave their rows in a box on the way, and
    # are put above it as nothing, so that they run first. Packing all into one table costs more.
    *others, last = (nw.to_native(frame) for frame in frames)
    nothing = pl.DataFrame(schema=dict(last.collect_schema()))
    boxes = [_Box(nothing) for _ in others]
    before = [
        frame.map_batches(box.keep, schema=nothing.schema, **_AS_WRITTEN)
        for frame, box in zip(others, boxes, strict=True)
    ]

    def opened(rows: pl.DataFrame) -> pl.DataFrame:
        return function(*(box.take() for box in boxes), rows)

    return _step(pl.concat([*before, last], how="vertical", rechunk=False), opened, schema)


class _Box:
    """Rows of one run on their way to a step that is not below them; a plan runs once at a time."""

    def __init__(self, nothing: pl.DataFrame) -> None:
        self._nothing = nothing
        self._rows: pl.DataFrame | None = None

    def keep(self, rows: pl.DataFrame) -> pl.DataFrame:
        self._rows = rows
        return self._nothing

    def take(self) -> pl.DataFrame:
        rows, self._rows = self._rows, None
        assert rows is not None
        return rows


def _step(native: pl.LazyFrame, function: Step, schema: Schema) -> nw.LazyFrame:
    done: nw.LazyFrame = nw.from_native(
        native.map_batches(function, schema=dict(schema), **_AS_WRITTEN)
    )
    return done


class Index:
    """A table sorted by its key, whose rows are found by halving."""

    def __init__(self, table: pl.DataFrame, on: Sequence[str]) -> None:
        """Sort a table by the columns `on`, whole numbers below 2^31."""
        self.on = list(on)
        table = table.drop_nulls(self.on).sort(self.on).rechunk()
        self.keys = _keys(table, self.on)
        self.unique = bool((np.diff(self.keys) > 0).all())
        right = table.drop(self.on)
        blank = pl.DataFrame({name: [None] for name in right.columns}, schema=right.schema)
        self.right = pl.concat([right, blank]).rechunk()
        """The other columns, and a last row for what is not found."""

    def left(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Give the rows with the table's columns added; null where the key is not found."""
        keys = _keys(rows, self.on)
        at = np.searchsorted(self.keys, keys)
        found = at < len(self.keys)
        found[found] = self.keys[at[found]] == keys[found]
        return rows.hstack(take_rows(self.right, np.where(found, at, len(self.keys))))

    def inner(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Give each row once for every row of the table with its key."""
        keys = _keys(rows, self.on)
        start = np.searchsorted(self.keys, keys)
        counts = np.searchsorted(self.keys, keys, "right") - start
        before = np.cumsum(counts) - counts
        at = np.arange(int(counts.sum())) + np.repeat(start - before, counts)
        mine = take_rows(rows, np.repeat(np.arange(len(rows)), counts))
        return mine.hstack(take_rows(self.right, at))


def joined(rows: pl.DataFrame, table: pl.DataFrame, on: Sequence[str]) -> pl.DataFrame:
    """Give the rows with a small table's columns added; null where the key is not found.

    Raises:
        ValueError: If the table has a key twice.
    """
    wanted, keys = _keys(rows, on), _keys(table, on)
    order = np.argsort(keys)
    ordered = keys[order]
    if not (np.diff(ordered[ordered >= 0]) > 0).all():
        raise ValueError(f"a table joined left has each {on} once")
    right = pl.DataFrame([table.get_column(name) for name in table.columns if name not in on])
    blank = pl.DataFrame({name: [None] for name in right.columns}, schema=right.schema)
    at = np.searchsorted(ordered, wanted)
    found = (at < len(ordered)) & (wanted >= 0)
    found[found] = ordered[at[found]] == wanted[found]
    places = np.full(len(wanted), len(table))
    places[found] = order[at[found]]
    return rows.hstack(take_rows(right.vstack(blank), places))


def indexed(frame: nw.LazyFrame, table: nw.LazyFrame, on: Sequence[str], how: str) -> nw.LazyFrame:
    """Join a prepared table by its index, as a step of the plan that is being built."""
    indexes = _INDEXES.get()
    assert indexes is not None
    key = (id(table), ",".join(on))
    if key not in indexes:
        rows: pl.DataFrame = table.collect("polars").to_native()
        indexes[key] = Index(rows, on)
    index = indexes[key]
    native: pl.LazyFrame = nw.to_native(frame)
    if how == "left" and not index.unique:
        raise ValueError(f"a table joined left has each {on} once")
    schema = {**native.collect_schema(), **index.right.schema}
    return put_off([frame], index.left if how == "left" else index.inner, schema)


def _keys(rows: pl.DataFrame, on: Sequence[str]) -> npt.NDArray[np.int64]:
    """Give one whole number for the key columns of each row; -1: one of them is null."""
    keys = _numbers(rows.get_column(on[0]))
    for name in on[1:]:
        others = _numbers(rows.get_column(name))
        keys = np.where((keys < 0) | (others < 0), -1, keys * (1 << 32) + others)
    return keys


def _numbers(column: pl.Series) -> npt.NDArray[np.int64]:
    filled = column.fill_null(-1) if column.null_count() else column
    return filled.to_numpy().astype(np.int64)


def take_rows(rows: pl.DataFrame, at: npt.NDArray[np.int64]) -> pl.DataFrame:
    """Give the rows at some positions; four times as quick as with any other type of positions."""
    return rows[pl.Series(at.astype(np.uint32))]


def best_rows(rows: pl.DataFrame, k: int, by: str) -> pl.DataFrame:
    """Keep the `k` best rows of each group and number them, see `candidates.base.top_k`."""
    score = rows.get_column("score").cast(pl.Float32)
    values = (score.fill_null(float("inf")) if score.null_count() else score).to_numpy()
    groups = rows.get_column(by).to_numpy()
    order = np.lexsort((rows.get_column("item_idx").to_numpy(), -values, groups))
    ordered = groups[order]
    new = np.flatnonzero(np.diff(ordered, prepend=ordered[:1] - 1))
    rank = np.arange(1, len(order) + 1) - np.repeat(new, np.diff(new, append=len(order)))
    kept = rank <= k
    # Columns are put in directly: an expression would cost more than all the rest.
    scored = rows.clone().replace_column(rows.get_column_index("score"), score)
    return take_rows(scored, order[kept]).hstack([pl.Series("rank", rank[kept].astype(np.int32))])
