"""How sure a figure is, and how honest a probability."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from modiste.evaluation.garments.answers import Floats, Told, Whole
from modiste.evaluation.garments.metrics import Numbers, Ratio, places_of

N_RESAMPLES = 1000
LEVEL = 0.95
_CELLS = 4_000_000
BINS = 10


def intervals(
    figures: Mapping[str, Ratio], products: Whole, rng: np.random.Generator
) -> dict[str, tuple[float, float]]:
    """Give each figure's bootstrap interval by resampling products.

    Pictures of one product resemble each other, so they are drawn together.

    Args:
        figures: By name.
        products: Which product each row is of `[n]`.
        rng: Source of randomness.

    Returns:
        Lower and upper end of the middle 95 % of the resamples; NaN for fewer than two products.

    Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), section 13.3.
    """
    n_products = int(products.max()) + 1 if len(products) else 0
    if n_products < 2:
        return dict.fromkeys(figures, (float("nan"), float("nan")))
    size = max(1, _CELLS // max(n_products, len(products)))
    draws: dict[str, list[Numbers]] = {name: [] for name in figures}
    for start in range(0, N_RESAMPLES, size):
        count = min(size, N_RESAMPLES - start)
        drawn = rng.multinomial(n_products, np.full(n_products, 1 / n_products), size=count)
        weights = drawn[:, products].astype(np.float64)
        for name, figure in figures.items():
            draws[name].append(figure.value(weights))
    tails = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    found = {}
    for name, parts in draws.items():
        values = np.concatenate(parts)
        values = values[~np.isnan(values)]
        low, high = np.quantile(values, tails) if len(values) else (np.nan, np.nan)
        found[name] = (float(low), float(high))
    return found


def calibration(scores: Floats, true: Whole) -> list[dict[str, float]]:
    """Compare what a probability promises with what comes true, in ten steps of it.

    Args:
        scores: Probabilities `[n, n_values]`.
        true: Positions `[n]`, -1 where not told.

    Returns:
        For each step that occurs `promised` (mean of the highest probability), `right` (share of
        right ones) and `n`.
    """
    rows = true >= 0
    if not rows.any():
        return []
    highest = scores[rows].max(axis=1).astype(np.float64)
    right = places_of(scores[rows], true[rows]) == 1
    step = np.minimum((highest * BINS).astype(np.int64), BINS - 1)
    n = np.bincount(step, minlength=BINS)
    promised = np.bincount(step, highest, minlength=BINS)
    came = np.bincount(step, right, minlength=BINS)
    return [
        {"promised": promised[at] / n[at], "right": came[at] / n[at], "n": int(n[at])}
        for at in np.flatnonzero(n)
    ]


def calibration_error(steps: list[dict[str, float]]) -> float | None:
    """Give the mean difference of promised and right, weighted by how often a step occurs."""
    total = sum(step["n"] for step in steps)
    if not total:
        return None
    return sum(abs(step["promised"] - step["right"]) * step["n"] for step in steps) / total


def confusion(scores: Floats, told: Told) -> Whole:
    """Count garments by told and said category `[n_categories, n_categories]`, told first."""
    rows = told.categories >= 0
    size = scores.shape[1]
    said = scores[rows].argmax(axis=1)
    counts = np.bincount(told.categories[rows] * size + said, minlength=size * size)
    return np.asarray(counts.reshape(size, size), np.int64)
