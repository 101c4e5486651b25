"""Multinomial regression whose word about an item comes from other products alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from modiste.garments.audit.evidence import Evidence, Floats, Whole

N_FOLDS = 5
EPOCHS = 8
LEAST_STEPS = 200
"""Small shops are gone through more often."""
BATCH = 512
RATE = 0.02
DECAY = 0.1
_BLOCK = 1 << 13


def product_folds(groups: Whole) -> Whole:
    """Give each item's fold, `[n_items]`: items of one group are in the same one.

    Args:
        groups: Number of each item's group, such as its product.
    """
    mixed = groups.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return ((mixed >> np.uint64(40)) % np.uint64(N_FOLDS)).astype(np.int64)


def predict_unseen(
    evidence: Evidence,
    labels: Whole,
    n_classes: int,
    folds: Whole,
    *,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> Floats:
    """Say of each item how likely each class is, by a model that never saw its product.

    Args:
        evidence: What is known of the items.
        labels: Class of each item, `[n_items]`; -1: not known, learned from by nobody.
        n_classes: Classes.
        folds: Fold of each item; its model learned from the other folds.
        seed: Of the order in which items are learned from.
        progress: Told the share done.

    Returns:
        `[n_items, n_classes]`, rows sum to 1.
    """
    found = np.empty((len(labels), n_classes), np.float32)
    for fold in range(N_FOLDS):
        rows = np.flatnonzero((folds != fold) & (labels >= 0))
        model = fit_softmax(evidence, labels, rows, n_classes, np.random.default_rng((seed, fold)))
        asked = np.flatnonzero(folds == fold)
        for start in range(0, len(asked), _BLOCK):
            block = asked[start : start + _BLOCK]
            found[block] = model.probabilities(evidence, block)
        if progress:
            progress((fold + 1) / N_FOLDS)
    return found


@dataclass
class Softmax:
    """Weights of a multinomial regression."""

    dense: Floats
    """`[dim, n_classes]`."""
    words: Floats
    """`[n_words, n_classes]`."""
    bias: Floats
    """`[n_classes]`."""

    def probabilities(self, evidence: Evidence, rows: Whole) -> Floats:
        """Give `[n_rows, n_classes]`."""
        scores = evidence.dense[rows] @ self.dense + self.bias
        scores += evidence.words[rows] @ self.words
        scores -= scores.max(axis=1, keepdims=True)
        odds: Floats = np.exp(scores)
        odds /= odds.sum(axis=1, keepdims=True)
        return odds


def fit_softmax(
    evidence: Evidence, labels: Whole, rows: Whole, n_classes: int, rng: np.random.Generator
) -> Softmax:
    """Fit on some items: small batches, Adam, a rate that falls to nothing.

    Source: Kingma and Ba, "Adam: a method for stochastic optimization", 2015; weight decay as in
        Loshchilov and Hutter, "Decoupled weight decay regularization", 2019.
    """
    shares = np.bincount(labels[rows], minlength=n_classes) + 1.0
    model = Softmax(
        np.zeros((evidence.dense.shape[1], n_classes), np.float32),
        np.zeros((evidence.words.shape[1], n_classes), np.float32),
        np.log(shares / shares.sum()).astype(np.float32),
    )
    weights = (model.dense, model.words, model.bias)
    means = [np.zeros_like(one) for one in weights]
    squares = [np.zeros_like(one) for one in weights]
    n_batches = -(-len(rows) // BATCH)
    epochs = max(EPOCHS, -(-LEAST_STEPS // max(n_batches, 1)))
    n_steps = epochs * n_batches
    step = 0
    for _ in range(epochs):
        order = rng.permutation(rows)
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            error = model.probabilities(evidence, batch)
            error[np.arange(len(batch)), labels[batch]] -= 1
            error /= len(batch)
            slopes = (
                evidence.dense[batch].T @ error,
                evidence.words[batch].T @ error,
                error.sum(axis=0),
            )
            step += 1
            rate = np.float32(RATE * 0.5 * (1 + np.cos(np.pi * step / n_steps)))
            bend = np.float32(np.sqrt(1 - 0.999**step) / (1 - 0.9**step))
            for weight, slope, mean, square in zip(weights, slopes, means, squares, strict=True):
                mean += np.float32(0.1) * (slope - mean)
                square += np.float32(0.001) * (slope * slope - square)
                weight -= rate * (bend * mean / (np.sqrt(square) + np.float32(1e-8)))
                weight *= 1 - rate * np.float32(DECAY)
    return model
