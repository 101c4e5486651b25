"""What a user did not buy, to tell it from what they bought: named strategies.

| strategy | drawn from |
| --- | --- |
| `uniform` | all items, also those that nobody bought |
| `same_kind` | those of the kind of garment of the positive |
| `same_day` | what was bought that day, in proportion to the kinds the user bought that day |
| `popular` | items in proportion to their sales |
| `shared` | half those that anybody bought, half popular, one draw for all of a batch |

None is ever something that the user bought, in any row that was given: a draw that is gets drawn
again, at last from all items; who bought all that there is gets none.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from modiste.errors import InputError
from modiste.relevance.pairs import Purchases, Whole
from modiste.relevance.settings import StrategyName

NONE = -1
"""Stands where nothing could be drawn."""
_AGAIN = 6
"""Draws by the strategy before it is left for a uniform one, and uniform ones before giving up."""


@dataclass(frozen=True)
class Groups:
    """Values by the group that each belongs to."""

    values: Whole
    """`[n]`, group by group."""
    starts: Whole
    """`[n_groups + 1]`."""

    @classmethod
    def of(cls, values: Whole, groups: Whole, n_groups: int) -> Groups:
        """Sort values by group."""
        order = np.argsort(groups, kind="stable")
        counts = np.bincount(groups, minlength=n_groups)
        return cls(values[order], np.concatenate([[0], np.cumsum(counts)]))

    def draw(self, groups: Whole, rng: np.random.Generator) -> Whole:
        """Draw a value of each group, all alike; no group may be empty."""
        begins = self.starts[groups]
        sizes = self.starts[groups + 1] - begins
        drawn: Whole = self.values[begins + (rng.random(groups.shape) * sizes).astype(np.int64)]
        return drawn


@dataclass(frozen=True)
class Negatives:
    """Draws what users did not buy."""

    purchases: Purchases
    """All that is known, distinct and sorted by user and day; nothing of it is ever drawn for its
    user."""
    strategy: StrategyName
    kinds: Whole | None = None
    """`[n_items]`, each item's kind of garment from 0; -1: unknown."""

    def __post_init__(self) -> None:
        """Check that there are kinds where the strategy asks for them."""
        if self.strategy in ("same_kind", "same_day") and self.kinds is None:
            raise InputError(
                f"negatives {self.strategy} need each item's kind of garment, none were given: "
                "name an attribute that holds it, or draw uniform negatives"
            )

    def draw(self, rows: Whole, ratio: int, rng: np.random.Generator) -> Whole:
        """Draw for some purchases what their users did not buy: `[n_rows, ratio]`.

        Args:
            rows: Rows of `purchases`, the positives.
            ratio: How many for each.
            rng: What draws.

        Returns:
            Item rows; `NONE` where the user bought all that there is.
        """
        asked = np.repeat(rows, ratio)
        drawn = self._by_strategy(asked, rng)
        for turn in range(2 * _AGAIN):
            again = np.flatnonzero(self.bought(self.purchases.users[asked], drawn))
            if not len(again):
                break
            by = self._by_strategy if turn < _AGAIN - 1 else self._uniform
            drawn[again] = by(asked[again], rng)
        drawn[self.bought(self.purchases.users[asked], drawn)] = NONE
        return drawn.reshape(len(rows), ratio)

    def draw_shared(
        self, n: int, rng: np.random.Generator
    ) -> tuple[Whole, npt.NDArray[np.float64]]:
        """Draw distinct items for all users of a batch.

        Args:
            n: Draws; repeats are dropped.
            rng: What draws.

        Returns:
            Item rows `[k]`, and the logarithm of the chance that each had to be drawn `[k]`.
        """
        half = n // 2
        popular = self.purchases.items[rng.integers(0, len(self.purchases), n - half)]
        uniform = self._sold[rng.integers(0, len(self._sold), half)]
        items = np.unique(np.concatenate([popular, uniform]))
        share = self.purchases.sales[items] / len(self.purchases)
        missed = (n - half) * np.log1p(-share * _ALMOST) + half * np.log1p(
            -_ALMOST / len(self._sold)
        )
        return items, np.log(-np.expm1(missed))

    def bought(self, users: Whole, items: Whole) -> npt.NDArray[np.bool_]:
        """Say of pairs whether the user bought the item, exactly."""
        asked = users.astype(np.int64) * self.purchases.n_items + items
        place = np.searchsorted(self._keys, asked)
        found: npt.NDArray[np.bool_] = self._keys[np.minimum(place, len(self._keys) - 1)] == asked
        return found

    def _by_strategy(self, rows: Whole, rng: np.random.Generator) -> Whole:
        if self.strategy == "same_kind":
            return self._of_kind.draw(self._kind[self.purchases.items[rows]], rng)
        if self.strategy == "same_day":
            told = self._of_visit.draw(self._visit[rows], rng)
            return self._of_day.draw(self._day[told], rng)
        if self.strategy == "popular":
            return self.purchases.items[rng.integers(0, len(self.purchases), len(rows))]
        return self._uniform(rows, rng)

    def _uniform(self, rows: Whole, rng: np.random.Generator) -> Whole:
        return rng.integers(0, self.purchases.n_items, len(rows), dtype=np.int32)

    @cached_property
    def _keys(self) -> Whole:
        keys = self.purchases.users.astype(np.int64) * self.purchases.n_items + self.purchases.items
        keys.sort()
        return keys

    @cached_property
    def _sold(self) -> Whole:
        return np.flatnonzero(self.purchases.sales).astype(np.int32)

    @cached_property
    def _kind(self) -> Whole:
        """Kinds from 0, the unknown ones a kind of their own."""
        assert self.kinds is not None
        return np.where(self.kinds < 0, self.kinds.max(initial=-1) + 1, self.kinds)

    @cached_property
    def _of_kind(self) -> Groups:
        kinds = self._kind[self._sold]
        return Groups.of(self._sold, kinds, int(kinds.max()) + 1)

    @cached_property
    def _visit(self) -> Whole:
        """For each row the number of its user and day: rows are sorted by them."""
        users, days = self.purchases.users, self.purchases.days
        new = (users[1:] != users[:-1]) | (days[1:] != days[:-1])
        return np.concatenate([[0], np.cumsum(new)])

    @cached_property
    def _of_visit(self) -> Groups:
        rows = np.arange(len(self.purchases))
        return Groups.of(rows, self._visit, int(self._visit[-1]) + 1)

    @cached_property
    def _day(self) -> Whole:
        """For each row the number of its day and its item's kind."""
        kinds = self._kind[self.purchases.items].astype(np.int64)
        keys = self.purchases.days * (kinds.max() + 1) + kinds
        return np.unique(keys, return_inverse=True)[1]

    @cached_property
    def _of_day(self) -> Groups:
        return Groups.of(self.purchases.items, self._day, int(self._day.max()) + 1)


_ALMOST = 1 - 1e-9
"""Keeps the logarithm finite where one item is all that was sold."""
