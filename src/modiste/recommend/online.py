"""Features of users and items as a store beside the shop holds them, put into a live plan.

A live plan computes every feature from the release's own tables. Where the configuration names a
store, the columns of users and of items that it holds take their places, row by row; what it lacks
stays as it was computed. So a list is as long and as good without the store as with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl

from modiste.data import Dataset
from modiste.engine import apply, column_types

Entity = Literal["user", "item"]
IS_READ = "is_read"
_SUFFIX = "_online"


class Store(Protocol):
    """What gives features of users and items as a release published them."""

    def read(
        self, entity: Entity, wanted: Sequence[str], ids: Sequence[str]
    ) -> pl.DataFrame | None:
        """Read the features of some users or items.

        Args:
            entity: Of which.
            wanted: Columns of the ranking table; those that the store does not hold are passed
                over.
            ids: Whose, each once.

        Returns:
            A row for each id, in their order: features as Float32, and `is_read`, false where the
            store has no row of this release. None: the store does not answer.
        """


@dataclass(frozen=True)
class OnlineColumns:
    """Puts a store's columns into the ranking table of one user."""

    store: Store
    user_ids: pl.Series
    """By `user_idx`."""
    item_ids: pl.Series
    """By `item_idx`."""
    n_bought: npt.NDArray[np.int64]
    """Rows that the release knows of each user, `[n_users]`."""

    def put(self, asked: Dataset, rows: nw.LazyFrame) -> nw.LazyFrame:
        """Put columns of the store in place of those that were computed.

        The store knows a user as of the release: of somebody new, or who did something since, the
        columns stay as they were computed.

        Args:
            asked: The shop cut to the user, with what happened since.
            rows: The user's ranking table, features as Float32.

        Returns:
            The same rows, and `user_is_read`, `item_is_read`: whether a row's columns are the
            store's; null: they were not asked for.
        """

        def placed(bought: pl.DataFrame, table: pl.DataFrame) -> pl.DataFrame:
            users = table["user_idx"].unique()
            unchanged = [user for user in users.to_list() if self._is_unchanged(user, bought)]
            known = pl.Series("user_idx", unchanged, dtype=users.dtype)
            with_users = self._placed(table, "user", known, self.user_ids)
            return self._placed(with_users, "item", table["item_idx"].unique(), self.item_ids)

        told = {f"{entity}_{IS_READ}": pl.Boolean for entity in ("user", "item")}
        return apply([asked.interactions, rows], placed, {**column_types(rows), **told})

    def _is_unchanged(self, user: int, bought: pl.DataFrame) -> bool:
        if user >= len(self.n_bought):
            return False
        return int((bought["user_idx"] == user).sum()) == int(self.n_bought[user])

    def _placed(
        self, table: pl.DataFrame, entity: Entity, places: pl.Series, ids: pl.Series
    ) -> pl.DataFrame:
        told = f"{entity}_{IS_READ}"
        if places.is_empty():
            return table.with_columns(pl.lit(None, pl.Boolean).alias(told))
        found = self.store.read(entity, table.columns, ids.gather(places).to_list())
        if found is None:
            return table.with_columns(pl.lit(value=False).alias(told))
        names = [name for name in found.columns if name in table.columns]
        theirs = found.select(
            places, pl.col(IS_READ).alias(told), pl.col(names).name.suffix(_SUFFIX)
        )
        both = table.join(theirs, on=places.name, how="left", maintain_order="left")
        here = pl.col(told).fill_null(value=False)
        chosen = (
            pl.when(here).then(pl.col(f"{name}{_SUFFIX}")).otherwise(pl.col(name)).alias(name)
            for name in names
        )
        return both.with_columns(*chosen).select(*table.columns, told)


def lacking(rows: pl.DataFrame) -> tuple[str, ...]:
    """Say in words what of a ranking table should have come from the store and did not."""
    missed = [
        f"{entity}s"
        for entity in ("user", "item")
        if f"{entity}_{IS_READ}" in rows.columns and not rows[f"{entity}_{IS_READ}"].all()
    ]
    if not missed:
        return ()
    told = f"the feature store did not give all features of {' and '.join(missed)}"
    return (f"{told}: they were computed directly",)
