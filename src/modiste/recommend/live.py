"""One user's list now: the stored history and what happened since, through the batch's functions.

A release is of one moment, the day before which its tables know everything. What happens later is
put on its last day, as if the shop had closed then: so a user's own features and candidates stay
within what the ranker was fitted on, and the same purchases give the same list live and by night.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from modiste.candidates.base import today
from modiste.data import Dataset
from modiste.engine import collect, lazy
from modiste.ranking.model import Model, best_of
from modiste.ranking.plan import TablePlans
from modiste.recommend.lists import fill, sold_items
from modiste.recommend.online import OnlineColumns, Store, lacking
from modiste.recommend.ruled import ruled_lists
from modiste.rules import Rules

AGES: Mapping[str, int] = {"purchase": 0, "basket": 7, "like": 30, "view": 60}
"""Days by which a signal is older than a purchase of the same day: sources and features weigh by
age, so a signal says less the older it is."""
MOST_SIGNALS = 20
"""Signals besides purchases that count, the last ones."""
_NO_RULES = Rules()
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Signal:
    """Something a user did with an item."""

    item_idx: int
    kind: str
    """One of `AGES`."""
    day: int
    """From 1970-01-01."""
    price: float | None = None
    """What was paid; None: unknown."""


@dataclass(frozen=True)
class Made:
    """A list, and what it was made of."""

    lists: pl.DataFrame
    """A frame after `schema.RECOMMENDATIONS`, of one user."""
    rows: pl.DataFrame
    """The user's ranking table: the columns that the ranker reads, and every source's ranks."""

    @property
    def lacking(self) -> tuple[str, ...]:
        """What it should have been made of and was not, in words."""
        return lacking(self.rows)


@dataclass(frozen=True)
class LiveModel:
    """A fitted model with its shop in memory, ready to be asked for one user at a time."""

    model: Model
    shop: Dataset
    """The shop before the model's `as_of`, all users."""
    store: Store | None = None
    """Where features of users and items are read; None: they are computed."""

    @cached_property
    def rows(self) -> pl.DataFrame:
        """All interactions by user, day and item."""
        rows = collect(self.shop.interactions).sort("user_idx", "day", "item_idx")
        return rows.rechunk()

    @cached_property
    def starts(self) -> npt.NDArray[np.int64]:
        """Where each user's rows start, `[n_users + 1]`."""
        users = self.rows["user_idx"].to_numpy()
        return np.searchsorted(users, np.arange(self.n_users + 1)).astype(np.int64)

    @cached_property
    def n_users(self) -> int:
        """How many users the release knows."""
        return self.shop.n_users()

    @property
    def last_day(self) -> int:
        """The last day that the release knows: what happens later is put there."""
        return today(self.shop) - 1

    @cached_property
    def n_items(self) -> int:
        """How many items the release knows."""
        return self.shop.n_items()

    @cached_property
    def users(self) -> pl.DataFrame:
        """All users by position."""
        return collect(self.shop.users).sort("user_idx")

    @cached_property
    def spare(self) -> pl.DataFrame:
        """What fills a list, see `recommend.lists.sold_items`."""
        return sold_items(self.shop)

    def history(self, user_idx: int | None) -> pl.DataFrame:
        """Give a user's stored interactions; None: a user of whom nothing is stored."""
        if user_idx is None:
            return self.rows.clear()
        start, stop = self.starts[user_idx], self.starts[user_idx + 1]
        return self.rows.slice(start, stop - start)

    def asked(self, user_idx: int | None, signals: Sequence[Signal] = ()) -> Dataset:
        """Give the shop cut to one user, with what happened since.

        Args:
            user_idx: The user; None: somebody new.
            signals: What they did, in any order; a purchase that is stored already counts once.
        """
        stored = self.history(user_idx)
        place = self.n_users if user_idx is None else user_idx
        added = self._rows(signals, place, stored)
        rows = stored if added.is_empty() else pl.concat([stored, added]).sort("day", "item_idx")
        if user_idx is None:
            unknown = pl.DataFrame({"user_idx": [place]}, schema={"user_idx": pl.Int32})
            user = pl.concat([self.users.clear(), unknown], how="diagonal")
        else:
            user = self.users.slice(user_idx, 1)
        return replace(self.shop, interactions=lazy(rows), users=lazy(user))

    def lists(
        self, asked: Dataset, k: int, rules: Rules = _NO_RULES, hidden: Sequence[int] = ()
    ) -> Made:
        """Give one user's list under rules, filled by what sold last and most.

        Args:
            asked: What `asked` gave.
            k: Items; fewer only where the shop has sold no more that may be shown.
            rules: What may be shown, how often, and what has places of its own.
            hidden: `item_idx` that are not to be shown.
        """
        may = self._may(rules, hidden)
        rows = self.rows_of(asked, may)
        users = collect(asked.users.select("user_idx"))["user_idx"]
        ranker = self.model.fit.ranker
        if replace(rules, allowed=None) == _NO_RULES:
            lists = best_of(rows, ranker, k)
            if len(lists) < k:
                lists = fill(lists, users, self._spare(may).head(2 * k), k)
            return Made(lists, rows)
        if may is not None:
            kept = np.flatnonzero(may).astype(np.int32)
            rules = replace(rules, allowed=pl.Series("item_idx", kept))
        ranked = best_of(rows, ranker, self.model.pool_size)
        return Made(ruled_lists(rules, ranked, asked, users, self.spare, k), rows)

    def warm(self) -> None:
        """Build the plans and read the tables now: the first ask is as quick as the next."""
        self._plans.warm()
        self.lists(self.asked(None), 1)

    def rows_of(self, asked: Dataset, may: Mask | None = None) -> pl.DataFrame:
        """Give one user's ranking table, see `ranking.plan.TablePlans.rows`."""
        return self._plans.rows(asked, may)

    @cached_property
    def _plans(self) -> TablePlans:
        model = self.model
        ranks = (f"{name}_rank" for name in model.recipe.sources)
        wanted = list(dict.fromkeys((*model.fit.ranker.columns, *ranks)))
        put = None
        if self.store is not None:
            items = collect(self.shop.items.select("item_idx", "item_id")).sort("item_idx")
            put = OnlineColumns(
                self.store, self.users["user_id"], items["item_id"], np.diff(self.starts)
            ).put
        return TablePlans(
            model.recipe, model.prepared, self.shop, model.fit.rates, model.pool_size, wanted, put
        )

    def _may(self, rules: Rules, hidden: Sequence[int]) -> Mask | None:
        if rules.allowed is None and not hidden:
            return None
        if rules.allowed is None:
            may = np.ones(self.n_items, np.bool_)
        else:
            may = np.zeros(self.n_items, np.bool_)
            may[rules.allowed.to_numpy()] = True
        may[list(hidden)] = False
        return may

    def _spare(self, may: Mask | None) -> pl.DataFrame:
        if may is None:
            return self.spare
        return self.spare.filter(pl.Series(may[self.spare["item_idx"].to_numpy()]))

    def _rows(self, signals: Sequence[Signal], user_idx: int, stored: pl.DataFrame) -> pl.DataFrame:
        known = set(zip(stored["item_idx"].to_list(), stored["day"].to_list(), strict=True))
        weaker = sorted((one for one in signals if one.kind != "purchase"), key=lambda one: one.day)
        kept = [one for one in signals if one.kind == "purchase"] + weaker[-MOST_SIGNALS:]
        rows = [
            (user_idx, one.item_idx, min(one.day, self.last_day) - AGES[one.kind], one.price, None)
            for one in kept
            if one.kind != "purchase" or (one.item_idx, one.day) not in known
        ]
        return pl.DataFrame(rows, schema=stored.schema, orient="row")
