"""Logistic regression over columns of any size: what trees of little data leave unsaid.

Where little can be known a line errs otherwise than trees do, and the mean of both errs less.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from modiste.demand.calibration import chances

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
_RIDGE = 100.0
"""Penalty of a weight: the columns say much the same in different words."""
_REACH = 4.0
"""Standard deviations beyond which a value counts no more."""
_STEPS = 25
_CHUNK = 50_000
_EVEN = 1e-6


@dataclass(frozen=True)
class Logistic:
    """A fitted line; without columns it says 0 of every row."""

    centre: Doubles
    """Means of the columns on their scale of logarithms, `[n_columns]`."""
    spread: Doubles
    """Their standard deviations, `[n_columns]`."""
    weights: Doubles
    """The constant, a weight for each column, and one for its being unknown,
    `[1 + 2 * n_columns]`."""

    def logits(self, values: Floats) -> Doubles:
        """Give the logarithm of the odds of each row, `[n_rows, n_columns]` to `[n_rows]`."""
        found = np.zeros(len(values))
        if len(self.centre):
            for start in range(0, len(values), _CHUNK):
                chunk = slice(start, start + _CHUNK)
                found[chunk] = self._rows(values[chunk]) @ self.weights
        return found

    def _rows(self, values: Floats) -> Doubles:
        """Put values on a scale of standard deviations, unknown ones at the mean and marked."""
        unknown = np.isnan(values)
        scaled = (_signed_log(values) - self.centre) / self.spread
        known = np.where(unknown, 0.0, np.clip(scaled, -_REACH, _REACH))
        return np.column_stack([np.ones(len(values)), known, unknown])


def fit_logistic(values: Floats, labels: npt.NDArray[Any], weights: npt.NDArray[Any]) -> Logistic:
    """Fit the line by Newton's method, with a ridge.

    Args:
        values: `[n_rows, n_columns]`, NaN where unknown; their logarithms are taken, with the sign
            kept, since most are counts, days and money.
        labels: 0 or 1, `[n_rows]`.
        weights: How often each row counts, `[n_rows]`.

    Returns:
        The line; an empty one where all labels are alike.

    Source: le Cessie and van Houwelingen, "Ridge estimators in logistic regression", Applied
        Statistics 1992.
    """
    none = np.empty(0)
    if not len(labels) or labels.min() == labels.max():
        return Logistic(none, none, none)
    logs = _signed_log(values)
    known = ~np.isnan(logs)
    count = np.maximum(known.sum(axis=0), 1)
    centre = np.where(known, logs, 0.0).sum(axis=0) / count
    spread = np.sqrt(np.where(known, (logs - centre) ** 2, 0.0).sum(axis=0) / count) + _EVEN
    del logs, known
    happened, mass = labels.astype(np.float64), weights.astype(np.float64)
    rate = float(np.average(happened, weights=mass))
    n_weights = 1 + 2 * len(centre)
    found = np.zeros(n_weights)
    found[0] = np.log(rate / (1 - rate))
    ridge = np.full(n_weights, _RIDGE)
    ridge[0] = _EVEN
    before, step = np.inf, np.zeros(n_weights)
    for _ in range(_STEPS):
        line = Logistic(centre, spread, found)
        loss, slope, bend = float(ridge @ found**2) / 2, -ridge * found, np.diag(ridge)
        for start in range(0, len(values), _CHUNK):
            chunk = slice(start, start + _CHUNK)
            rows = line._rows(values[chunk])
            odds = rows @ found
            chance = chances(odds)
            loss += float(mass[chunk] @ (np.logaddexp(0, odds) - happened[chunk] * odds))
            slope += rows.T @ (mass[chunk] * (happened[chunk] - chance))
            bend += (rows * (mass[chunk] * chance * (1 - chance))[:, None]).T @ rows
        # Of what is rare a whole step may be too long.
        if loss > before:
            step = step / 2
            found = found - step
            continue
        before = loss
        step = np.asarray(np.linalg.solve(bend, slope), np.float64)
        found = found + step
        if np.abs(step).max() < _EVEN:
            break
    return Logistic(centre, spread, found)


def _signed_log(values: Floats) -> Doubles:
    wide = values.astype(np.float64)
    return np.asarray(np.sign(wide) * np.log1p(np.abs(wide)), np.float64)
