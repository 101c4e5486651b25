"""Values that are likely wrong, and values that are missing: each judged by other products."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from modiste.garments.audit.evidence import Floats, Whole

Mask = npt.NDArray[np.bool_]

ABSENT = ("", "unknown", "undefined", "unspecified", "not set", "n/a", "na", "none", "null", "-")
"""Texts, in lower case, that stand for a missing value."""
FEWEST = 10
"""Values of fewer items are neither judged nor suggested: too little is known of them."""
CERTAIN = 0.9
"""A value is called wrong where another one has at least this chance beside it."""
PRECISION = 0.9
"""A missing value is suggested where so many of the known ones predicted as surely were right."""
_LEAST_CHECKED = 50


@dataclass(frozen=True)
class Classes:
    """An attribute's values as numbers."""

    values: tuple[str, ...]
    """Those of at least `FEWEST` items, by text."""
    labels: Whole
    """Position in `values`, `[n_items]`, -1: missing or rare."""
    missing: Mask
    """Whether an item has no value, `[n_items]`."""


def read_classes(column: pl.Series) -> Classes:
    """Number an attribute's values.

    Args:
        column: The attribute as text, `[n_items]`.
    """
    plain = column.fill_null("").str.strip_chars()
    missing = plain.str.to_lowercase().is_in(ABSENT)
    counts = plain.filter(~missing).value_counts().filter(pl.col("count") >= FEWEST)
    values = counts.get_column(column.name).sort().to_list()
    places = pl.Series(range(len(values)), dtype=pl.Int64)
    labels = plain.replace_strict(pl.Series(values, dtype=pl.String), places, default=-1)
    return Classes(tuple(values), labels.to_numpy().astype(np.int64), missing.to_numpy())


@dataclass(frozen=True)
class Judged:
    """What is likelier than what is given, item by item; all `[n_found]`."""

    rows: Whole
    """Items."""
    suggested: Whole
    """Class that is likelier."""
    probability: Floats
    """Its chance; for a wrong value its chance against the given one's."""


def find_wrong(
    chances: Floats, labels: Whole, known: Mask, certain: float = CERTAIN
) -> tuple[Judged, Floats]:
    """Find items whose value is likely wrong.

    A value is suspect where another one is likelier, and as likely as it is on average for those
    that carry it. Of two values that look alike none is as likely as the other's average.

    Args:
        chances: Of each class, `[n_items, n_classes]`, by a model that never saw the item.
        labels: Class of each item, -1: not known.
        known: Whether there is anything to judge an item by.
        certain: Least chance of the other value against the given one.

    Returns:
        What was found, surest first, and each class's mean chance where it is given, `[n_classes]`.

    Source: Northcutt, Jiang and Chuang, "Confident learning: estimating uncertainty in dataset
        labels", Journal of Artificial Intelligence Research 70 (2021), equations 1 and 2.
    """
    rows = np.flatnonzero((labels >= 0) & known)
    given = labels[rows]
    own = chances[rows, given]
    n_classes = chances.shape[1]
    counts = np.bincount(given, minlength=n_classes)
    usual = np.bincount(given, own, n_classes) / np.maximum(counts, 1)
    best = chances[rows].argmax(axis=1)
    top = chances[rows, best]
    against = top / np.maximum(top + own, 1e-12)
    suspect = (best != given) & (top >= usual[best]) & (against >= certain)
    found = np.flatnonzero(suspect)
    found = found[np.lexsort((rows[found], -against[found]))]
    judged = Judged(rows[found], best[found], against[found].astype(np.float32))
    return judged, usual.astype(np.float32)


def least_chance(chances: Floats, labels: Whole, known: Mask) -> tuple[float, float] | None:
    """Find the chance from which on predictions of known values are right often enough.

    Returns:
        The lowest chance with at least `PRECISION` of those above it right, and how many were
        right; None where no chance is high enough, or fewer than 50 items could be checked.
    """
    rows = np.flatnonzero((labels >= 0) & known)
    best = chances[rows].argmax(axis=1)
    top = chances[rows, best]
    order = np.argsort(-top, kind="stable")
    right = np.cumsum(best[order] == labels[rows][order]) / np.arange(1, len(rows) + 1)
    enough = np.flatnonzero((right >= PRECISION) & (np.arange(len(rows)) >= _LEAST_CHECKED - 1))
    if not len(enough):
        return None
    last = int(enough[-1])
    return float(top[order][last]), float(right[last])


def fill_missing(chances: Floats, missing: Mask, known: Mask, least: float) -> Judged:
    """Suggest values for items that have none, the surest first.

    Args:
        chances: Of each class, `[n_items, n_classes]`, by a model that never saw the product.
        missing: Which items have no value.
        known: Whether there is anything to judge an item by.
        least: Lowest chance that is worth a suggestion, see `least_chance`.
    """
    rows = np.flatnonzero(missing & known)
    best = chances[rows].argmax(axis=1)
    top = chances[rows, best]
    found = np.flatnonzero(top >= least)
    found = found[np.lexsort((rows[found], -top[found]))]
    return Judged(rows[found], best[found], top[found])
