"""Past weeks predicted one by one from the rows before them: model and baselines side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter

import polars as pl

from modiste.data import Dataset
from modiste.engine import collect, lazy
from modiste.errors import InputError
from modiste.evaluation.baselines import standard_baselines
from modiste.evaluation.ledger import Ledger
from modiste.features.table import add_features
from modiste.ranking.lightgbm import LightGbmRanker
from modiste.ranking.model import Fit, best_of, fit_on_windows
from modiste.ranking.prepared import Prepared, Progress, Recipe, stream
from modiste.ranking.table import bought_in, ranked_pool
from modiste.ranking.windows import Training, Windows, window_starts

MODEL = "modiste"
CHUNK_USERS = 8_000
"""Buyers of a week that are scored at once."""


@dataclass(frozen=True)
class Backtest:
    """Lists and purchases of the judged weeks."""

    weeks: tuple[int, ...]
    """First days of the judged weeks, the oldest first."""
    ranked: Mapping[str, pl.DataFrame]
    """For each model `week, user_idx, item_idx, rank`."""
    relevant: pl.DataFrame
    """`week, user_idx, item_idx`: what was bought, no row twice."""
    ledger: Ledger
    seconds: Mapping[str, float]
    """What each model took for all weeks, fitting included."""


def backtest(
    recipe: Recipe,
    settings: LightGbmRanker,
    training: Training,
    shop: Dataset,
    *,
    n_weeks: int,
    seed: int,
    k: int = 12,
    refit_every: int = 1,
    windows: Windows | None = None,
    progress: Progress | None = None,
) -> Backtest:
    """Predict each of the last `n_weeks` label windows from what was known before it.

    Sources and features are prepared for every week. The ranker is fitted on the windows that end
    before the week; with `refit_every` N it is fitted for every N-th week, the oldest first, and
    used for the weeks after it: never for one before.

    Args:
        recipe: Sources and features.
        settings: The ranker.
        training: Training windows; `label_days` is the length of the judged weeks too.
        shop: The whole shop (or `until` a day after the last judged week).
        n_weeks: Weeks judged.
        seed: Start of every draw.
        k: Length of the lists.
        refit_every: Weeks for which one fit is used.
        windows: A cache of labelled windows; None: one in memory.
        progress: Told the share of weeks done.

    Raises:
        InputError: If the history is too short for so many weeks.
    """
    first, end = shop.day_range()
    days = training.label_days
    weeks = [end - days * number for number in range(n_weeks, 0, -1)]
    if not window_starts(training, first, weeks[0]):
        raise InputError(
            f"{n_weeks} weeks were asked for, the history has {(end - first) // days}: at least "
            "one week before them must be left to learn from, ask for fewer"
        )
    windows = windows or Windows(recipe, training, seed)
    ranked: dict[str, list[pl.DataFrame]] = {MODEL: []}
    relevant = []
    ledger = Ledger(list(recipe.sources))
    seconds: dict[str, float] = {}
    fit: Fit | None = None
    for number, week in enumerate(weeks):
        start = perf_counter()
        past = shop.until(week)
        if fit is None or number % refit_every == 0:
            fit = fit_on_windows(settings, training, windows, past, seed)
        bought = bought_in(shop, week, week + days)
        users = bought.get_column("user_idx").unique().sort()
        prepared = windows.prepared(shop, week)
        if len(users):
            lists = _rank_buyers(recipe, training, prepared, fit, past, bought, users, k, ledger)
            ranked[MODEL].append(_of_week(lists, week))
            relevant.append(_of_week(bought, week))
        seconds[MODEL] = seconds.get(MODEL, 0.0) + perf_counter() - start
        for name, baseline in standard_baselines(k).items():
            start = perf_counter()
            if len(users):
                asked = past.of_users(lazy(users.to_frame()))
                lists = baseline.recommend(past, asked, k, stream(seed, name))
                ranked.setdefault(name, []).append(_of_week(lists, week))
            seconds[name] = seconds.get(name, 0.0) + perf_counter() - start
        windows.forget(week - days - training.step_days * (training.n_windows + 1))
        if progress:
            progress(f"predict {n_weeks} past weeks", (number + 1) / n_weeks)
    if not relevant:
        raise InputError("nobody bought anything in the judged weeks: choose other weeks")
    together = {name: pl.concat(parts) for name, parts in ranked.items()}
    return Backtest(tuple(weeks), together, pl.concat(relevant), ledger, seconds)


def _rank_buyers(
    recipe: Recipe,
    training: Training,
    prepared: Prepared,
    fit: Fit,
    past: Dataset,
    bought: pl.DataFrame,
    users: pl.Series,
    k: int,
    ledger: Ledger,
) -> pl.DataFrame:
    """Rank for one week's buyers, chunk by chunk, and count in the ledger what sources proposed."""
    lists = []
    for start in range(0, len(users), CHUNK_USERS):
        chunk = users.slice(start, CHUNK_USERS)
        asked = past.of_users(lazy(chunk.to_frame())).in_memory()
        pool = ranked_pool(recipe, prepared, asked, fit.rates, training.pool_size)
        mine = bought.filter(pl.col("user_idx").is_in(chunk.implode()))
        ledger.add(collect(pool.long), mine, len(chunk), pool.seconds)
        rows = add_features(recipe.features, prepared.features, asked, pool.pairs)
        lists.append(best_of(rows, fit.ranker, k))
    return pl.concat(lists)


def _of_week(frame: pl.DataFrame, week: int) -> pl.DataFrame:
    columns = [name for name in ("user_idx", "item_idx", "rank") if name in frame.columns]
    return frame.select(pl.lit(week, pl.Int32).alias("week"), *columns)
