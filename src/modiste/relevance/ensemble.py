"""Several models as one: each has its own draw of negatives, a dense layer weighs their scores.

Purchases are few beside what was not bought. Every model of an ensemble learns from all purchases
and from a draw of its own of the rest, so that together they see more of it than one model could.

Source: Elsayed, Brinkmeyer, Schmidt-Thieme, End-to-End Image-Based Fashion Recommendation, 2022, is
the model of each; ensembles over resampled negatives were published with an entry to H&M's contest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.linalg import block_diag
from scipy.optimize import minimize

from modiste.errors import InputError
from modiste.relevance.score import Dense, Relevance, Vectors

_PULL = 1e-3
"""How strongly weights are held together: models that differ by their draws alone deserve alike."""


def fit_weights(
    scores: npt.NDArray[np.floating], bought: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """Fit the dense layer: how much each model's score counts, never less than nothing.

    Args:
        scores: `[n_pairs, n_models]`, of held-out pairs.
        bought: `[n_pairs]`.

    Returns:
        Weights `[n_models]`: those that make bought or not most likely by a logistic curve.
    """
    n_models = scores.shape[1]
    given = np.asarray(scores, np.float64)
    signs = np.where(bought, 1.0, -1.0)
    counts = np.where(bought, 0.5 / max(1, bought.sum()), 0.5 / max(1, (~bought).sum()))

    def lost(values: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        weights, offset = values[:-1], values[-1]
        margin = signs * (given @ weights + offset)
        apart = weights - weights.mean()
        slope = -counts * signs / (1 + np.exp(np.clip(margin, -500, 500)))
        gradient = np.append(given.T @ slope + 2 * _PULL * apart, slope.sum())
        total = float((counts * np.logaddexp(0, -margin)).sum() + _PULL * (apart**2).sum())
        return total, gradient

    begin = np.append(np.full(n_models, 1 / n_models), 0.0)
    bounds = [(0.0, None)] * n_models + [(None, None)]
    found = minimize(lost, begin, jac=True, bounds=bounds, method="L-BFGS-B")
    weights: npt.NDArray[np.float64] = found.x[:-1]
    return weights if weights.any() else begin[:-1]


def combine(models: Sequence[Relevance], weights: npt.NDArray[np.floating]) -> Relevance:
    """Make one model whose score is the weighted sum of several models' scores.

    Its vectors are theirs one behind the other, so it is stored, scored and searched like any.

    Args:
        models: Of one catalogue and one kind.
        weights: One each, 0 or more.

    Raises:
        InputError: If wardrobes weigh what was bought: each model weighs it otherwise.
    """
    first = models[0]
    if first.attends is not None:
        raise InputError(
            f"an ensemble of {len(models)} models with attention was asked for, their wardrobes "
            "cannot be made one: fit with attention = false, or one model"
        )
    scale = [np.float32(weight) for weight in weights]
    worn = [model.worn for model in models if model.worn is not None]
    users = [model.users for model in models if model.users is not None]
    made = {name: [model.looks[name] for model in models] for name in first.looks}
    if worn and "targets" in made:
        made.setdefault("worn", made["targets"])
    looks = {name: _joined(parts, scale, name) for name, parts in made.items()}
    parts = list(zip(models, scale, strict=True))
    return replace(
        first,
        targets=np.hstack([model.targets * weight for model, weight in parts]),
        popularity=np.sum([model.popularity * weight for model, weight in parts], axis=0),
        worn=np.hstack(worn) if worn else None,
        users=np.hstack(users) if users else None,
        unsold=float(sum(model.unsold * weight for model, weight in parts)),
        looks=looks,
        start={},
        figures=tuple(epoch for model in models for epoch in model.figures),
    )


def _joined(looks: Sequence[Dense], scale: Sequence[np.float32], name: str) -> Dense:
    """Lay layers side by side; what is scored is scaled, what is worn is not."""
    depth = len(looks[0].weights)
    if name == "popularity":
        return Dense(
            (
                np.sum(
                    [look.weights[0] * by for look, by in zip(looks, scale, strict=True)], axis=0
                ),
            ),
            (np.sum([look.biases[0] * by for look, by in zip(looks, scale, strict=True)], axis=0),),
            relu=False,
        )
    weights: list[Vectors] = []
    biases: list[Vectors] = []
    for layer in range(depth):
        # A ReLU lets a factor of 0 or more through: the last layer can be scaled before it.
        factors = (
            scale if name == "targets" and layer == depth - 1 else [np.float32(1)] * len(scale)
        )
        blocks = [look.weights[layer] * by for look, by in zip(looks, factors, strict=True)]
        weights.append(np.vstack(blocks) if layer == 0 else block_diag(*blocks))
        biases.append(
            np.concatenate(
                [look.biases[layer] * by for look, by in zip(looks, factors, strict=True)]
            )
        )
    return Dense(tuple(weights), tuple(biases), looks[0].relu)
