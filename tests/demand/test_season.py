"""Seasons of the planted shop are foreseen, short and empty histories answered."""

from dataclasses import replace

import narwhals as nw
import numpy as np
import polars as pl
import pytest

from modiste.data import Dataset
from modiste.demand.columns.seasons import SeasonColumns
from modiste.demand.season import (
    Series,
    _spread,
    forecast_season,
    forecast_series,
    weekly_series,
)
from modiste.demand.season_models import MEAN, SHAPE, foresee
from modiste.engine import collect
from modiste.errors import InputError
from tests.demand.planted import FIRST, ITEMS_OF_KIND

COAT, SANDALS = 0, ITEMS_OF_KIND
WINTER, SUMMER = FIRST + 7 * 103, FIRST + 7 * 77
"""A month before a peak of coats, and of sandals."""


@pytest.mark.parametrize(
    ("day", "rising", "falling"), [(WINTER - 28, COAT, SANDALS), (SUMMER, SANDALS, COAT)]
)
def test_the_kind_in_season_rises_more(
    planted: Dataset, day: int, rising: int, falling: int
) -> None:
    columns = SeasonColumns(n_trees=100, threads=1)
    table = collect(columns.prepare(planted.until(day))["items"]).sort("item_idx")
    sales, rise = table["seasons_kind_sales"], table["seasons_kind_rise"]
    assert sales[rising] > sales[falling]
    assert rise[rising] > rise[falling]


def test_a_short_history_is_forecast_by_its_mean() -> None:
    made = forecast_series(Series(["a", "b"], np.array([[2.0, 4.0, 3.0], [0.0, 0.0, 0.0]])), 2)
    assert made.table["value"].to_list() == pytest.approx([3.0, 3.0, 0.0, 0.0])
    assert set(made.table["model"]) == {MEAN}
    assert made.backtest.is_empty()
    assert (made.table["low"] <= made.table["value"]).all()


def test_an_unknown_attribute_names_those_there_are(planted: Dataset) -> None:
    with pytest.raises(InputError, match="known are article, kind, price"):
        weekly_series(planted, "taste")


def test_a_shop_without_prices_has_no_price_bands(planted: Dataset) -> None:
    bare = replace(planted, interactions=planted.interactions.with_columns(price=nw.lit(None)))
    with pytest.raises(InputError, match="no purchase of the last two years tells its price"):
        weekly_series(bare, "price")
    with pytest.raises(InputError, match=r"known are article, kind$"):
        weekly_series(bare, "taste")


def test_last_years_shape_is_put_on_this_years_level() -> None:
    weeks = np.arange(70)
    wave = 20 + 15 * np.sin(2 * np.pi * weeks / 52)
    # Twice as much is sold as a year ago; nothing is told of the third.
    this_year = np.where(weeks >= 44, 2.0, 1.0)
    counts = np.stack([wave, wave * this_year, np.ones(70)])[:, :62]
    said = foresee(counts, 8, sparse=False, only=SHAPE)[SHAPE]
    assert said[0] == pytest.approx(wave[62:], rel=0.15)
    assert said[1] == pytest.approx(2 * wave[62:], rel=0.15)
    assert said[2] == pytest.approx(np.ones(8))
    assert SHAPE not in foresee(counts[:, :59], 8, sparse=False, only=SHAPE)


def test_intervals_widen_with_the_weeks_ahead() -> None:
    # Errors of the first week are small, those of the third large, those of the fourth none.
    actual = [np.array([[10.0, 10, 10, 10], [10, 10, 10, 10]])] * 2
    said = [np.array([[9.0, 10, 4, 10], [11, 10, 16, 10]])] * 2
    spread = _spread(said, actual, 4, 0.9)
    assert spread.shape == (4, 2)
    assert -1 < spread[0, 0] < 0 < spread[0, 1] < 1
    assert (np.diff(spread[:, 0]) <= 0).all()
    assert (np.diff(spread[:, 1]) >= 0).all()
    assert spread[3, 1] == spread[2, 1] > 2 * spread[0, 1]


@pytest.mark.slow
def test_the_model_that_knows_the_year_wins_where_there_is_a_season(planted: Dataset) -> None:
    made = forecast_season(planted.until(WINTER - 28), "kind", 4)
    assert made.backtest.height > 3
    total = made.table.group_by("name").agg(pl.col("value").sum())
    expected = total.rows_by_key("name", named=True)
    assert expected["coat"][0]["value"] > expected["sandals"][0]["value"]
    assert (made.table["low"] <= made.table["high"]).all()


@pytest.mark.slow
def test_price_bands_have_an_answer(planted: Dataset) -> None:
    made = forecast_season(planted, "price", 2)
    assert made.table["value"].sum() > 0
