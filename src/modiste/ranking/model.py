"""A fitted model: the tables as of a day, the sources' hit rates and the ranker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from modiste.candidates.base import today
from modiste.candidates.pool import hit_rates
from modiste.data import Dataset
from modiste.engine import lazy
from modiste.errors import InputError
from modiste.ranking.choice import decide_objective
from modiste.ranking.ensemble import AnyRanker, fit_ranking, read_ranker
from modiste.ranking.lightgbm import LightGbmRanker
from modiste.ranking.prepared import Prepared, Progress, Recipe, stream
from modiste.ranking.table import LabelledWindow, pair_table, score_table
from modiste.ranking.windows import Training, Windows, window_starts


@dataclass(frozen=True)
class Fit:
    """What past windows taught: independent of who asks and of the day asked for."""

    ranker: AnyRanker
    rates: pl.DataFrame
    """`source, rank, rate`, see `candidates.pool.hit_rates`."""
    facts: dict[str, Any]
    """Figures of the training rows, for the manifest and for the eye."""


@dataclass(frozen=True)
class Model:
    """All that is needed to rank for any user as of one day."""

    recipe: Recipe
    prepared: Prepared
    fit: Fit
    pool_size: int

    def rank(self, asked: Dataset, k: int, allowed: pl.Series | None = None) -> pl.DataFrame:
        """Give each asked user their `k` best candidates.

        Args:
            asked: The shop before `prepared.as_of`, cut to the asked users.
            k: Items for each user; fewer where the pool holds fewer.
            allowed: `item_idx` of what may be shown; None: everything.

        Returns:
            A frame after `schema.RECOMMENDATIONS`, by user and rank; equal scores are ordered by
            item.
        """
        return best_of(self.table(asked, allowed), self.fit.ranker, k)

    def table(self, asked: Dataset, allowed: pl.Series | None = None) -> pl.DataFrame:
        """Make the rows that `rank` scores, see `ranking.table.score_table`."""
        return score_table(
            self.recipe, self.prepared, asked, self.fit.rates, self.pool_size, allowed
        )

    def score_items(self, asked: Dataset, items: pl.Series) -> pl.DataFrame:
        """Score given items for each asked user, also those that no source proposed.

        Args:
            asked: The shop before `prepared.as_of`, cut to the asked users.
            items: Positions of the items, `item_idx`, without repeats.

        Returns:
            `user_idx, item_idx, score`, by user and item.
        """
        rows = pair_table(self.recipe, self.prepared, asked, self.fit.rates, items)
        scores = pl.Series("score", self.fit.ranker.score(rows), dtype=pl.Float32)
        return rows.select("user_idx", "item_idx").with_columns(scores)

    def write(self, folder: Path) -> None:
        """Store everything but the recipe, which is the configuration's."""
        self.prepared.write(folder)
        self.fit.ranker.write(folder)
        self.fit.rates.write_parquet(folder / "rates.parquet")

    @classmethod
    def read(
        cls, folder: Path, recipe: Recipe, as_of: int, pool_size: int, facts: dict[str, Any]
    ) -> Model:
        """Open what `write` stored; the caller has verified the files."""
        fit = Fit(read_ranker(folder), pl.read_parquet(folder / "rates.parquet"), facts)
        return cls(recipe, Prepared.read(folder, as_of, recipe), fit, pool_size)


def best_of(rows: pl.DataFrame, ranker: AnyRanker, k: int) -> pl.DataFrame:
    """Score a ranking table and keep each user's `k` best rows, see `Model.rank`."""
    scored = rows.select("user_idx", "item_idx").with_columns(
        pl.Series("score", ranker.score(rows), dtype=pl.Float32)
    )
    ordered = scored.sort("user_idx", "score", "item_idx", descending=[False, True, False])
    rank = pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("user_idx").alias("rank")
    return (
        ordered.with_columns(rank)
        .filter(pl.col("rank") <= k)
        .select("user_idx", "item_idx", "rank", "score")
    )


def fit_on_windows(
    settings: LightGbmRanker,
    training: Training,
    windows: Windows,
    shop: Dataset,
    seed: int,
    progress: Progress | None = None,
) -> Fit:
    """Fit the ranker on the label windows that end before `shop.as_of`.

    Args:
        settings: Hyper-parameters of the ranker.
        training: Which windows.
        windows: Makes or remembers them.
        shop: `dataset.until(as_of)`.
        seed: Start of the ranker's draws.
        progress: Told while windows are made and the ranker is fitted.

    Raises:
        InputError: If the shop's history is too short, or no source ever proposed what was bought.
    """
    first, _ = shop.day_range()
    starts = window_starts(training, first, today(shop))
    made: list[LabelledWindow] = []
    for number, start in enumerate(reversed(starts)):
        window = windows.window(shop, start)
        if window.n_users:
            made.append(window)
        if progress:
            progress("learn from past weeks", (number + 1) / len(starts))
    if not any(window.n_in_pool for window in made):
        days = training.label_days
        raise InputError(
            f"{len(starts)} training windows of {days} days hold no purchase that a source "
            "proposed: import a longer history, or shorten training.label_days"
        )
    if progress:
        progress("fit the ranker", 0.0)
    rows = [window.rows for window in made]
    chosen, objectives = decide_objective(settings, rows, stream(seed, "choice"))
    ranker, joined = fit_ranking(chosen, rows, stream(seed, "ranker"))
    if progress:
        progress("fit the ranker", 1.0)
    counts = pl.concat([window.counts for window in made])
    return Fit(ranker, hit_rates(counts), {**training_facts(made, ranker), **objectives, **joined})


def training_facts(windows: Sequence[LabelledWindow], ranker: AnyRanker) -> dict[str, Any]:
    """Count what the ranker was fitted on; positives outside the pool cannot be learned."""
    n_bought = sum(window.n_bought for window in windows)
    n_in_pool = sum(window.n_in_pool for window in windows)
    return {
        "n_windows": len(windows),
        "n_user_weeks": sum(window.n_users for window in windows),
        "n_rows": sum(window.rows.height for window in windows),
        "n_features": len(ranker.columns),
        "n_bought": n_bought,
        "n_positives": n_in_pool,
        "n_positives_outside_pool": n_bought - n_in_pool,
        "pool_recall": n_in_pool / n_bought if n_bought else None,
    }


def add_unknown_users(asked: Dataset, unknown: pl.Series) -> Dataset:
    """Add users of whom nothing is known, so that they go the same way as everybody.

    Args:
        asked: The shop cut to the asked users.
        unknown: Positions (`user_idx`) beyond those of the shop's users.
    """
    from dataclasses import replace

    from modiste.engine import collect

    users = collect(asked.users)
    added = pl.DataFrame({"user_idx": unknown}, schema={"user_idx": pl.Int32})
    return replace(asked, users=lazy(pl.concat([users, added], how="diagonal")))
