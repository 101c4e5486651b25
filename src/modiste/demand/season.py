"""What kinds, colours and price bands will sell: season, trend and an interval.

Several models foresee past weeks of the same series; the one with the least error is used, apart
for steady and for sparse series, and the table of errors is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from modiste.candidates.base import today
from modiste.data import Dataset
from modiste.demand.panel import WEEK, Panel, weekly_panel
from modiste.demand.season_models import MEAN, Foreseen, foresee
from modiste.engine import collect
from modiste.errors import InputError

Doubles = npt.NDArray[np.float64]
Progress = Callable[[str, float], None]
"""Told a stage's name and the share of it that is done."""
ARTICLE, PRICE = "article", "price"
"""What `by` calls single articles, and the price bands."""
_BANDS = 5
_SPARSE = 0.3
"""A series is sparse where a larger share of its last year's weeks is empty."""
_WINDOWS = 4
"""Past moments whose weeks ahead are foreseen to choose a model."""
_STEP = 4
"""Weeks between them, at most: many weeks ahead ask for no older history than they must."""
_LEAST_WEEKS = 8
"""Weeks before the first of them; with less history the mean is all there is."""
_YEAR = 52


@dataclass(frozen=True)
class Series:
    """Weekly sales of the values of an attribute."""

    names: list[str]
    """The values, in order."""
    counts: Doubles
    """Pieces, `[n_series, n_weeks]`, the newest week last."""


@dataclass(frozen=True)
class SeasonForecast:
    """Sales ahead, and how the models did on past weeks."""

    table: pl.DataFrame
    """`name, ahead` (1: the week from `as_of`), `value, low, high` (pieces), `model`; by name."""
    backtest: pl.DataFrame
    """`class` ("steady" or "sparse"), `model, error, series`, the best first: the mean squared
    error over the level, so that a large kind does not decide alone. Empty where history was too
    short to look back."""


def forecast_season(
    shop: Dataset, by: str = "kind", n_weeks: int = 4, *, level: float = 0.9
) -> SeasonForecast:
    """Forecast the weekly sales of every value of an attribute.

    Args:
        shop: The shop before its `as_of`.
        by: An item attribute, or `price` for five bands of equally many pieces.
        n_weeks: Weeks ahead.
        level: Share of weeks that the interval is to hold.

    Raises:
        InputError: If the shop has no such attribute.
        MissingExtraError: If the extra `forecast` is not installed.
    """
    series = weekly_series(shop, by)
    return forecast_series(series, n_weeks, level=level)


def weekly_series(shop: Dataset, by: str) -> Series:
    """Count the weekly sales of the values of an attribute, those never sold too.

    Raises:
        InputError: If the shop has no such attribute.
    """
    if by != PRICE and by not in shop.item_attributes:
        priced = [PRICE] if _price_bands(shop)[0] else []
        known = ", ".join((ARTICLE, *shop.item_attributes, *priced))
        raise InputError(f"by {by}: the shop's items have no such attribute; known are {known}")
    panel = weekly_panel(shop)
    if by == PRICE:
        names, codes = _price_bands(shop)
        if not names:
            raise InputError("by price: no purchase of the last two years tells its price")
    else:
        items = collect(shop.items.select("item_idx", by, f"{by}_code")).sort("item_idx")
        values = items.select(by, f"{by}_code").drop_nulls().unique().sort(f"{by}_code")
        names = values[by].to_list()
        place = {code: number for number, code in enumerate(values[f"{by}_code"])}
        codes = items[f"{by}_code"].replace_strict(place, default=None, return_dtype=pl.Int64)
    return Series(names, _counts(panel, codes.fill_null(len(names)).to_numpy(), len(names)))


def forecast_series(
    series: Series, n_weeks: int, *, level: float = 0.9, progress: Progress | None = None
) -> SeasonForecast:
    """Forecast series by the model that foresaw their past weeks best.

    A series that never sold is forecast to sell nothing; a history of some weeks is forecast by its
    mean.

    Args:
        series: Weekly sales.
        n_weeks: Weeks ahead.
        level: Share of weeks that the interval is to hold.
        progress: Told how far it is.
    """
    counts = series.counts
    n_history = counts.shape[1]
    sold = counts.any(axis=1)
    sparse = (counts[:, -_YEAR:] == 0).mean(axis=1) > _SPARSE
    step = min(n_weeks, _STEP)
    ends = [n_history - n_weeks - step * number for number in range(_WINDOWS)]
    ends = sorted(end for end in ends if end >= _LEAST_WEEKS)
    value, scale = np.zeros((len(counts), n_weeks)), np.zeros((len(counts), n_weeks, 2))
    chosen, tables = np.full(len(counts), MEAN, dtype=object), []
    for name, members in (("steady", sold & ~sparse), ("sparse", sold & sparse)):
        if not members.any():
            continue
        own = counts[members]
        past = []
        for number, end in enumerate(ends):
            past.append(foresee(own[:, :end], n_weeks, sparse=name == "sparse"))
            if progress is not None:
                progress(f"foresee past weeks, {name} series", (number + 1) / len(ends))
        actual = [own[:, end : end + n_weeks] for end in ends]
        errors = _errors(past, actual)
        best = min(errors, key=lambda model: (errors[model], model), default=MEAN)
        tables.append(_table(name, errors, int(members.sum())))
        ahead = foresee(own, n_weeks, sparse=name == "sparse", only=best)
        value[members] = ahead[best]
        chosen[members] = best
        scale[members] = _spread([said[best] for said in past], actual, n_weeks, level)
    root = np.sqrt(value + 1)
    low, high = value + scale[:, :, 0] * root, value + scale[:, :, 1] * root
    table = pl.DataFrame(
        {
            "name": np.repeat(np.array(series.names, dtype=str), n_weeks),
            "ahead": np.tile(np.arange(1, n_weeks + 1, dtype=np.int32), len(counts)),
            "value": value.ravel(),
            "low": np.clip(low, 0, value).ravel(),
            "high": np.maximum(high, value).ravel(),
            "model": np.repeat(chosen.astype(str), n_weeks),
        }
    )
    schema = {"class": pl.String, "model": pl.String, "error": pl.Float64, "series": pl.Int64}
    backtest = pl.concat([pl.DataFrame(schema=schema), *tables])
    return SeasonForecast(table.sort("name", "ahead"), backtest)


def _errors(past: list[Foreseen], actual: list[Doubles]) -> dict[str, float]:
    """Give each model's mean squared error over the level; those that said something each time."""
    models = [name for name in (past[0] if past else {}) if all(name in said for said in past)]
    found = {}
    for name in models:
        parts = [
            (sold - said[name]) ** 2 / (sold.mean(axis=1, keepdims=True) + 1)
            for said, sold in zip(past, actual, strict=True)
        ]
        found[name] = float(np.mean(parts))
    return found


def _table(name: str, errors: dict[str, float], n_series: int) -> pl.DataFrame:
    rows = sorted((error, model) for model, error in errors.items())
    return pl.DataFrame(
        {
            "class": [name] * len(rows),
            "model": [model for _, model in rows],
            "error": [error for error, _ in rows],
            "series": [n_series] * len(rows),
        },
        schema={"class": pl.String, "model": pl.String, "error": pl.Float64, "series": pl.Int64},
    )


def _spread(said: list[Doubles], actual: list[Doubles], n_weeks: int, level: float) -> Doubles:
    """Give the quantiles of past errors in roots of the level; a Poisson's where there are none.

    Returns:
        `[n_weeks, 2]`: low and high of each week ahead, by its errors and those of the weeks beside
        it. The further ahead, the wider, never narrower.
    """
    ends = [(1 - level) / 2, (1 + level) / 2]
    if not said:
        from scipy.stats import norm

        return np.tile(np.asarray(norm.ppf(ends), np.float64), (n_weeks, 1))
    parts = [(sold - one) / np.sqrt(one + 1) for one, sold in zip(said, actual, strict=True)]
    misses = np.concatenate(parts)
    beside = [misses[:, max(0, week - 1) : week + 2] for week in range(n_weeks)]
    found = np.array([np.quantile(one, ends) for one in beside], np.float64)
    low, high = np.minimum.accumulate(found[:, 0]), np.maximum.accumulate(found[:, 1])
    return np.stack([low, high], axis=1)


def _counts(panel: Panel, codes: npt.NDArray[np.int64], n_names: int) -> Doubles:
    grouped = Panel(panel.as_of, panel.counts, {"by": np.append(codes, n_names)[:-1]})
    summed = grouped.by("by").counts.astype(np.float64)
    found = np.zeros((n_names, panel.n_weeks))
    reach = min(n_names, len(summed))
    found[:reach] = summed[:reach]
    return found


def _price_bands(shop: Dataset) -> tuple[list[str], pl.Series]:
    """Name bands of the items' mean prices, each with as many pieces; null: no price is known."""
    end = today(shop)
    rows = collect(shop.between(end - WEEK * 2 * _YEAR, end).select("item_idx", "price"))
    known = rows.drop_nulls()
    items = collect(shop.items.select("item_idx")).sort("item_idx")
    if known.is_empty():
        return [], pl.Series("band", [None] * len(items), dtype=pl.Int64)
    cuts = [known["price"].quantile(place / _BANDS) or 0.0 for place in range(1, _BANDS)]
    edges = sorted(set(cuts))
    means = known.group_by("item_idx").agg(pl.col("price").cast(pl.Float64).mean())
    prices = items.join(means, on="item_idx", how="left", maintain_order="left")["price"]
    bands = np.searchsorted(edges, prices.fill_null(0.0).to_numpy(), side="right")
    band = pl.Series("band", bands).cast(pl.Int64)
    names = [f"from {low:.3g}" for low in edges]
    names = [f"below {edges[0]:.3g}", *names]
    return names, pl.select(pl.when(prices.is_not_null()).then(band)).to_series()
