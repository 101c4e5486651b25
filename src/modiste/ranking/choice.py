"""Log-loss or lambdarank: whichever orders the last training windows better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt
import polars as pl

from modiste.ranking.lightgbm import LightGbmRanker, fit_ranker

K = 12
"""Length of list by which objectives are compared."""

Objective = Literal["log-loss", "lambdarank"]
OBJECTIVES: tuple[Objective, ...] = ("log-loss", "lambdarank")


class Scorer(Protocol):
    """What scores the rows of a ranking table."""

    def score(self, rows: pl.DataFrame) -> npt.NDArray[np.float32]:
        """Score rows, `[n_rows]`; higher is better."""


def decide_objective(
    settings: LightGbmRanker, windows: Sequence[pl.DataFrame], seed: int
) -> tuple[LightGbmRanker, dict[str, Any]]:
    """Turn the objective `auto` into the better one on the newest quarter of the windows.

    Both are fitted on the older windows and judged by MAP@12 on the rows of the newer ones (with
    their sampled negatives, so the figures compare with each other only). With fewer than four
    windows log-loss is taken.

    Args:
        settings: The hyper-parameters; returned as they are unless the objective is `auto`.
        windows: Training rows, the oldest window first.
        seed: Start of LightGBM's draws.

    Returns:
        The settings with an objective, and the figures for the manifest.
    """
    if settings.objective != "auto":
        return settings, {"objective": settings.objective}
    n_judged = len(windows) // 4
    if n_judged == 0:
        return replace(settings, objective="log-loss"), {"objective": "log-loss"}
    older, newer = windows[:-n_judged], windows[-n_judged:]
    figures: dict[Objective, float] = {}
    for objective in OBJECTIVES:
        candidate = replace(settings, objective=objective)
        figures[objective] = mean_average_precision(fit_ranker(candidate, older, seed), newer)
    better = max(figures, key=lambda name: figures[name])
    facts = {"objective": better, "objective_map": figures}
    return replace(settings, objective=better), facts


def mean_average_precision(ranker: Scorer, windows: Sequence[pl.DataFrame]) -> float:
    """Give MAP@12 over the users of labelled rows that have a positive among them."""
    rows = pl.concat(
        frame.select("user_idx", "item_idx", "label").with_columns(
            pl.Series("score", ranker.score(frame)), pl.lit(number).alias("window")
        )
        for number, frame in enumerate(windows)
    )
    user = ["window", "user_idx"]
    ranked = rows.sort(*user, "score", "item_idx", descending=[False, False, True, False])
    place = pl.int_range(1, pl.len() + 1).over(user)
    hits = pl.col("label").cast(pl.Int64).cum_sum().over(user)
    precision = pl.when((pl.col("label") == 1) & (place <= K)).then(hits / place).otherwise(0.0)
    per_user = (
        ranked.with_columns(precision.alias("precision"))
        .group_by(user)
        .agg(pl.col("precision").sum(), pl.col("label").cast(pl.Int64).sum().alias("n"))
        .filter(pl.col("n") > 0)
    )
    value = per_user.select(pl.col("precision") / pl.col("n").clip(upper_bound=K)).mean().item()
    return float(value or 0.0)
