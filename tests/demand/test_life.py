"""Lives on the planted shop: what stopped is gone, what began is launched."""

import numpy as np
import polars as pl
import pytest

from modiste.data import Dataset
from modiste.demand.life import STAGES, find_lives, forecast_items
from modiste.demand.panel import PanelFeatures, weekly_panel
from modiste.demand.sales import SalesFit, fit_sales
from modiste.testing import make_shop
from tests.demand.planted import END, ITEMS_OF_KIND, LAUNCHED, QUICK, STOPPED

FIT = SalesFit(n_weeks=30, held_out=3, trees=QUICK)
SOCKS = range(2 * ITEMS_OF_KIND, 3 * ITEMS_OF_KIND)


@pytest.fixture(scope="module")
def forecast(planted: Dataset) -> pl.DataFrame:
    return forecast_items(planted, 2, fit=FIT)


def test_what_stopped_two_weeks_ago_is_gone_and_the_rest_is_there(planted: Dataset) -> None:
    lives = find_lives(weekly_panel(planted))
    for item in STOPPED:
        assert lives.offered[item] < 0.05
        assert STAGES[lives.stage[item]] == "gone"
    assert all(lives.offered[item] > 0.9 for item in SOCKS)
    assert STAGES[lives.stage[LAUNCHED]] == "launch"
    assert STAGES[lives.stage[SOCKS[0]]] == "peak"


def test_a_week_before_it_is_less_certain(planted: Dataset) -> None:
    before, after = (find_lives(weekly_panel(planted.until(day))) for day in (END - 7, END))
    assert after.offered[STOPPED[0]] < before.offered[STOPPED[0]]


def test_what_sells_seldom_is_not_called_gone_for_two_silent_weeks() -> None:
    rare = [(0, 0, 7 * week) for week in range(0, 60, 4)] + [(0, 1, 7 * week) for week in range(60)]
    shop = make_shop(rare, n_users=1, n_items=3).until(7 * 59)
    lives = find_lives(weekly_panel(shop))
    assert lives.offered[0] > 0.5
    assert np.isnan(lives.offered[2]), "it never sold"
    assert STAGES[lives.stage[2]] == "new"


def test_forecasts_are_near_the_planted_rates_with_an_interval(forecast: pl.DataFrame) -> None:
    socks = forecast.filter(pl.col("item_idx").is_in(list(SOCKS)), pl.col("item_idx") != LAUNCHED)
    assert socks["value"].mean() == pytest.approx(5.0, abs=1.0)
    assert (socks["low"] <= socks["value"]).all()
    assert (socks["high"] >= socks["value"]).all()
    gone = forecast.filter(pl.col("item_idx").is_in(list(STOPPED)))
    assert gone["value"].max() < 2.0  # type: ignore[operator]
    assert forecast.group_by("item_idx").len()["len"].unique().to_list() == [2]


def test_a_stock_feed_is_believed(planted: Dataset) -> None:
    stock = pl.DataFrame({"item_id": ["0000000000", "0000000014"], "stock": [4.0, 0.0]})
    told = forecast_items(planted, 1, fit=FIT, stock=stock).rows_by_key("item_idx", named=True)
    assert told[0][0]["offered"] == 1.0, "it stopped, but it is in stock"
    assert (told[14][0]["offered"], told[14][0]["value"]) == (0.0, 0.0)


def test_sold_more_than_there_was_is_out_of_stock(planted: Dataset) -> None:
    stock = pl.DataFrame({"item_id": ["0000000014"], "stock": [-3.0]})
    told = forecast_items(planted, 1, fit=FIT, stock=stock).rows_by_key("item_idx", named=True)
    assert (told[14][0]["offered"], told[14][0]["value"]) == (0.0, 0.0)


def test_every_interval_holds_its_mean(planted: Dataset) -> None:
    told = forecast_items(planted, 2, fit=FIT)
    assert (told["low"] <= told["value"]).all()
    assert (told["value"] <= told["high"]).all()
    seldom = told.filter(pl.col("value") > 0)["value"].min()
    assert isinstance(seldom, float)
    assert 0 < seldom < 0.5, "without a mean below half a piece this proves nothing"


def test_a_new_item_is_judged_by_its_kind_and_its_look_alikes() -> None:
    # Two kinds are launched at 6 and 1 pieces a week; items 4 and 5 are new.
    rows = [
        (0, item, 70 + 7 * week)
        for item in range(4)
        for week in range(8)
        for _ in range(6 if item < 2 else 1)
    ]
    rows += [(1, 6, day) for day in range(0, 126, 7)]
    shop = make_shop(
        rows,
        n_users=2,
        n_items=7,
        attributes={"kind": ["a", "a", "b", "b", "a", "b", "c"]},
        vectors={"pictures": {0: [1, 0], 1: [1, 0], 2: [0, 1], 3: [0, 1], 4: [1, 0], 5: [0, 1]}},
    ).until(126)
    table = forecast_items(shop, 1, fit=FIT)["if_offered"].to_list()
    assert table[4] > 1.5 * table[5]
    assert table[0] is None


def test_rows_of_the_future_change_nothing(planted: Dataset) -> None:
    day = END - 70
    features = PanelFeatures.of(weekly_panel(planted.until(day)))
    model = fit_sales(features, FIT)
    again = PanelFeatures.of(weekly_panel(planted.until(END).until(day)))
    assert fit_sales(again, FIT).forest.text == model.forest.text
    # The description of a week reads nothing of that week or later.
    whole = PanelFeatures.of(weekly_panel(planted))
    week, rows = features.panel.n_weeks, np.arange(18)
    first, second = features.at(week, rows), whole.at(week, rows)
    assert all(np.array_equal(first[name], second[name], equal_nan=True) for name in first)
