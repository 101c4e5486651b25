"""What every trial is judged on: made once, cut to each trial's settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from modiste.candidates.pool import hit_rates
from modiste.data import Dataset
from modiste.engine import collect, lazy
from modiste.errors import InputError
from modiste.evaluation.metrics import per_customer_week
from modiste.features.table import add_features
from modiste.ranking.lightgbm import LightGbmRanker, Ranker, fit_ranker
from modiste.ranking.model import best_of
from modiste.ranking.prepared import Progress, stream
from modiste.ranking.table import PAIR, bought_in, ranked_pool
from modiste.ranking.windows import Training, Windows, window_starts

K = 12
_SIZE = "_size"
Metric = Callable[[pl.DataFrame], float]


@dataclass(frozen=True)
class JudgedWeek:
    """One past week: what may be learned before it, its buyers' pools and what they bought."""

    week: int
    """Its first day."""
    learned: tuple[pl.DataFrame, ...]
    """Labelled rows of the windows that end before it, the oldest first, with the most negatives
    that a trial may take."""
    rows: pl.DataFrame
    """The largest pool's table, and `_size`: the smallest pool that holds the pair."""
    bought: pl.DataFrame
    """`week, user_idx, item_idx`."""

    def judge(
        self, settings: LightGbmRanker, training: Training, seed: int
    ) -> tuple[pl.DataFrame, Ranker]:
        """Fit on what a trial learns from, and judge its lists of the week.

        Returns:
            See `evaluation.metrics.per_customer_week`, and the ranker.
        """
        newest = self.learned[-training.n_windows :]
        rows = [_fewer(window, training.negatives_per_user) for window in newest]
        ranker = fit_ranker(settings, rows, stream(seed, "ranker"))
        pool = self.rows.filter(pl.col(_SIZE) <= training.pool_size).drop(_SIZE)
        lists = best_of(pool, ranker, K).with_columns(pl.lit(self.week, pl.Int32).alias("week"))
        return per_customer_week(lists, self.bought, K), ranker


def judged_weeks(
    windows: Windows,
    shop: Dataset,
    n_weeks: int,
    pool_sizes: Sequence[int],
    *,
    max_users: int,
    progress: Progress | None = None,
) -> list[JudgedWeek]:
    """Make the last weeks before `shop.as_of` ready to be judged, the oldest first.

    Args:
        windows: Makes the labelled windows; its settings are the largest that a trial may take.
        shop: The shop before the weeks that no trial may see.
        n_weeks: How many weeks.
        pool_sizes: Sizes of pools that trials choose from, ascending.
        max_users: At most so many buyers of a week, the first by position.
        progress: Told the share of weeks that are ready.

    Raises:
        InputError: If the history is too short.
    """
    training = windows.training
    first, end = shop.day_range()
    days = training.label_days
    weeks = [end - days * number for number in range(n_weeks, 0, -1)]
    if not window_starts(training, first, weeks[0]):
        raise InputError(
            f"{n_weeks} weeks to be judged were asked for, the history before the test weeks has "
            f"{(end - first) // days}: at least one must be left to learn from, ask for fewer"
        )
    found = []
    for number, week in enumerate(weeks):
        past = shop.until(week)
        made = [windows.window(past, day) for day in reversed(window_starts(training, first, week))]
        learned = tuple(window.rows for window in made if window.n_in_pool)
        bought = bought_in(shop, week, week + days)
        users = bought["user_idx"].unique().sort().head(max_users)
        bought = bought.filter(pl.col("user_idx").is_in(users.implode()))
        if learned and len(users):
            rates = hit_rates(pl.concat([window.counts for window in made]))
            rows = _sized(windows, past, week, users, rates, pool_sizes)
            told = bought.select(pl.lit(week, pl.Int32).alias("week"), *PAIR)
            found.append(JudgedWeek(week, learned, rows, told))
        if progress:
            progress("make past weeks ready", (number + 1) / len(weeks))
    if not found:
        raise InputError("nobody bought anything in the weeks to be judged: choose more of them")
    return found


def _sized(
    windows: Windows,
    past: Dataset,
    week: int,
    users: pl.Series,
    rates: pl.DataFrame,
    sizes: Sequence[int],
) -> pl.DataFrame:
    """Make the table of the largest pool, with the smallest pool that holds each pair."""
    recipe, prepared = windows.recipe, windows.prepared(past, week)
    asked = past.of_users(lazy(users.to_frame())).in_memory()
    largest = ranked_pool(recipe, prepared, asked, rates, sizes[-1])
    held = []
    for size in sizes[:-1]:
        pairs = collect(ranked_pool(recipe, prepared, asked, rates, size).pairs)
        held.append(pairs.select(*PAIR, pl.lit(size).alias(_SIZE)))
    rows = add_features(recipe.features, prepared.features, asked, largest.pairs)
    if not held:
        return rows.with_columns(pl.lit(sizes[-1]).alias(_SIZE))
    least = pl.concat(held).group_by(PAIR).agg(pl.col(_SIZE).min())
    return rows.join(least, on=PAIR, how="left", maintain_order="left").with_columns(
        pl.col(_SIZE).fill_null(sizes[-1])
    )


def _fewer(rows: pl.DataFrame, negatives: int) -> pl.DataFrame:
    """Keep so many negatives of each user: the first, whose order is by chance."""
    place = (pl.col("label") == 0).cum_sum().over("user_idx")
    return rows.filter((pl.col("label") == 1) | (place <= negatives))
