"""The next week of kinds, colours and departments, as a multiple of what they sold lately.

Few series have few weeks: how a week compares with the eight before it is learned from all of them
together, whatever their size.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from modiste.demand.panel import YEAR
from modiste.demand.trees import Trees, fit_trees

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
_LATELY = 8
_CALM = 0.5
"""Pieces a week added to both sides of a ratio: few pieces rise by chance."""
_COLUMNS = ("last", "last_2", "last_4", "last_13", "last_52", "year_1", "year_2", "size")


def usual(counts: Floats, week: int) -> Doubles:
    """Give the mean of the eight weeks before a week, and a little; `[n_series]`."""
    past = counts[:, max(0, week - _LATELY) : week]
    return np.asarray(past.sum(axis=1) / max(1, past.shape[1]) + _CALM, np.float64)


def next_week(counts: Floats, trees: Trees, n_weeks: int) -> Doubles:
    """Foresee the week after some series, `[n_series]`.

    Args:
        counts: Weekly sales, `[n_series, n_history]`.
        trees: The trees.
        n_weeks: Weeks that are learned from, the newest.
    """
    last = counts.shape[1]
    first = max(min(_LATELY, last - 1), last - n_weeks, 1)
    weeks = range(first, last)
    base = usual(counts, last)
    if not weeks:
        return base - _CALM
    values = np.concatenate([_describe(counts, week) for week in weeks])
    labels = np.concatenate([counts[:, week] for week in weeks])
    bases = np.concatenate([usual(counts, week) for week in weeks])
    forest = fit_trees(trees, "poisson", values, labels, _COLUMNS, bases=bases)
    return forest.predict(_describe(counts, last), bases=base)


def _describe(counts: Floats, week: int) -> Floats:
    base = usual(counts, week)
    past = counts[:, :week]
    spans = [past[:, max(0, week - span) :].mean(axis=1) for span in (1, 2, 4, 13, 52)]
    years = [_year(past, 1), _year(past, 2)]
    return np.column_stack([*(one / base for one in spans), *years, np.log(base)]).astype(
        np.float32
    )


def _year(past: Floats, n_ahead: int) -> Doubles:
    """How the same weeks of last year compared with the eight before them; NaN: not known."""
    start = past.shape[1] - YEAR
    if start < _LATELY:
        return np.full(len(past), np.nan)
    ahead = past[:, start : start + n_ahead].mean(axis=1)
    before = past[:, start - _LATELY : start].mean(axis=1)
    return np.asarray((ahead + _CALM) / (before + _CALM), np.float64)
