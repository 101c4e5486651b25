"""What a trial may choose: sizes of pools, past weeks, negatives, and how trees grow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from modiste.ranking.lightgbm import LightGbmRanker
from modiste.ranking.windows import Training

if TYPE_CHECKING:
    from optuna import Trial

_HALVINGS = 3
"""The smallest pool is the largest one halved so often."""


def largest(training: Training, n_windows: int) -> Training:
    """Give the settings that hold what any trial may choose.

    Args:
        training: The settings begun with.
        n_windows: Past weeks that there are, or that memory allows.
    """
    return replace(
        training,
        n_windows=max(1, n_windows),
        negatives_per_user=2 * training.negatives_per_user,
        pool_size=2 * training.pool_size,
    )


def pool_sizes(training: Training) -> list[int]:
    """Give the sizes of pools that trials choose from, ascending; the one begun with is among them.

    Args:
        training: The settings begun with.
    """
    sizes = {2 * training.pool_size, training.pool_size}
    sizes |= {max(12, training.pool_size >> by) for by in range(1, _HALVINGS)}
    return sorted(sizes)


def begun(training: Training, ranker: LightGbmRanker, most: Training) -> dict[str, Any]:
    """Give the settings begun with as a trial's choices, so that they are the first trial."""
    return {
        "pool_size": training.pool_size,
        "n_windows": min(training.n_windows, most.n_windows),
        "negatives_per_user": training.negatives_per_user,
        "objective": "log-loss" if ranker.objective == "auto" else ranker.objective,
        "n_trees": ranker.n_trees,
        "n_leaves": ranker.n_leaves,
        "learning_rate": ranker.learning_rate,
        "min_leaf_rows": ranker.min_leaf_rows,
        "feature_share": ranker.feature_share,
        "row_share": ranker.row_share,
        "l2": ranker.l2,
    }


def suggested(
    trial: Trial, first: Mapping[str, Any], most: Training, sizes: Sequence[int]
) -> dict[str, Any]:
    """Let a trial choose around the settings begun with.

    Args:
        trial: The trial.
        first: The settings begun with, see `begun`.
        most: The largest settings, see `largest`.
        sizes: See `pool_sizes`.
    """
    rows = int(first["min_leaf_rows"])
    return {
        "pool_size": trial.suggest_categorical("pool_size", list(sizes)),
        "n_windows": trial.suggest_int("n_windows", 1, most.n_windows),
        "negatives_per_user": trial.suggest_int(
            "negatives_per_user",
            max(1, int(first["negatives_per_user"]) // 4),
            most.negatives_per_user,
            log=True,
        ),
        "objective": trial.suggest_categorical("objective", ["log-loss", "lambdarank"]),
        "n_trees": _around(trial, "n_trees", int(first["n_trees"]), 4),
        "n_leaves": trial.suggest_int(
            "n_leaves", min(4, int(first["n_leaves"])), max(63, int(first["n_leaves"])), log=True
        ),
        "learning_rate": trial.suggest_float(
            "learning_rate",
            min(0.01, first["learning_rate"]),
            max(0.3, first["learning_rate"]),
            log=True,
        ),
        "min_leaf_rows": trial.suggest_int("min_leaf_rows", max(1, rows // 8), 4 * rows, log=True),
        "feature_share": trial.suggest_float(
            "feature_share", min(0.2, first["feature_share"]), 1.0
        ),
        "row_share": trial.suggest_float("row_share", min(0.5, first["row_share"]), 1.0),
        "l2": trial.suggest_float(
            "l2", min(0.1, max(1e-3, first["l2"])), max(100.0, first["l2"]), log=True
        ),
    }


def chosen(
    choices: Mapping[str, Any], training: Training, ranker: LightGbmRanker
) -> tuple[Training, LightGbmRanker]:
    """Fill a trial's choices into the settings begun with."""
    own = ("pool_size", "n_windows", "negatives_per_user")
    trees = {name: value for name, value in choices.items() if name not in own}
    return replace(training, **{name: choices[name] for name in own}), replace(ranker, **trees)


def _around(trial: Trial, name: str, value: int, by: int) -> int:
    return trial.suggest_int(name, max(1, value // by), value * by, log=True)
