"""What a model learns from, and the purchases it is judged by: the last one of each user."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from modiste.data.dataset import Dataset
from modiste.engine import collect, lazy
from modiste.errors import InputError

Rows = npt.NDArray[np.int64]
Days = npt.NDArray[np.int32]
Ties = Literal["seed", "id"]


@dataclass(frozen=True)
class Split:
    """Distinct purchases, split in two: what is learned from, and one held out for each user.

    Users and items are told by their row in `users` and `items`. Nothing of a held-out purchase is
    among the training purchases.
    """

    users: pl.DataFrame
    """`user_idx, user_id`: all who bought one of the items, by `user_idx`."""
    items: pl.DataFrame
    """`item_idx, item_id` and attributes: what is ranked, by `item_idx`."""
    train_user: Rows
    """User of each training purchase, rising, `[n_train]`."""
    train_item: Rows
    """Its item, `[n_train]`; a user has an item once."""
    train_day: Days
    """The day on which the user last bought it, `[n_train]`."""
    judged_user: Rows
    """User of each judged purchase, rising, `[n_judged]`."""
    judged_item: Rows
    """The item that was held out, `[n_judged]`."""
    n_held_out: int
    """Purchases held out, judged or not."""

    @property
    def n_users(self) -> int:
        """Count the users, those without a held-out purchase among them."""
        return self.users.height

    @property
    def n_items(self) -> int:
        """Count the items that are ranked."""
        return self.items.height

    @property
    def n_judged(self) -> int:
        """Count the judged purchases, one a user."""
        return len(self.judged_user)

    @property
    def kinds(self) -> Rows | None:
        """Code of each item's kind, -1 where unknown, `[n_items]`; None: the shop has no kinds."""
        if "kind_code" not in self.items.columns:
            return None
        return self.items["kind_code"].fill_null(-1).to_numpy().astype(np.int64)

    @cached_property
    def item_sales(self) -> Rows:
        """Training purchases of each item, `[n_items]`."""
        return np.bincount(self.train_item, minlength=self.n_items)

    @cached_property
    def user_sales(self) -> Rows:
        """Training purchases of each judged user, `[n_judged]`."""
        return np.bincount(self.owned[0], minlength=self.n_judged)

    @cached_property
    def of_new_items(self) -> Rows:
        """Which of the judged are of items that nobody bought in training."""
        return np.flatnonzero(self.item_sales[self.judged_item] == 0)

    @cached_property
    def owned(self) -> tuple[Rows, Rows]:
        """Training purchases of the judged users: place among the judged (rising), and item."""
        place = np.full(self.n_users, -1, np.int64)
        place[self.judged_user] = np.arange(self.n_judged)
        mine = place[self.train_user]
        return mine[mine >= 0], self.train_item[mine >= 0]


def leave_last_out(
    dataset: Dataset,
    gallery: Iterable[int],
    *,
    seed: int = 0,
    ties: Ties = "seed",
    most_users: int | None = None,
) -> Split:
    """Hold out the item that each user bought last, of users with two or more items.

    Only purchases of the gallery count. All purchases of the held-out item by that user are held
    out with it, earlier ones too.

    Args:
        dataset: The shop.
        gallery: `item_idx` of the items in question (those with a picture); those of them that
            were sold are ranked.
        seed: Of ties, and of which users are judged where there are more than `most_users`.
        ties: Which of several items of the last day: by chance, or the one with the highest id.
        most_users: Judge at most so many users, drawn at random; all held-out purchases stay out.

    Raises:
        InputError: If no user bought two of the items.
    """
    chosen = pl.DataFrame({"item_idx": pl.Series(list(gallery), dtype=pl.Int32)})
    pairs = collect(
        dataset.interactions.select("user_idx", "item_idx", "day").join(
            lazy(chosen), on="item_idx", how="semi"
        )
    )
    pairs = pairs.group_by("user_idx", "item_idx").agg(pl.col("day").max())
    pairs = pairs.sort("user_idx", "item_idx")
    users = _rows(collect(dataset.users.select("user_idx", "user_id")), pairs, "user_idx")
    columns = ["item_idx", "item_id", *(f"{name}_code" for name in dataset.item_attributes)]
    items = _rows(collect(dataset.items.select(columns)), pairs, "item_idx")
    user = users["user_idx"].search_sorted(pairs["user_idx"]).to_numpy().astype(np.int64)
    item = items["item_idx"].search_sorted(pairs["item_idx"]).to_numpy().astype(np.int64)
    day = pairs["day"].to_numpy().astype(np.int32)

    rng = np.random.default_rng(seed)
    tie = rng.random(len(user)) if ties == "seed" else item
    order = np.lexsort((tie, day, user))
    is_last = np.diff(user[order], append=-1) != 0
    held = np.zeros(len(user), bool)
    held[order[is_last]] = True
    held &= np.bincount(user, minlength=len(users))[user] >= 2
    if not held.any():
        raise InputError(
            "no user bought two of the items with a picture: nobody is left to judge by; "
            "import more purchases, or pictures of more of the items that are sold"
        )
    judged = np.flatnonzero(held)
    if most_users is not None and len(judged) > most_users:
        judged = np.sort(rng.choice(judged, most_users, replace=False))
    return Split(
        users,
        items,
        user[~held],
        item[~held],
        day[~held],
        user[judged],
        item[judged],
        int(held.sum()),
    )


def _rows(table: pl.DataFrame, pairs: pl.DataFrame, key: str) -> pl.DataFrame:
    """Keep the rows of a table that occur among the pairs, sorted by the key."""
    return table.join(pairs.select(key).unique(), on=key, how="semi").sort(key)
