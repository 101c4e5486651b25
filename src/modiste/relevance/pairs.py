"""Purchases as arrays: one row for each user and item, and batches of them to learn from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from modiste.data import Dataset
from modiste.engine import collect
from modiste.errors import InputError

Whole = npt.NDArray[np.integer]


@dataclass(frozen=True)
class Purchases:
    """Who bought what on which day, each an array of `[n]`."""

    users: Whole
    """User rows, from 0 to `n_users - 1`."""
    items: Whole
    """Item rows, from 0 to `n_items - 1`."""
    days: Whole
    n_users: int
    n_items: int

    @classmethod
    def from_dataset(cls, dataset: Dataset) -> Purchases:
        """Take all purchases that a dataset holds; rows are its `user_idx` and `item_idx`."""
        table = collect(dataset.interactions.select("user_idx", "item_idx", "day"))
        users, items, days = (table[name].to_numpy() for name in table.columns)
        return cls(users, items, days, dataset.n_users(), dataset.n_items())

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.users)

    def check(self) -> None:
        """Check that the arrays belong together.

        Raises:
            InputError: If their lengths differ, or a row is out of range.
        """
        lengths = len(self.users), len(self.items), len(self.days)
        if len(set(lengths)) > 1:
            raise InputError(
                f"users, items and days have {lengths} rows, expected as many of each: give one of "
                "each for every purchase"
            )
        for name, rows, n in (
            ("user", self.users, self.n_users),
            ("item", self.items, self.n_items),
        ):
            if len(rows) and not 0 <= int(rows.min()) <= int(rows.max()) < n:
                raise InputError(
                    f"{name} rows {int(rows.min())} to {int(rows.max())} given, expected 0 to "
                    f"{n - 1}: number them by their place in the {name}s' table"
                )

    def distinct(self) -> Purchases:
        """Keep one row for each user and item, on their last day; sorted by user, day, item."""
        if not len(self):
            return self
        first = int(self.days.min())
        span = int(self.days.max()) - first + 1
        keys = self.users.astype(np.int64) * self.n_items + self.items
        keys *= span
        keys += self.days - first
        keys.sort()
        pairs = keys // span
        last = np.append(pairs[1:] != pairs[:-1], True)
        pairs, days = pairs[last], keys[last] % span
        users, items = np.divmod(pairs, self.n_items)
        keys = (users * span + days) * self.n_items + items
        keys.sort()
        rest, items = np.divmod(keys, self.n_items)
        users, days = np.divmod(rest, span)
        return Purchases(
            users.astype(np.int32),
            items.astype(np.int32),
            (days + first).astype(np.int32),
            self.n_users,
            self.n_items,
        )

    def take(self, rows: Whole | npt.NDArray[np.bool_]) -> Purchases:
        """Keep some rows, in their order."""
        return Purchases(
            self.users[rows], self.items[rows], self.days[rows], self.n_users, self.n_items
        )

    @cached_property
    def starts(self) -> Whole:
        """Where each user's rows begin, `[n_users + 1]`; the rows must be sorted by user."""
        counts = np.bincount(self.users, minlength=self.n_users)
        return np.concatenate([[0], np.cumsum(counts)])

    @cached_property
    def sales(self) -> Whole:
        """How many rows each item has, `[n_items]`."""
        return np.bincount(self.items, minlength=self.n_items)


def last_rows(purchases: Purchases, n: int, rng: np.random.Generator) -> Whole:
    """Draw users with two purchases or more and give the row of the last one of each.

    Args:
        purchases: Sorted by user, then day.
        n: How many users at most; never more than a tenth of those with two or more.
        rng: What draws, also among purchases of one day.
    """
    counts = np.diff(purchases.starts)
    several = np.flatnonzero(counts >= 2)
    n = min(n, len(several) // 10)
    users = np.sort(rng.choice(several, n, replace=False))
    ends = purchases.starts[users + 1]
    on_last_day = np.append(purchases.days[1:] != purchases.days[:-1], True)
    on_last_day |= np.append(purchases.users[1:] != purchases.users[:-1], True)
    # Rows of a user's last day stand at the end of the user's rows: count them, draw among them.
    group = np.cumsum(np.concatenate([[0], on_last_day[:-1]]))
    first_of_group = np.searchsorted(group, group[ends - 1])
    rows: Whole = first_of_group + (rng.random(n) * (ends - first_of_group)).astype(np.int64)
    return rows


def cut_wardrobes(purchases: Purchases, longest: int) -> Whole:
    """Cut purchases into wardrobes of at most `longest` rows: where each begins, and the end.

    Args:
        purchases: Sorted by user, then day. A user with more is cut into pieces of like length, so
            that no piece is left with a single row.
        longest: Rows at most.
    """
    counts = np.diff(purchases.starts)
    pieces = -(-counts // longest)
    user = np.repeat(np.arange(purchases.n_users), pieces)
    number = np.arange(len(user)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    begins = purchases.starts[user] + number * counts[user] // np.maximum(pieces[user], 1)
    return np.append(begins, len(purchases))


def draw_wardrobes(
    starts: Whole, batch: int, rng: np.random.Generator
) -> Iterator[tuple[Whole, Whole]]:
    """Give all wardrobes of two rows or more in a new order, about `batch` rows at a time.

    Yields:
        Rows `[n]`, and for each the number of its wardrobe in this batch, rising from 0.
    """
    lengths = np.diff(starts)
    order = rng.permutation(np.flatnonzero(lengths >= 2))
    ends = np.cumsum(lengths[order])
    n_rows = int(lengths[order].sum())
    bounds = np.searchsorted(ends, np.arange(batch, n_rows, batch))
    for chosen in np.split(order, np.unique(bounds)):
        if len(chosen):
            sizes = lengths[chosen]
            yield ranges(starts[chosen], sizes), np.repeat(np.arange(len(chosen)), sizes)


def draw_rows(rows: Whole, batch: int, rng: np.random.Generator) -> Iterator[Whole]:
    """Give all rows in a new order, about `batch` at a time."""
    order = rng.permutation(rows)
    yield from np.array_split(order, max(1, round(len(order) / batch)))


def ranges(starts: Whole, lengths: Whole) -> Whole:
    """Give `start, start + 1, …` of each range, one behind the other."""
    before = np.cumsum(lengths) - lengths
    places: Whole = np.arange(int(lengths.sum())) + np.repeat(starts - before, lengths)
    return places
