"""What an article that never sold would sell: its kind's launches, and its look-alikes'."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from modiste.data import Dataset
from modiste.demand.panel import Panel
from modiste.engine import collect, vector_matrix

Doubles = npt.NDArray[np.float64]
FIRST_WEEKS = 4
"""A launch is judged by so many weeks from the first sale."""
RECENT_WEEKS = 52
"""Launches so long ago count."""
N_NEIGHBOURS = 10
_PRIOR = 5.0
"""Launches of the larger group that count beside the own ones."""
_SHARPNESS = 4
"""Power of the cosine that a look-alike counts by."""
_AT_ONCE = 4096


def expected_when_new(panel: Panel, shop: Dataset) -> Doubles:
    """Give the weekly sales of items that never sold, for the time when they are offered.

    The mean of launches of the item's department is drawn towards that of its kind, that one
    towards all launches'; where there are vectors of pictures, the mean of the nearest launched
    items is drawn towards this.

    Returns:
        Pieces a week, `[n_items]`; NaN for items that sold.
    """
    sold = panel.counts > 0
    ever = np.asarray(sold.any(axis=1))
    first = np.where(ever, sold.argmax(axis=1), panel.n_weeks)
    recent = ever & (first >= max(1, panel.n_weeks - RECENT_WEEKS))
    launched = np.flatnonzero(recent if recent.any() else ever)
    if not launched.size:
        return np.where(ever, np.nan, 0.0)
    reach = first[launched, None] + np.arange(FIRST_WEEKS)
    within = reach < panel.n_weeks
    pieces = panel.counts[launched[:, None], np.minimum(reach, panel.n_weeks - 1)] * within
    rate = pieces.sum(axis=1) / within.sum(axis=1)
    expected = np.full(len(ever), float(rate.mean()))
    for part in ("kind", "department"):
        if part in panel.parts:
            codes = panel.parts[part]
            n_parts = int(codes.max()) + 1
            total = np.bincount(codes[launched], rate, n_parts)
            number = np.bincount(codes[launched], minlength=n_parts)
            expected = (total[codes] + _PRIOR * expected) / (number[codes] + _PRIOR)
    expected = _by_looks(shop, np.flatnonzero(~ever), launched, rate, expected)
    return np.where(ever, np.nan, expected)


def _by_looks(
    shop: Dataset,
    new: npt.NDArray[np.int64],
    launched: npt.NDArray[np.int64],
    rate: npt.NDArray[np.floating],
    expected: Doubles,
) -> Doubles:
    """Draw the launches of look-alikes towards the cohort's mean."""
    if "pictures" not in shop.item_vectors or not len(new):
        return expected
    rows = collect(shop.item_vectors["pictures"]).sort("item_idx")
    seen = rows["item_idx"].to_numpy()
    vectors = vector_matrix(rows)
    _, known, place = np.intersect1d(launched, seen, return_indices=True)
    if not len(known):
        return expected
    asked, _, of_asked = np.intersect1d(new, seen, return_indices=True)
    others = vectors[place]
    k = min(N_NEIGHBOURS, len(known))
    expected = expected.copy()
    for start in range(0, len(asked), _AT_ONCE):
        block = of_asked[start : start + _AT_ONCE]
        alike = vectors[block] @ others.T  # [n_block, n_launched]
        near = np.argpartition(-alike, k - 1, axis=1)[:, :k]
        items = asked[start : start + _AT_ONCE]
        # Of two that are as near as it gets, one may still look like nothing of the kind.
        weight = np.clip(np.take_along_axis(alike, near, axis=1), 0, None) ** _SHARPNESS
        total = (weight * rate[known[near]]).sum(axis=1)
        expected[items] = (total + _PRIOR * expected[items]) / (weight.sum(axis=1) + _PRIOR)
    return expected
