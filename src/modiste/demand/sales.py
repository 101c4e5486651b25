"""What every item will sell in a coming week: Poisson trees over weeks and parts of the shop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import Field

from modiste.component import component
from modiste.demand.panel import Floats, Panel, PanelFeatures, matrix
from modiste.demand.trees import Forest, Trees, fit_trees

Doubles = npt.NDArray[np.float64]
_FIRST_WEEK = 4
"""Weeks of history that the earliest week learned from has before it."""
_OFTEN = 3
"""Sales from which on an item's empty weeks are all learned from."""
_SHARES = (0.02, 0.2, 1.0)
"""Of the empty weeks: of items never sold, of those sold seldom, and of the others."""


@component
class SalesFit:
    """How the model of weekly sales is learned."""

    n_weeks: Annotated[int, Field(gt=0)] = 52
    """Weeks that are learned from, the newest."""
    max_rows: Annotated[int, Field(gt=0)] = 200_000
    """At most about so many rows; weeks without a sale are drawn and weighted where there are
    more."""
    held_out: Annotated[int, Field(ge=0)] = 4
    """Newest weeks by which the spread around the mean is judged; 0: as a Poisson's."""
    trees: Trees = Trees(n_trees=200, min_leaf_rows=300, l2=1.0)
    """The trees."""


@dataclass(frozen=True)
class SalesModel:
    """Expected sales of a week that lies some weeks ahead."""

    forest: Forest
    ahead: int
    """1: the week that begins at `as_of`."""
    dispersion: float
    """The variance of a week of mean m is m + dispersion · m²."""

    def predict(self, features: PanelFeatures, rows: npt.NDArray[np.int64]) -> Doubles:
        """Give the expected sales of items, `[n_rows]`, from all weeks of the panel."""
        columns = features.at(features.panel.n_weeks, rows)
        return self.forest.predict(matrix(columns))

    def quantile(self, mean: Doubles, level: float) -> Doubles:
        """Give the number of pieces that sales of a mean do not pass with a chance of `level`."""
        from scipy.stats import nbinom, poisson

        if self.dispersion <= 0:
            return np.asarray(poisson.ppf(level, mean), np.float64)
        size = 1 / self.dispersion
        return np.asarray(nbinom.ppf(level, size, size / (size + mean)), np.float64)


def fit_sales(features: PanelFeatures, fit: SalesFit, *, ahead: int = 1) -> SalesModel:
    """Fit the model of a week on the weeks of a panel.

    Rows are keys at weeks, with what was known before. All weeks with a sale are learned from; of
    the empty ones, a drawn share that counts for all.

    Args:
        features: The panel; only what lies before its `as_of` is in it.
        fit: How it is learned.
        ahead: Which week is predicted, 1: the next.
    """
    panel = features.panel
    last = panel.n_weeks - ahead
    first = max(min(_FIRST_WEEK, last), last + 1 - fit.n_weeks)
    weeks = list(range(max(first, 1), last + 1))
    if not weeks:
        return SalesModel(Forest("", float(panel.counts.mean() or 0.0)), ahead, 0.0)
    rng = np.random.default_rng([fit.trees.seed, ahead])
    parts = [_draw(panel, week, ahead, fit.max_rows // len(weeks), rng) for week in weeks]
    described = [features.at(week, rows) for week, (rows, _) in zip(weeks, parts, strict=True)]
    columns = list(described[0])
    values = [matrix(one) for one in described]
    labels = [
        panel.counts[rows, week + ahead - 1] for week, (rows, _) in zip(weeks, parts, strict=True)
    ]
    weights = [weight for _, weight in parts]

    def fitted(n: int) -> Forest:
        return fit_trees(
            fit.trees,
            "poisson",
            np.concatenate(values[:n]),
            np.concatenate(labels[:n]),
            columns,
            np.concatenate(weights[:n]),
        )

    dispersion = 0.0
    older = len(weeks) - fit.held_out
    if 0 < older < len(weeks):
        earlier = fitted(older)
        mean = earlier.predict(np.concatenate(values[older:]))
        dispersion = _dispersion(
            np.concatenate(labels[older:]), mean, np.concatenate(weights[older:])
        )
    return SalesModel(fitted(len(weeks)), ahead, dispersion)


def _draw(
    panel: Panel, week: int, ahead: int, most: int, rng: np.random.Generator
) -> tuple[npt.NDArray[np.int64], Floats]:
    """Choose the keys of a week: those that sell, and some of the others, with weights."""
    before = panel.counts[:, :week].sum(axis=1)
    sells = panel.counts[:, week + ahead - 1] > 0
    share = np.select([before == 0, before < _OFTEN], _SHARES[:2], _SHARES[2])
    # Where a shop is small all of it is read.
    share = np.clip(share * max(1.0, 2_000 / max(1, len(before))), 0, 1)
    wanted = float(share[~sells].sum())
    share *= min(1.0, max(1, most - sells.sum()) / max(1.0, wanted))
    kept = sells | (rng.random(len(before)) < share)
    rows = np.flatnonzero(kept)
    weights = np.where(sells[rows], 1.0, 1 / np.maximum(share[rows], 1e-9))
    return rows, weights.astype(np.float32)


def _dispersion(sold: Floats, mean: Doubles, weights: Floats) -> float:
    """Estimate by moments how much wider than a Poisson the sales are around their means."""
    above = weights * ((sold - mean) ** 2 - mean)
    return max(0.0, float(above.sum() / max(1e-9, (weights * mean**2).sum())))
