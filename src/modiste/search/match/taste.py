"""What a user's purchases say for items: kinds, colours, prices, and what similar users bought."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl

from modiste.data import Dataset
from modiste.engine import collect
from modiste.search.fusion import Positions, Scores
from modiste.search.lift import Attributes
from modiste.search.taste import wardrobe

ALIKE = ("kind", "colour")
"""Attributes by which an item goes with what was bought."""
N_SIMILAR = 200
"""Users that are asked what they bought, those most alike."""
HALF_LIFE = 28.0
"""Days after which a sale counts half."""


@dataclass(frozen=True)
class Liked:
    """How well items go with a user's purchases."""

    score: Scores
    """`[n]`, 0 to 1: the mean of the parts that are known of an item."""
    shares: Mapping[str, Scores]
    """By attribute: the share of the user's purchases with the item's value, `[n]`."""
    price: Scores
    """1: where the user usually buys in the range of the item's kind, 0: at its other end; NaN:
    not known."""
    alike: Scores
    """How similar the users are who bought it, in sum, `[n]`."""
    people: npt.NDArray[np.int64]
    """How many they are, `[n]`."""
    owned: npt.NDArray[np.bool_]
    """Whether the user bought it before, `[n]`."""
    n_owned: int
    """Different items that the user bought, of those looked at."""


@dataclass(frozen=True)
class Purchases:
    """Who bought what, ready to be asked for one user after another."""

    dataset: Dataset
    items: pl.DataFrame
    """The catalogue by `item_idx`, with `price`."""
    attributes: Attributes

    @cached_property
    def sales(self) -> Scores:
        """What each item sold lately, `[n_items]`: a sale halves every `HALF_LIFE` days."""
        rows = collect(self.dataset.interactions.select("item_idx", "day"))
        day = rows["day"].to_numpy().astype(np.float64)
        weight = 0.5 ** ((day.max(initial=0) - day) / HALF_LIFE)
        sold = np.bincount(rows["item_idx"].to_numpy(), weight, minlength=self.items.height)
        return sold.astype(np.float32)

    @cached_property
    def price_places(self) -> Scores:
        """Where each item's price lies among those of its kind, `[n_items]`: 0 lowest, 1 highest.

        NaN: it has no known price.
        """
        kind = "kind" if "kind" in self.items.columns else None
        rank, known = pl.col("price").rank() - 1, pl.col("price").count() - 1
        place = pl.when(known > 0).then(rank / known).otherwise(0.5)
        place = place.over(kind) if kind else place
        found = self.items.select(pl.when(pl.col("price").is_not_null()).then(place))
        return found.to_series().cast(pl.Float32).fill_null(float("nan")).to_numpy()

    @cached_property
    def _bought(self) -> Any:
        """A sparse matrix of users by items: 1 where a user bought an item."""
        from scipy.sparse import csr_matrix

        rows = collect(self.dataset.interactions.select("user_idx", "item_idx").unique())
        users, items = rows["user_idx"].to_numpy(), rows["item_idx"].to_numpy()
        shape = (self.dataset.n_users(), self.items.height)
        return csr_matrix((np.ones(len(users), np.float32), (users, items)), shape)

    @cached_property
    def _counts(self) -> tuple[Scores, Scores]:
        """How many users bought each item, and how many items each user bought."""
        bought = self._bought
        return np.asarray(bought.sum(axis=0)).ravel(), np.asarray(bought.sum(axis=1)).ravel()

    def of(self, user: str, items: Positions) -> Liked | None:
        """Say how items go with what a user bought.

        Returns:
            None for an unknown user; `n_owned` is 0 for one who bought nothing.
        """
        owned = wardrobe(self.dataset, user)
        if owned is None:
            return None
        mine = owned["item_idx"].to_numpy().astype(np.int64)
        weight = owned["weight"].to_numpy().astype(np.float32)
        shares = {
            name: self._share(name, mine, weight, items)
            for name in ALIKE
            if name in self.attributes.codes
        }
        price = self._price(mine, weight, items)
        people, alike = self._similar(user, mine, weight, items)
        parts = [_scaled(share) for share in shares.values()] + [_scaled(alike), price]
        score = _mean(np.stack(parts)) if len(mine) else np.zeros(len(items), np.float32)
        return Liked(score, shares, price, alike, people, np.isin(items, mine), len(mine))

    def bought_lately(self, user: str | None, days: int) -> pl.DataFrame | None:
        """Give what a user bought in the last days: `user_idx` 0 and `item_idx`; None: nothing."""
        if user is None or not days:
            return None
        known = self.dataset.users.filter(nw.col("user_id") == user).select("user_idx")
        last = collect(self.dataset.interactions.select(nw.col("day").max())).item()
        if last is None:
            return None
        rows = self.dataset.between(last + 1 - days, last + 1)
        bought = collect(rows.join(known, on="user_idx", how="semi").select("item_idx").unique())
        return bought.select(pl.lit(0, pl.Int32).alias("user_idx"), "item_idx")

    def _share(self, name: str, mine: Positions, weight: Scores, items: Positions) -> Scores:
        codes = self.attributes.codes[name]
        worth = np.zeros(max(self.attributes.values[name].values(), default=-1) + 2, np.float32)
        np.add.at(worth, codes[mine], weight)
        worth[-1] = 0.0  # unknown values are not alike
        found: Scores = worth[codes[items]] / max(float(weight.sum()), 1e-9)
        return found

    def _price(self, mine: Positions, weight: Scores, items: Positions) -> Scores:
        """Compare where items lie in their kind's prices with where the user usually buys."""
        places = self.price_places[mine]
        known = ~np.isnan(places)
        if not known.any():
            return np.full(len(items), np.nan, np.float32)
        usual = float(np.average(places[known], weights=weight[known]))
        found: Scores = 1.0 - np.abs(self.price_places[items] - np.float32(usual))
        return found

    def _similar(
        self, user: str, mine: Positions, weight: Scores, items: Positions
    ) -> tuple[npt.NDArray[np.int64], Scores]:
        """Count the similar users who bought each item, and sum how similar they are.

        Users are similar by the cosine of what they own, an item counting less the more own it.
        """
        bought, (owners, sizes) = self._bought, self._counts
        known = collect(self.dataset.users.filter(nw.col("user_id") == user).select("user_idx"))
        wanted = np.zeros(bought.shape[1], np.float32)
        wanted[mine] = weight / np.sqrt(owners[mine] + 1)
        alike = (bought @ wanted) / np.sqrt(np.maximum(sizes, 1))
        alike[known.item(0, 0)] = 0.0
        nearest = np.argsort(-alike, kind="stable")[:N_SIMILAR]
        nearest = nearest[alike[nearest] > 0]
        theirs = bought[nearest][:, items]
        people = np.asarray(theirs.sum(axis=0)).ravel().astype(np.int64)
        return people, np.asarray(theirs.T @ alike[nearest], np.float32)


def _scaled(values: Scores) -> Scores:
    """Bring values to 0 to 1 by the highest of them; all stay 0 where it is 0."""
    highest = float(values.max(initial=0.0))
    return values / highest if highest > 0 else values


def _mean(parts: npt.NDArray[np.float32]) -> Scores:
    """Give the mean of the known parts of each item, `[n_parts, n]` to `[n]`."""
    known = ~np.isnan(parts)
    sums = np.where(known, parts, 0.0).sum(axis=0)
    found: Scores = (sums / np.maximum(known.sum(axis=0), 1)).astype(np.float32)
    return found
