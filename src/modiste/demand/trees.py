"""Small LightGBM models, kept as LightGBM's own text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from modiste.component import component

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Objective = Literal["binary", "poisson"]
MAX_BINS = 63
"""Bins of a feature, as in the ranker."""


@component
class Trees:
    """Gradient boosted trees, few and shallow: what can be known of a week is little.

    Source: Ke et al., "LightGBM: a highly efficient gradient boosting decision tree", NIPS 2017.
    """

    n_trees: Annotated[int, Field(gt=0)] = 100
    """Boosting rounds."""
    n_leaves: Annotated[int, Field(gt=1)] = 8
    """Leaves of a tree."""
    learning_rate: Annotated[float, Field(gt=0)] = 0.05
    """Shrinkage of a tree."""
    min_leaf_rows: Annotated[int, Field(gt=0)] = 100
    """Least rows in a leaf."""
    feature_share: Annotated[float, Field(gt=0, le=1)] = 0.4
    """Share of the features drawn for each tree."""
    row_share: Annotated[float, Field(gt=0, le=1)] = 0.8
    """Share of the rows drawn for each tree."""
    l2: Annotated[float, Field(ge=0)] = 5.0
    """L2 penalty of the leaves."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Another seed, other draws."""
    threads: Annotated[int, Field(ge=0)] = 0
    """Threads; 0: all cores."""

    def parameters(self, objective: Objective, n_rows: int) -> dict[str, Any]:
        """Give the settings in LightGBM's words; a small table has smaller leaves."""
        return {
            "objective": objective,
            "num_leaves": self.n_leaves,
            "learning_rate": self.learning_rate,
            "min_data_in_leaf": max(1, min(self.min_leaf_rows, n_rows // 20)),
            "feature_fraction": self.feature_share,
            "bagging_fraction": self.row_share,
            "bagging_freq": 1,
            "lambda_l2": self.l2,
            "num_threads": self.threads,
            "seed": self.seed,
            "deterministic": True,
            "force_col_wise": True,
            "verbosity": -1,
            "max_bin": MAX_BINS,
        }


@dataclass(frozen=True)
class Forest:
    """Fitted trees."""

    text: str
    """The model as LightGBM writes it; empty: there was nothing to learn, `constant` is all."""
    constant: float = 0.0
    """What is predicted without trees."""

    def predict(self, values: Floats, bases: Doubles | None = None) -> Doubles:
        """Predict the mean of each row, `[n_rows, n_columns]` to `[n_rows]`.

        Args:
            values: The rows.
            bases: Of a model of multiples, what each row's is a multiple of.
        """
        if not self.text or not len(values):
            return np.full(len(values), self.constant)
        booster = _booster(self.text)
        if bases is None:
            return np.asarray(booster.predict(values), np.float64)
        return np.asarray(bases * np.exp(booster.predict(values, raw_score=True)), np.float64)


def fit_trees(
    settings: Trees,
    objective: Objective,
    values: Floats,
    labels: npt.NDArray[Any],
    columns: Sequence[str],
    weights: Floats | None = None,
    bases: Doubles | None = None,
) -> Forest:
    """Fit trees on rows.

    Args:
        settings: The hyper-parameters.
        objective: `binary` for chances, `poisson` for counts.
        values: `[n_rows, n_columns]`, NaN where unknown.
        labels: `[n_rows]`; 0 or 1 for `binary`, not negative for `poisson`.
        columns: Names of the columns.
        weights: How often each row counts, `[n_rows]`; None: once.
        bases: Of `poisson`: learn what multiple of these the labels are, `[n_rows]`.

    Returns:
        The trees; where all labels are alike, their value alone.
    """
    if not len(labels) or labels.min() == labels.max():
        return Forest("", float(labels[0]) if len(labels) else 0.0)
    import lightgbm

    data = lightgbm.Dataset(
        values,
        labels,
        weight=weights,
        init_score=None if bases is None else np.log(bases),
        feature_name=list(columns),
        params={"max_bin": MAX_BINS},
    )
    booster = lightgbm.train(
        settings.parameters(objective, len(labels)), data, num_boost_round=settings.n_trees
    )
    # By way of the text, so that a model that was stored predicts the same.
    return Forest(booster.model_to_string())


@lru_cache(maxsize=16)
def _booster(text: str) -> Any:
    import lightgbm

    return lightgbm.Booster(model_str=text)
