"""How well predictions meet what is told of pictures: what is watched while learning."""

from __future__ import annotations

import numpy as np

from modiste.garments.answers import Predictions
from modiste.garments.targets import Floats, Targets


def watch(predictions: Predictions, targets: Targets) -> dict[str, float]:
    """Give a few figures, each where something is told; all but `landmarks` are better high.

    Returns:
        `category` (share of right first ones), `kinds` (their mean over the categories that occur),
        `attributes` (mean over groups of the share of right ones), `tags` (share of true ones among
        the three likeliest), `box` (mean intersection over union), `landmarks` (mean distance in
        shares of the picture, of those in it), `presence` (share of right ones at one half).
    """
    found: dict[str, float] = {}
    if predictions.categories is not None and (known := targets.categories >= 0).any():
        true = targets.categories[known]
        right = predictions.categories[known].argmax(-1) == true
        n_right, n_all = np.bincount(true, right), np.bincount(true)
        found["category"] = float(right.mean())
        found["kinds"] = float((n_right[n_all > 0] / n_all[n_all > 0]).mean())
    shares = []
    for place, given in enumerate(predictions.groups.values()):
        known = targets.groups[..., place] >= 0
        if known.any():
            right = given[known].argmax(-1) == targets.groups[known][:, place]
            shares.append(float(right.mean()))
    if shares:
        found["attributes"] = float(np.mean(shares))
    if predictions.tags is not None and (known := (targets.tags == 1).any(-1)).any():
        first = np.argsort(-predictions.tags[known], axis=-1)[:, :3]
        true = targets.tags[known] == 1
        found["tags"] = float(np.take_along_axis(true, first, 1).sum() / true.sum())
    if predictions.boxes is not None and (known := ~np.isnan(targets.boxes[..., 0])).any():
        found["box"] = float(overlaps(predictions.boxes[known], targets.boxes[known]).mean())
    if predictions.landmarks is not None and (there := targets.landmarks[..., 2] > 0).any():
        apart = predictions.landmarks[there][:, :2] - targets.landmarks[there][:, :2]
        found["landmarks"] = float(np.hypot(*apart.T).mean())
    known = ~np.isnan(targets.presence)
    if known.any():
        right = (predictions.presence[known] >= 0.5) == (targets.presence[known] == 1)
        found["presence"] = float(right.mean())
    return found


def score(figures: dict[str, float]) -> float:
    """Give one number of figures, higher is better, to choose an epoch by: a figure a head."""
    good = [figures[name] for name in ("attributes", "tags", "box") if name in figures]
    if "category" in figures:  # the mean over kinds alone is a toss where few pictures are watched
        good.append((figures["category"] + figures["kinds"]) / 2)
    if "landmarks" in figures:
        good.append(1 - figures["landmarks"])
    return float(np.mean(good)) if good else figures.get("presence", 0.0)


def overlaps(one: Floats, other: Floats) -> Floats:
    """Give the intersection over union of boxes `[n, 4]`, row by row."""
    low, high = np.maximum(one[:, :2], other[:, :2]), np.minimum(one[:, 2:], other[:, 2:])
    shared = np.clip(high - low, 0, None).prod(1)
    union = _area(one) + _area(other) - shared
    share: Floats = shared / np.maximum(union, np.finfo(np.float32).tiny)
    return share


def choose_threshold(presence: Floats, there: Floats) -> float:
    """Give the probability that best parts what is there from what is not.

    The middle between the two neighbours where the mean of both shares of right ones is highest;
    one half where only one of the two occurs.

    Args:
        presence: `[n]`, probabilities.
        there: `[n]`: 1 there, 0 not, NaN unknown.
    """
    true, false = np.sort(presence[there == 1]), np.sort(presence[there == 0])
    if not len(true) or not len(false):
        return 0.5
    edges = np.unique(np.concatenate([true, false]))
    middles = (edges[1:] + edges[:-1]) / 2
    if not len(middles):
        return 0.5
    kept = 1 - np.searchsorted(true, middles) / len(true)
    refused = np.searchsorted(false, middles) / len(false)
    both = kept + refused
    best = np.flatnonzero(both == both.max())
    return float((middles[best[0]] + middles[best[-1]]) / 2)


def _area(boxes: Floats) -> Floats:
    area: Floats = np.clip(boxes[:, 2:] - boxes[:, :2], 0, None).prod(1)
    return area
