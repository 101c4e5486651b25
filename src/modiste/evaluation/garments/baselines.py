"""What is said without looking at a picture: the commonest label, the middle box."""

from __future__ import annotations

import numpy as np

from modiste.data.garments.labels import Vocabulary
from modiste.evaluation.garments.answers import Floats, Said, Told, Whole

MAJORITY, MEDIAN = "majority and mean", "median box"


def without_looking(learnt: Told, n: int, words: Vocabulary) -> dict[str, Said]:
    """Say the same of every garment, learnt from the labels of the training part alone.

    Args:
        learnt: The training part.
        n: Garments to say it of.
        words: The vocabulary.

    Returns:
        `MAJORITY`: categories, values and tags by how often they occur, the mean box, the mean of
        each landmark; `MEDIAN`: the box of the median sides.
    """
    categories = None
    if (learnt.categories >= 0).any():
        categories = _repeated(_shares(learnt.categories, len(words.categories)), n)
    groups = {
        name: _repeated(_shares(true, len(words.groups[name])), n)
        for name, true in learnt.groups.items()
        if (true >= 0).any()
    }
    tags = None
    if (known := (learnt.tags >= 0).any(axis=1)).any():
        tags = _repeated((learnt.tags[known] == 1).mean(axis=0), n)
    boxes = learnt.boxes[~np.isnan(learnt.boxes).any(axis=1)]
    mean = _repeated(boxes.mean(axis=0), n) if len(boxes) else None
    median = _repeated(np.median(boxes, axis=0), n) if len(boxes) else None
    landmarks = None
    if learnt.landmarks.size:
        there = np.nan_to_num(learnt.landmarks[..., 2]) > 0
        sums = (np.nan_to_num(learnt.landmarks[..., :2]) * there[..., None]).sum(axis=0)
        counts = there.sum(axis=0)[:, None]
        middle = np.divide(sums, counts, out=np.full(sums.shape, 0.5), where=counts > 0)
        landmarks = _repeated(middle, n)
    return {
        MAJORITY: Said(categories, groups, tags, mean, landmarks),
        **({MEDIAN: Said(boxes=median)} if median is not None else {}),
    }


def _shares(true: Whole, size: int) -> Floats:
    counts = np.bincount(true[true >= 0], minlength=size)
    return np.asarray(counts / counts.sum(), np.float32)


def _repeated(row: np.ndarray, n: int) -> Floats:
    return np.broadcast_to(row.astype(np.float32), (n, *row.shape))
