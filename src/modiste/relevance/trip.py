"""The model of one moment of a shop, shared by what proposes items and what scores pairs.

A ranker learns from past weeks, so each of them needs a model of what was known then. One for
every week would cost as much as all the rest; so models are of fixed days, some weeks apart, and a
week has that of the last such day before it: as old in training as in serving.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field

from modiste.component import component
from modiste.data import Dataset
from modiste.engine import collect, lazy, vector_matrix
from modiste.relevance.pairs import Purchases
from modiste.relevance.score import Relevance, Vectors
from modiste.relevance.settings import RelevanceSettings

if TYPE_CHECKING:
    from modiste.relevance.fit import Told

TABLE = "relevance"
"""What the model is called among the tables of a source or feature."""
_REMEMBERED = 8
_STEPS, _SMALLEST, _LARGEST = 50, 64, 1024
"""Steps an epoch at least, and purchases a step."""
_HELD_OUT = 2000
"""Users at most whose last purchase chooses the epoch, where there are as many at all."""
_LEAST_USERS = 2


@component
class RelevanceFit:
    """How the trip's relevance model is learned."""

    every_days: Annotated[int, Field(gt=0)] = 28
    """Days between models: that of a day knows what happened before the last multiple of it."""
    epochs: Annotated[int, Field(gt=0)] = 5
    """Times each purchase is learned from."""
    dim: Annotated[int, Field(ge=2, le=1024)] = 32
    """Length of an item's vector."""
    rate: Annotated[float, Field(gt=0, le=1)] = 0.02
    """Size of a step."""
    n_shared: Annotated[int, Field(gt=0)] = 256
    """Items that each purchase is set against."""
    n_purchases: Annotated[int, Field(gt=0)] = 2_000_000
    """At most so many are learned from, the newest."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Another seed, other draws."""

    def settings(self, n_purchases: int, n_users: int) -> RelevanceSettings:
        """Give the settings of the wardrobe model for so much to learn from.

        Few purchases are learned in small batches, and few users are all learned from: what a
        handful of held-out ones say about the best epoch is chance.
        """
        batch = max(_SMALLEST, min(_LARGEST, n_purchases // _STEPS))
        return RelevanceSettings(
            epochs=self.epochs,
            dim=self.dim,
            rate=self.rate,
            n_shared=self.n_shared,
            batch=batch,
            held_out=_HELD_OUT if n_users >= _HELD_OUT else 0,
            seed=self.seed,
        )


def fitted(shop: Dataset, fit: RelevanceFit, progress: Told | None = None) -> Relevance | None:
    """Give the model of a day, by the rows before it; the last few are remembered.

    It is learned on items that were sold by then, so that neither sales nor pictures of what came
    later alter it; every other item of the catalogue gets its vector by its picture alone.

    Args:
        shop: The shop before its `as_of`, with vectors of pictures.
        fit: How it is learned.
        progress: Told a line and how far it is, from 0 to 1.

    Returns:
        The model, a row for each `item_idx`; items of which nothing is known have zeros. None if
        the shop has no vectors of pictures.

    Raises:
        MissingExtraError: If torch is not installed.
    """
    if "pictures" not in shop.item_vectors:
        return None
    moment = _Moment.of(shop, fit)
    key = f"{moment.digest()}/{fit}"
    if key not in _FITTED:
        while len(_FITTED) >= _REMEMBERED:
            _FITTED.popitem(last=False)
        _FITTED[key] = _fit(moment, fit, progress)
    _FITTED.move_to_end(key)
    rows = collect(shop.items.select("item_idx", "item_id")).sort("item_idx")
    ids = rows["item_id"].to_numpy().astype(np.str_)
    there = np.zeros(len(ids), np.bool_)
    there[moment.pictured] = True
    features = np.zeros((len(ids), moment.features.shape[1]), np.float32)
    features[moment.pictured] = moment.features
    model = _FITTED[key].with_items(ids, features, there)
    return replace(model, worn=model.targets)


def model_tables(model: Relevance) -> dict[str, nw.LazyFrame]:
    """Give a model as the table that sources and features read.

    Returns:
        Under `relevance`: `item_idx, popularity, vector`, by item, those that are known.
    """
    known = np.flatnonzero(model.targets.any(axis=1))
    vectors = pl.Series("vector", model.targets[known], dtype=pl.Array(pl.Float32, model.dim))
    items = pl.Series("item_idx", known.astype(np.int32))
    popularity = pl.Series("popularity", model.popularity[known])
    return {TABLE: lazy(pl.DataFrame([items, popularity, vectors]))}


_FITTED: OrderedDict[str, Relevance] = OrderedDict()


@dataclass(frozen=True)
class _Moment:
    """What a model is learned from, and the pictures of the catalogue."""

    purchases: Purchases
    """Of users and items numbered anew, those that occur alone."""
    items: npt.NDArray[np.int32]
    """`item_idx` of each item that occurs, ascending."""
    ids: npt.NDArray[np.str_]
    """The shop's id of each."""
    pictured: npt.NDArray[np.int32]
    """`item_idx` of those with a picture, ascending."""
    features: Vectors = field(repr=False)
    """Their vectors."""

    @classmethod
    def of(cls, shop: Dataset, fit: RelevanceFit) -> _Moment:
        within = shop.between(*_span(shop, fit))
        rows = collect(within.select("user_idx", "item_idx", "day").unique())
        rows = rows.sort("user_idx", "day", "item_idx")
        n_users, users = _numbered(rows["user_idx"])
        items, places = np.unique(rows["item_idx"].to_numpy(), return_inverse=True)
        purchases = Purchases(users, places, rows["day"].to_numpy(), n_users, len(items))
        known = collect(shop.items.select("item_idx", "item_id")).sort("item_idx")
        ids = known["item_id"].gather(items).to_numpy().astype(np.str_)
        seen = collect(shop.item_vectors["pictures"]).sort("item_idx")
        return cls(purchases, items, ids, seen["item_idx"].to_numpy(), vector_matrix(seen))

    def own_pictures(self) -> tuple[Vectors, npt.NDArray[np.bool_]]:
        """Give the vectors of the items that occur, and which of them have one."""
        at = np.searchsorted(self.pictured, self.items).clip(max=max(0, len(self.pictured) - 1))
        if not len(self.pictured):
            return np.zeros((len(self.items), 1), np.float32), np.zeros(len(self.items), np.bool_)
        return self.features[at], self.pictured[at] == self.items

    def digest(self) -> str:
        """Name what is learned from by its content."""
        made = hashlib.blake2b(digest_size=16)
        features, there = self.own_pictures()
        purchases = self.purchases
        for array in (purchases.users, purchases.items, purchases.days, features, there):
            made.update(np.ascontiguousarray(array).tobytes())
        made.update("\n".join(self.ids.tolist()).encode())
        return made.hexdigest()


def _span(shop: Dataset, fit: RelevanceFit) -> tuple[int, int]:
    """Choose the days that are learned from, `[start, end)`.

    They end on the last multiple of `every_days`, unless most of history lies after it, and begin
    where no more than `n_purchases` lie between, one day at least.
    """
    assert shop.as_of is not None
    counts = shop.interactions.group_by("day").agg(nw.len().cast(nw.Int64).alias("rows"))
    days = collect(counts).sort("day", descending=True)
    if days.is_empty():
        return shop.as_of, shop.as_of
    first, end = int(days["day"][-1]), shop.as_of - shop.as_of % fit.every_days
    if 2 * (end - first) < shop.as_of - first:
        end = shop.as_of
    known = days.filter(pl.col("day") < end)
    fits = known.filter(pl.col("rows").cum_sum() <= fit.n_purchases)["day"]
    return int(fits[-1] if len(fits) else known["day"][0]), end


def _numbered(column: pl.Series) -> tuple[int, npt.NDArray[np.int64]]:
    values, places = np.unique(column.to_numpy(), return_inverse=True)
    return len(values), places


def _fit(moment: _Moment, fit: RelevanceFit, progress: Told | None) -> Relevance:
    features, there = moment.own_pictures()
    n_several = int(np.count_nonzero(np.diff(moment.purchases.distinct().starts) >= 2))
    settings = fit.settings(len(moment.purchases), n_several)
    if n_several < _LEAST_USERS or not there.any():
        n_items = len(moment.items)
        zeros = np.zeros((n_items, fit.dim), np.float32)
        return Relevance(settings, moment.ids, zeros, zeros[:, 0])
    from modiste.relevance.fit import fit_relevance  # who only serves fits nothing

    model = fit_relevance(
        moment.purchases,
        settings,
        features=features,
        has_picture=there,
        item_ids=moment.ids,
        progress=progress,
    )
    return replace(model, start={})
