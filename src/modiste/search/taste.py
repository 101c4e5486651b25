"""Re-orders what was found by a user's taste, among what fits the query."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl

from modiste.data import Dataset
from modiste.engine import collect
from modiste.search.fusion import Positions, Scores
from modiste.search.space import Space, Spaces

HALF_LIFE = 180.0
"""Days after which a purchase counts half."""
WARDROBE = 50
"""Purchases looked at, the last ones."""
POOL = 4
"""So many times the asked number of hits are re-ordered; what fits the query less stays behind."""
SHARE = 0.35
"""How far taste moves an item: the best for the user gains this share of the first one's score."""

RankItems = Callable[[str, Sequence[str]], Sequence[float | None] | None]
"""Scores items by their ids for a user, see `modiste.release.rank_items`; None for an item or for
all: not known."""


def wardrobe(dataset: Dataset, user: str) -> pl.DataFrame | None:
    """Give what a user bought last: `item_idx, weight`, newest first; None: an unknown user.

    The weight halves every `HALF_LIFE` days before the user's last purchase.
    """
    known = collect(dataset.users.filter(nw.col("user_id") == user).select("user_idx"))
    if known.is_empty():
        return None
    rows = dataset.interactions.filter(nw.col("user_idx") == known.item(0, 0))
    bought = collect(rows.select("item_idx", "day")).group_by("item_idx").agg(pl.col("day").max())
    newest = bought.sort("day", "item_idx", descending=[True, False]).head(WARDROBE)
    age = (pl.col("day").max() - pl.col("day")).cast(pl.Float64)
    return newest.select("item_idx", (0.5 ** (age / HALF_LIFE)).alias("weight"))


def wardrobe_scores(
    owned: pl.DataFrame, items: Positions, spaces: Spaces
) -> npt.NDArray[np.float32] | None:
    """Compare items with the mean of what a user bought, weighted by age: `[len(items)]`.

    None: the shop has no vectors of what was bought.
    """
    spaced = [space for space in (spaces.pictures, spaces.words) if space is not None]
    found = [scores for space in spaced if (scores := _likeness(owned, items, space)) is not None]
    if owned.is_empty() or not found:
        return None
    mean: npt.NDArray[np.float32] = np.mean([_places(scores) for scores in found], axis=0)
    return mean


def ranker_scores(
    ranker: RankItems | None, user: str, item_ids: Sequence[str]
) -> npt.NDArray[np.float32] | None:
    """Score items by a release's ranker: `[len(item_ids)]`; None: it does not know the user."""
    found = None if ranker is None else ranker(user, item_ids)
    if found is None or all(score is None for score in found):
        return None
    scores = np.asarray([np.nan if score is None else score for score in found], np.float32)
    return np.where(np.isnan(scores), np.nanmin(scores), scores)


def reordered(
    scores: Scores, tastes: list[npt.NDArray[np.float32]]
) -> tuple[npt.NDArray[np.int64], Scores]:
    """Blend the query's scores with taste.

    Both are put on the way from 0 to 1, and taste adds at most `SHARE`: an item may pass those that
    fit the query a little better, never those that fit it much better.

    Args:
        scores: How well the items fit the query, best first, `[n]`.
        tastes: How well they fit the user, each `[n]`.

    Returns:
        The new order of the items, and their new scores in that order.
    """
    floor = min(0.0, float(scores[-1]))
    fit = (scores - floor) / max(float(scores[0]) - floor, 1e-9)
    liked = np.mean([_places(taste) for taste in tastes], axis=0)
    blended = (fit + SHARE * liked).astype(np.float32)
    order = np.lexsort((np.arange(len(scores)), -blended))
    return order, blended[order]


def _likeness(
    owned: pl.DataFrame, items: Positions, space: Space
) -> npt.NDArray[np.float32] | None:
    vectors = space.of(owned["item_idx"].to_numpy().astype(np.int64))
    mean = owned["weight"].to_numpy().astype(np.float32) @ vectors
    return space.cosines(mean, items) if mean.any() else None


def _places(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Give each value's place from 0 (the least) to 1 (the most); equal ones share theirs."""
    _, places = np.unique(values, return_inverse=True)
    found: npt.NDArray[np.float32] = (places / max(int(places.max(initial=0)), 1)).astype(
        np.float32
    )
    return found
