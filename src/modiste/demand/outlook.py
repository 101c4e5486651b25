"""A forecast as a table in the shop's own words, with what was sold before it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from modiste.candidates.base import today
from modiste.data import Dataset
from modiste.demand.life import forecast_items
from modiste.demand.panel import WEEK, weekly_panel
from modiste.demand.season import ARTICLE, Progress, Series, forecast_series, weekly_series
from modiste.engine import collect
from modiste.errors import InputError

_LOOKED_AT = 50
_NO_BACKTEST = {"class": pl.String, "model": pl.String, "error": pl.Float64, "series": pl.Int64}


@dataclass(frozen=True)
class Outlook:
    """Weekly sales ahead."""

    by: str
    """What is forecast: `article`, or an attribute."""
    as_of: int
    """The first day of the first week ahead."""
    table: pl.DataFrame
    """`key, name, week_start, value, low, high` in pieces, and of articles `stage`, `offered`,
    `if_offered`; by key and week."""
    history: pl.DataFrame
    """`key, week_start, sold` of the last two years, by key and week."""
    backtest: pl.DataFrame
    """How models did on past weeks, see `season.SeasonForecast`; empty for articles."""


def look_ahead(
    shop: Dataset,
    by: str,
    n_weeks: int,
    *,
    stock: pl.DataFrame | None = None,
    progress: Progress | None = None,
) -> Outlook:
    """Forecast the coming weeks.

    Args:
        shop: The shop before its `as_of`.
        by: `article`, `price`, or an item attribute.
        n_weeks: Weeks ahead.
        stock: A stock feed, for articles, see `modiste.rules.stock`.
        progress: Told how far it is.

    Raises:
        InputError: If there is no such attribute, or a stock feed is given with another `by` than
            articles.
        MissingExtraError: If another `by` is asked for without the extra `forecast`.
    """
    if by != ARTICLE and stock is not None:
        raise InputError(f"a stock feed was given with --by {by}: it tells of articles only")
    if by == ARTICLE:
        return _of_articles(shop, n_weeks, stock, progress)
    series = weekly_series(shop, by)
    made = forecast_series(series, n_weeks, progress=progress)
    table = made.table.rename({"name": "key"}).with_columns(pl.col("key").alias("name"))
    return Outlook(
        by, today(shop), _dated(table, today(shop)), _past(series, today(shop)), made.backtest
    )


def _of_articles(
    shop: Dataset, n_weeks: int, stock: pl.DataFrame | None, progress: Progress | None
) -> Outlook:
    forecast = forecast_items(shop, n_weeks, stock=stock, progress=progress)
    items = collect(shop.items.select("item_idx", "item_id", "name")).sort("item_idx")
    told = forecast.join(items, on="item_idx").rename({"item_id": "key"}).drop("item_idx")
    counts = weekly_panel(shop).counts.astype(np.float64)
    # The history of what sells most and of what will is all that anybody looks at.
    ahead = forecast.group_by("item_idx").agg(pl.col("value").sum()).sort("item_idx")
    best = [counts[:, -8:].sum(axis=1), ahead["value"].to_numpy()]
    firsts = [np.argsort(-one, kind="stable")[:_LOOKED_AT] for one in best]
    most = np.unique(np.concatenate(firsts))
    names = items["item_id"].gather(most).to_list()
    past = _past(Series(names, counts[most]), today(shop))
    return Outlook(
        ARTICLE, today(shop), _dated(told, today(shop)), past, pl.DataFrame(schema=_NO_BACKTEST)
    )


def _dated(table: pl.DataFrame, as_of: int) -> pl.DataFrame:
    day = (pl.lit(as_of) + WEEK * (pl.col("ahead") - 1)).cast(pl.Int32).cast(pl.Date)
    first = ["key", "name", "week_start", "value", "low", "high"]
    dated = table.with_columns(day.alias("week_start"), pl.col("key").cast(pl.String))
    return dated.select(*first, pl.exclude(*first, "ahead")).sort("key", "week_start")


def _past(series: Series, as_of: int) -> pl.DataFrame:
    counts = series.counts[:, -104:]
    n_weeks = counts.shape[1]
    days = (as_of - WEEK * np.arange(n_weeks, 0, -1)).astype(np.int32)
    return pl.DataFrame(
        {
            "key": np.repeat(np.array(series.names, dtype=str), n_weeks),
            "week_start": pl.Series(np.tile(days, len(counts))).cast(pl.Date),
            "sold": counts.ravel(),
        }
    ).sort("key", "week_start")
