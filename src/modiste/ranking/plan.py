"""The ranking table of one user at a time, as a plan that is built once for a release."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from queue import Empty, LifoQueue
from threading import Lock

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl

from modiste.candidates.pool import PAIR
from modiste.data import Dataset
from modiste.engine import Slot, apply, collect, column_types, planning
from modiste.engine.plans import Indexes
from modiste.features.table import finished, with_features
from modiste.ranking.prepared import Prepared, Recipe
from modiste.ranking.table import ranked_pool

Mask = npt.NDArray[np.bool_]
Put = Callable[[Dataset, nw.LazyFrame], nw.LazyFrame]
"""Puts other values in place of a table's, of the asked user; see `recommend.online`."""
MOST_PLANS = os.cpu_count() or 1
"""Runs at once: more would only wait for each other."""


class TablePlans:
    """Makes the rows that `ranking.table.score_table` makes, by the same functions.

    Sources and features are asked once, for a user whose rows are put in later; what they answer is
    one plan. It is run for any user; nothing is built or optimised anew. Safe to be used from many
    threads: each run has a plan of its own; there are as many as processors, and who comes when all
    are taken waits.
    """

    def __init__(
        self,
        recipe: Recipe,
        prepared: Prepared,
        shop: Dataset,
        rates: pl.DataFrame | None,
        pool_size: int | None,
        columns: Sequence[str],
        put: Put | None = None,
    ) -> None:
        """Take what `score_table` takes.

        Args:
            recipe: The sources and features.
            prepared: Tables as of `shop.as_of`.
            shop: The shop before `as_of`; its tables' columns are those of the asked user's.
            rates: Hit rates of the sources.
            pool_size: Pairs kept.
            columns: Columns wanted besides user and item; others need not be computed.
            put: What takes the place of computed values; None: nothing does.
        """
        self._made_of = recipe, prepared, shop, rates, pool_size
        self._put = put
        self._columns = [*PAIR, *columns]
        self._indexes: Indexes = {}
        self._idle: LifoQueue[_TablePlan] = LifoQueue()
        self._left = MOST_PLANS
        self._counting = Lock()

    def warm(self) -> None:
        """Build all plans now, so that the first runs are as quick as the next."""
        for plan in [self._taken() for _ in range(MOST_PLANS)]:
            self._idle.put(plan)

    def rows(self, asked: Dataset, may: Mask | None = None) -> pl.DataFrame:
        """Make the rows to be scored for one user.

        Args:
            asked: The shop before `as_of`, cut to the user.
            may: Which items may be proposed, `[n_items]`; None: all.
        """
        plan = self._taken()
        try:
            return plan.run(collect(asked.interactions), collect(asked.users), may)
        finally:
            self._idle.put(plan)

    def _taken(self) -> _TablePlan:
        with suppress(Empty):
            return self._idle.get_nowait()
        with self._counting:
            may_build = self._left > 0
            self._left -= may_build
        if not may_build:
            return self._idle.get()
        try:
            return _TablePlan(*self._made_of, self._columns, self._indexes, self._put)
        except BaseException:
            with self._counting:
                self._left += 1
            raise


class _TablePlan:
    def __init__(
        self,
        recipe: Recipe,
        prepared: Prepared,
        shop: Dataset,
        rates: pl.DataFrame | None,
        pool_size: int | None,
        columns: Sequence[str],
        indexes: Indexes,
        put: Put | None,
    ) -> None:
        self._interactions = Slot(column_types(shop.interactions))
        self._users = Slot(column_types(shop.users))
        self._may: Mask | None = None
        asked = replace(
            shop, interactions=self._interactions.frame, users=self._users.frame, item_vectors={}
        )
        with planning(indexes):
            pool = ranked_pool(recipe, prepared, asked, rates, pool_size, self._allowed)
            table = with_features(recipe.features, prepared.features, asked, pool.pairs)
            native: pl.LazyFrame = nw.to_native(table)
            rows = finished(native).select(columns)
            placed = nw.from_native(rows) if put is None else put(asked, nw.from_native(rows))
        self._plan: pl.LazyFrame = nw.to_native(placed)

    def run(
        self, interactions: pl.DataFrame, users: pl.DataFrame, may: Mask | None
    ) -> pl.DataFrame:
        self._interactions.rows, self._users.rows, self._may = interactions, users, may
        return self._plan.collect(engine="in-memory", optimizations=_FEW)

    def _allowed(self, proposals: nw.LazyFrame) -> nw.LazyFrame:
        def kept(rows: pl.DataFrame) -> pl.DataFrame:
            if self._may is None:
                return rows
            return rows.filter(pl.Series(self._may[rows["item_idx"].to_numpy()]))

        return apply([proposals], kept, column_types(proposals))


_FEW = pl.QueryOptFlags.none(comm_subplan_elim=True)
"""For one user's rows most of what an optimiser does costs more than it spares."""
