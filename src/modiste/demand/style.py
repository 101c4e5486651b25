"""Which article of a kind suits a customer: what it looks and reads like, and who else bought it.

The parts are cosines between an article and the mean of what the customer bought, newer purchases
weighing more. How much each counts is learned on held-out days: bought articles against others of
the same kind, so that what is popular as a kind says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field
from scipy.sparse import csr_matrix

from modiste.candidates.base import today
from modiste.component import component
from modiste.data import Dataset
from modiste.demand.propensity import item_kinds
from modiste.engine import collect, vector_matrix

Floats = npt.NDArray[np.float32]
Positions = npt.NDArray[np.int64]
TOGETHER = "together"
"""The part of who else bought it; the others are called as the shop's vectors are."""
_BLOCK = 65_536


@component
class StyleFit:
    """How style is learned."""

    dim: Annotated[int, Field(gt=0)] = 32
    """Length of an item's vector of who bought it."""
    half_life_days: Annotated[float, Field(gt=0)] = 90.0
    """After so many days a purchase counts half."""
    held_out_days: Annotated[int, Field(gt=0)] = 28
    """Newest days whose purchases tell how much each part counts."""
    n_others: Annotated[int, Field(gt=0)] = 10
    """Items of the same kind that each of these purchases is set against."""
    max_purchases: Annotated[int, Field(gt=0)] = 2_000_000
    """At most so many are learned from, the newest."""
    l2: Annotated[float, Field(gt=0)] = 1.0
    """Penalty of the weights: few purchases say little."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Of the draws."""


@dataclass(frozen=True)
class Space:
    """Vectors of the items of which one is known."""

    items: Positions
    """`item_idx`, ascending."""
    vectors: Floats
    """Of length 1, `[n_known, dim]`."""


@dataclass(frozen=True)
class Style:
    """How well items suit users."""

    spaces: Mapping[str, Space]
    """By part."""
    weights: Mapping[str, float]
    """What a part counts; a part that is not known of a pair counts nothing."""

    def score(self, owned: pl.DataFrame, users: Positions, items: Positions) -> dict[str, Floats]:
        """Score pairs.

        Args:
            owned: `user_idx, item_idx, weight`: what the users bought.
            users: `user_idx` of each pair.
            items: `item_idx` of each pair.

        Returns:
            `style`, the weighted sum, and `style_<part>`, the cosines; `[n_pairs]`, NaN where
            nothing is known.
        """
        parts = {name: cosines(space, owned, users, items) for name, space in self.spaces.items()}
        total, known = np.zeros(len(users), np.float32), np.zeros(len(users), bool)
        for name, found in parts.items():
            total += np.float32(self.weights[name]) * np.nan_to_num(found)
            known |= ~np.isnan(found)
        said = np.where(known, total, np.nan).astype(np.float32)
        return {"style": said, **{f"style_{name}": found for name, found in parts.items()}}


def cosines(space: Space, owned: pl.DataFrame, users: Positions, items: Positions) -> Floats:
    """Give the cosine of each item and the mean of what the user bought, NaN where unknown."""
    found = np.full(len(users), np.nan, np.float32)
    # In one order, so that sums have the same bits whoever else is asked for.
    owned = owned.sort("user_idx", "item_idx")
    at, there = _find(space.items, owned["item_idx"].to_numpy())
    kept = owned.filter(pl.Series(there, dtype=pl.Boolean))
    if kept.is_empty():
        return found
    people, rows = np.unique(kept["user_idx"].to_numpy(), return_inverse=True)
    bought, columns = np.unique(at[there], return_inverse=True)
    weights = kept["weight"].cast(pl.Float32).to_numpy()
    worn = csr_matrix((weights, (rows, columns)), shape=(len(people), len(bought)))
    means = worn @ space.vectors[bought]
    means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
    user_at, user_known = _find(people, users)
    item_at, item_known = _find(space.items, items)
    pairs = np.flatnonzero(user_known & item_known)
    for start in range(0, len(pairs), _BLOCK):
        block = pairs[start : start + _BLOCK]
        found[block] = np.einsum("nd,nd->n", means[user_at[block]], space.vectors[item_at[block]])
    return found


def fit_style(shop: Dataset, fit: StyleFit | None = None) -> Style:
    """Learn who buys what together, and how much each part counts.

    Args:
        shop: The shop before its `as_of`, with vectors if it has any.
        fit: How it is learned.
    """
    fit = fit or StyleFit()
    end = today(shop)
    held_out = end - fit.held_out_days
    purchases = collect(shop.interactions.select("user_idx", "item_idx", "day"))
    purchases = purchases.sort("day", "user_idx", "item_idx").tail(fit.max_purchases)
    content = {
        name: _space(collect(table).sort("item_idx")) for name, table in shop.item_vectors.items()
    }
    before = purchases.filter(pl.col("day") < held_out)
    then = {**content, TOGETHER: _together(before, fit)}
    weights = _weights(then, before, purchases, held_out, item_kinds(shop), fit)
    return Style({**content, TOGETHER: _together(purchases, fit)}, weights)


def _space(rows: pl.DataFrame) -> Space:
    return Space(rows["item_idx"].to_numpy().astype(np.int64), vector_matrix(rows))


def _together(purchases: pl.DataFrame, fit: StyleFit) -> Space:
    """Give each item a vector by who bought it: the largest singular vectors of the purchases.

    Rows and columns are divided by the roots of their counts, so that no busy customer and no best
    seller decides.

    Source: Ng, Jordan and Weiss, "On spectral clustering", NIPS 2001 (the scaling).
    """
    from scipy.sparse import diags
    from scipy.sparse.linalg import svds

    pairs = purchases.select("user_idx", "item_idx").unique().sort("user_idx", "item_idx")
    people, rows = np.unique(pairs["user_idx"].to_numpy(), return_inverse=True)
    items, columns = np.unique(pairs["item_idx"].to_numpy(), return_inverse=True)
    dim = min(fit.dim, min(len(people), len(items)) - 1)
    if dim < 1:
        return Space(np.empty(0, np.int64), np.empty((0, 1), np.float32))
    shape = (len(people), len(items))
    bought = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)
    by_user = diags(1 / np.sqrt(np.bincount(rows)))
    by_item = diags(1 / np.sqrt(np.bincount(columns)))
    start = np.random.default_rng(fit.seed).normal(size=min(shape))
    _, size, right = svds(by_user @ bought @ by_item, k=dim, v0=start)
    vectors = (right * size[:, None]).T
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return Space(items.astype(np.int64), vectors.astype(np.float32))


def _weights(
    spaces: Mapping[str, Space],
    before: pl.DataFrame,
    purchases: pl.DataFrame,
    held_out: int,
    kinds: pl.DataFrame,
    fit: StyleFit,
) -> dict[str, float]:
    """Learn by conditional logit what makes the bought item of a kind the bought one.

    Source: McFadden, "Conditional logit analysis of qualitative choice behavior", 1974.
    """
    from scipy.optimize import minimize
    from scipy.special import logsumexp

    names = list(spaces)
    chosen = purchases.filter(pl.col("day") >= held_out).select("user_idx", "item_idx").unique()
    chosen = chosen.join(before.select("user_idx").unique(), on="user_idx", how="semi")
    chosen = chosen.join(kinds, on="item_idx").drop_nulls().sort("user_idx", "item_idx")
    sold = purchases.select("item_idx").unique().join(kinds, on="item_idx").drop_nulls()
    sold = sold.sort("kind", "item_idx")
    if chosen.is_empty():
        return dict.fromkeys(names, 1.0)
    others = _draw(chosen["kind"].to_numpy(), sold, fit)
    options = np.column_stack([chosen["item_idx"].to_numpy(), others])  # the bought one first
    owned = _owned(before, held_out, fit.half_life_days)
    users = np.repeat(chosen["user_idx"].to_numpy(), options.shape[1])
    parts = [cosines(spaces[name], owned, users, options.ravel()) for name in names]
    values = np.nan_to_num(np.stack(parts, axis=-1)).reshape(*options.shape, len(names))

    def loss(weights: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        scores = values @ weights
        total = logsumexp(scores, axis=1)
        shares = np.exp(scores - total[:, None])
        gradient = np.einsum("no,nop->p", shares, values) - values[:, 0].sum(axis=0)
        value = float((total - scores[:, 0]).sum()) + fit.l2 * float(weights @ weights) / 2
        return value, gradient + fit.l2 * weights

    best = minimize(loss, np.ones(len(names)), jac=True, method="L-BFGS-B").x
    return {name: float(weight) for name, weight in zip(names, best, strict=True)}


def _draw(kinds: Positions, sold: pl.DataFrame, fit: StyleFit) -> Positions:
    """Draw items of the same kind, evenly and with repeats, `[n_rows, n_others]`."""
    codes = sold["kind"].to_numpy()
    start = np.searchsorted(codes, kinds)
    number = np.searchsorted(codes, kinds, side="right") - start
    draws = np.random.default_rng(fit.seed).random((len(kinds), fit.n_others))
    return np.asarray(
        sold["item_idx"].to_numpy()[start[:, None] + (draws * number[:, None]).astype(int)]
    )


def _owned(purchases: pl.DataFrame, day: int, half_life: float) -> pl.DataFrame:
    """Give `user_idx, item_idx, weight` of what was bought, by the age of the last time."""
    last = purchases.group_by("user_idx", "item_idx").agg(pl.col("day").max())
    weight = (0.5 ** ((day - 1 - pl.col("day")) / half_life)).cast(pl.Float32)
    return last.select("user_idx", "item_idx", weight.alias("weight"))


def _find(ascending: Positions, wanted: Positions) -> tuple[Positions, npt.NDArray[np.bool_]]:
    """Give where each value stands, and whether it is there."""
    at = np.searchsorted(ascending, wanted)
    there = at < len(ascending)
    there[there] = ascending[at[there]] == wanted[there]
    return at, there
