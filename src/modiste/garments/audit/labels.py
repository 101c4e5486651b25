"""Values that are likely wrong, and values that are missing: each judged by other products."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from modiste.garments.audit.evidence import Evidence, Floats, Whole

Mask = npt.NDArray[np.bool_]

ABSENT = ("", "unknown", "undefined", "unspecified", "not set", "n/a", "na", "none", "null", "-")
"""Texts, in lower case, that stand for a missing value."""
COLOUR = "colour"
FEWEST = 10
"""Values of fewer items are neither judged nor suggested: too little is known of them."""
ASSUMED = 0.05
"""Share of values that are taken to be wrong before anything is looked at."""
CERTAIN = 0.5
"""A value is called wrong, or suggested, where that is at least so likely."""
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
    """Of a wrong value the chance that it is wrong, of a missing one the suggestion's."""


def judged_by(evidence: Evidence, attribute: str) -> Mask:
    """Say which items an attribute is judged and learned of, `[n_items]`.

    Colours are told by pictures: an item without one is left out, unless the shop has none at all.
    """
    pictured = evidence.pictured
    return pictured if attribute == COLOUR and pictured.any() else evidence.known


def find_wrong(chances: Floats, labels: Whole, known: Mask, certain: float = CERTAIN) -> Judged:
    """Find items whose value is likely wrong.

    A wrong value is taken to be any value, each as often as the catalogue has it; a right one is as
    likely as other products say. Where another value is likeliest, Bayes' rule gives the chance
    that the given one is wrong, if `ASSUMED` of all are.

    Args:
        chances: Of each class, `[n_items, n_classes]`, by a model that never saw the item.
        labels: Class of each item, -1: not known.
        known: Whether there is anything to judge an item by.
        certain: Least chance that a value is wrong.

    Returns:
        What was found, the surest first.

    Source: chances from outside the sample as in Northcutt, Jiang and Chuang, "Confident learning:
        estimating uncertainty in dataset labels", Journal of Artificial Intelligence Research 70
        (2021). Their threshold by class is not used: it found fewer of the planted faults.
    """
    rows = np.flatnonzero((labels >= 0) & known)
    given = labels[rows]
    counts = np.bincount(given, minlength=chances.shape[1])
    by_mistake = ASSUMED * counts[given] / max(len(rows), 1)
    wrong = by_mistake / (by_mistake + (1 - ASSUMED) * chances[rows, given])
    best = chances[rows].argmax(axis=1)
    found = np.flatnonzero((best != given) & (wrong >= certain))
    found = found[np.lexsort((rows[found], -wrong[found]))]
    return Judged(rows[found], best[found], wrong[found].astype(np.float32))


def least_chance(chances: Floats, labels: Whole, known: Mask) -> tuple[float, float] | None:
    """Find the chance from which on predictions of known values are right often enough.

    Returns:
        The lowest chance with at least `PRECISION` of those above it right, and the share that
        was; None where no chance is high enough, or fewer than 50 items could be checked.
    """
    rows = np.flatnonzero((labels >= 0) & known)
    best = chances[rows].argmax(axis=1)
    top = chances[rows, best]
    order = np.argsort(-top, kind="stable")
    right = np.cumsum(best[order] == labels[rows][order]) / np.arange(1, len(rows) + 1)
    # Many sure ones would carry unsure ones along: each is likelier right than wrong as well.
    fit = (right >= PRECISION) & (top[order] >= CERTAIN)
    enough = np.flatnonzero(fit & (np.arange(len(rows)) >= _LEAST_CHECKED - 1))
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
