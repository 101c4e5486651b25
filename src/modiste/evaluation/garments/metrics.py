"""The figures of recognition, each as sums over garments, so that they can be taken of any part.

A figure is the mean over columns of a ratio of sums over rows: an accuracy has one column, a mean
over groups a column for each group, a macro recall one for each category that occurs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from modiste.evaluation.garments.answers import Floats, Said, Told, Whole

Numbers = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Ratio:
    """What a figure is computed of; columns without any weight are left out of its mean."""

    over: Numbers
    """`[n, n_columns]`."""
    under: Numbers
    """`[n, n_columns]`."""

    def value(self, weights: Numbers | None = None) -> Numbers:
        """Give the figure.

        Args:
            weights: How often each row counts `[n_draws, n]`; None: once.

        Returns:
            `[n_draws]`, or a single one; NaN where nothing is told.
        """
        weights = np.ones((1, len(self.over))) if weights is None else weights
        over, under = weights @ self.over, weights @ self.under
        ratios = np.divide(over, under, out=np.full_like(over, np.nan), where=under > 0)
        known = ~np.isnan(ratios)
        count = known.sum(axis=1)
        total = np.where(known, ratios, 0).sum(axis=1)
        means = np.divide(total, count, out=np.full(len(total), np.nan), where=count > 0)
        return np.asarray(means, np.float64)


def mean_of(values: npt.ArrayLike, rows: Truths) -> Ratio:
    """Give the mean of values over the rows of which something is told."""
    told = rows.astype(np.float64)
    numbers = np.where(rows, np.asarray(values, np.float64), 0.0)
    return Ratio(numbers[:, None], told[:, None])


def places_of(scores: Floats, true: Whole) -> Whole:
    """Give the place of the true position in each row's order of scores, from 1.

    Equal scores are placed by position, the lower first; a row of which nothing is told (-1) gets
    the last place.
    """
    rows, known = np.arange(len(scores)), true >= 0
    own = scores[rows, np.maximum(true, 0)][:, None]
    ties = (scores == own) & (np.arange(scores.shape[1]) < true[:, None])
    place = 1 + (scores > own).sum(axis=1) + ties.sum(axis=1)
    return np.asarray(np.where(known, place, scores.shape[1]), np.int64)


def category_figures(told: Told, said: Said) -> dict[str, Ratio]:
    """Give category top-1, 3, 5 and macro recall, the mean over categories of their top-1."""
    rows = told.categories >= 0
    if said.categories is None or not rows.any():
        return {}
    place = places_of(said.categories, told.categories)
    found = {f"category top-{k}": mean_of(place <= k, rows) for k in (1, 3, 5)}
    kinds = np.zeros((len(told), said.categories.shape[1]))
    kinds[np.flatnonzero(rows), told.categories[rows]] = 1
    return found | {"category macro recall": Ratio(kinds * (place == 1)[:, None], kinds)}


def group_figures(told: Told, said: Said) -> dict[str, Ratio]:
    """Give the accuracy of each attribute group, and the mean over groups."""
    found, over, under = {}, [], []
    for name, true in told.groups.items():
        rows = true >= 0
        if name not in said.groups or not rows.any():
            continue
        right = (places_of(said.groups[name], true) == 1) & rows
        found[f"attribute {name}"] = mean_of(right, rows)
        over.append(right)
        under.append(rows)
    if found:
        found["attributes, mean of groups"] = Ratio(
            np.stack(over, 1).astype(np.float64), np.stack(under, 1).astype(np.float64)
        )
    return found


def tag_figures(
    told: Told, said: Said, types: Mapping[str, Sequence[str]], ks: Sequence[int] = (3, 5)
) -> dict[str, Ratio]:
    """Give the recall of tags within the first k of each type, and of all.

    The scores of a garment are ranked, those of one type for a type's figure and all for the last;
    the recall is how many of its true tags are among the first k, over all garments together.

    Source: Liu et al., DeepFashion (CVPR 2016), section 5.1: top-k recall by ranking the 1,000
        scores. The paper does not say whether recall is taken over garments together or as a mean
        over attributes; it is taken over garments together here, the mean is a figure of its own.
    """
    if said.tags is None or not (told.tags == 1).any():
        return {}
    found: dict[str, Ratio] = {}
    first = 0
    spans = {}
    for kind, names in types.items():
        spans[kind] = slice(first, first + len(names))
        first += len(names)
    spans["all"] = slice(0, first)
    for kind, span in spans.items():
        has = told.tags[:, span] == 1
        if not has.any():
            continue
        for k in ks:
            among = _first(said.tags[:, span], k)
            over, under = (has & among).sum(axis=1), has.sum(axis=1)
            found[f"tags {kind} recall@{k}"] = Ratio(
                over[:, None].astype(np.float64), under[:, None].astype(np.float64)
            )
            if kind == "all":
                per_tag = Ratio((has & among).astype(np.float64), has.astype(np.float64))
                found[f"tags all recall@{k}, mean of attributes"] = per_tag
    return found


def _first(scores: Floats, k: int) -> Truths:
    """Mark the first k of each row; equal scores by position."""
    k = min(k, scores.shape[1])
    order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    among = np.zeros(scores.shape, bool)
    np.put_along_axis(among, order, values=True, axis=1)
    return among


def overlaps(one: Floats, other: Floats) -> Numbers:
    """Give intersection over union of boxes in pairs `[n]`; 0 for a box without area."""
    low = np.maximum(one[:, :2], other[:, :2])
    high = np.minimum(one[:, 2:], other[:, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=1)
    union = _area(one) + _area(other) - shared
    ratios = np.divide(shared, union, out=np.zeros(len(one)), where=union > 0, dtype=np.float64)
    return np.asarray(ratios, np.float64)


def _area(boxes: Floats) -> Floats:
    return np.asarray(np.clip(boxes[:, 2:] - boxes[:, :2], 0, None).prod(axis=1), np.float32)


def box_figures(told: Told, said: Said) -> dict[str, Ratio]:
    """Give the boxes' mean intersection over union, and the share above 0.5 and 0.75."""
    rows = np.asarray(~np.isnan(told.boxes).any(axis=1))
    if said.boxes is None or not rows.any():
        return {}
    shared = overlaps(np.nan_to_num(told.boxes), np.nan_to_num(said.boxes))
    return {
        "box mean IoU": mean_of(shared, rows),
        "box IoU above 0.5": mean_of(shared > 0.5, rows),
        "box IoU above 0.75": mean_of(shared > 0.75, rows),
    }


def landmark_figures(told: Told, said: Said) -> dict[str, Ratio]:
    """Give the landmarks' mean distance in sizes of the picture: of all in it, of those visible.

    x counts in widths and y in heights of the picture, as in DeepFashion.
    """
    if said.landmarks is None or not told.landmarks.size:
        return {}
    seen = np.nan_to_num(told.landmarks[..., 2])
    apart = np.nan_to_num(told.landmarks[..., :2]) - np.nan_to_num(said.landmarks[..., :2])
    distance = np.sqrt((apart.astype(np.float64) ** 2).sum(axis=-1))
    found = {}
    for name, rows in (
        ("landmarks mean error", seen > 0),
        ("landmarks mean error, visible", seen > 0.75),
    ):
        if rows.any():
            over, under = (distance * rows).sum(axis=1), rows.sum(axis=1)
            found[name] = Ratio(over[:, None], under[:, None].astype(np.float64))
    return found


def all_figures(told: Told, said: Said, types: Mapping[str, Sequence[str]]) -> dict[str, Ratio]:
    """Give every figure of which something is both told and said, in the order of a table."""
    return (
        category_figures(told, said)
        | group_figures(told, said)
        | tag_figures(told, said, types)
        | box_figures(told, said)
        | landmark_figures(told, said)
    )
