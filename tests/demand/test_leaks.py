"""No demand column of a training window, and no list of a judged week, knows what came later."""

from __future__ import annotations

from dataclasses import replace

import narwhals as nw
import polars as pl
import pytest

from modiste.candidates.popular import Popular
from modiste.candidates.repurchase import Repurchase
from modiste.data import Dataset
from modiste.demand import moment
from modiste.demand.columns import DEMAND
from modiste.evaluation.backtest import MODEL, backtest
from modiste.ranking.lightgbm import LightGbmRanker
from modiste.ranking.prepared import Recipe
from modiste.ranking.windows import Training, Windows
from modiste.testing import random_shop, with_other_future
from tests.demand.test_columns import QUICK_COLUMNS

RECIPE = Recipe({"popular": Popular(k=30), "repurchase": Repurchase(k=10)}, QUICK_COLUMNS)
TRAINING = Training(n_windows=2, negatives_per_user=1000, pool_size=40)
RANKER = LightGbmRanker(n_trees=10, threads=1, min_leaf_rows=5)
PREFIXES = {"life": "life_", "propensity": "propensity_", "seasons": "seasons_", "style": "style"}


@pytest.fixture(scope="module")
def shop() -> Dataset:
    return random_shop()


def other_future(shop: Dataset, day: int) -> Dataset:
    """Give the shop with other purchases from a day on; the undated catalogue stays as it is."""
    other = with_other_future(shop, day)
    n_users, n_items = shop.n_users(), shop.n_items()
    known = (nw.col("user_idx") < n_users) & (nw.col("item_idx") < n_items)
    return replace(shop, interactions=other.interactions.filter(known))


def forget_models() -> None:
    """Fit anew: a model that was remembered could not show what a second fit would see."""
    moment._FITTED.clear()


@pytest.mark.parametrize("weeks_ago", [1, 5])
def test_training_windows(shop: Dataset, weeks_ago: int) -> None:
    end = shop.day_range()[1]
    start = end - 7 * weeks_ago
    tables = []
    for made in (shop, other_future(shop, start)):
        forget_models()
        tables.append(Windows(RECIPE, TRAINING, seed=1).window(made.until(end), start).rows)
    assert set(PREFIXES) == set(DEMAND.names)
    rows, others = tables
    assert not rows.equals(others)  # other things were bought in the window
    both = rows.join(others, on=["user_idx", "item_idx"], suffix="_other")
    assert len(both) > 150
    for family, prefix in PREFIXES.items():
        columns = [name for name in rows.columns if name.startswith(prefix)]
        assert columns, family
        for name in columns:
            assert both[name].drop_nulls().n_unique() > 1, name
            assert both[name].equals(both[f"{name}_other"], check_names=False), name


def test_judged_weeks(shop: Dataset) -> None:
    """Model and lists of a week are the same, whatever is bought in it."""
    end = shop.day_range()[1]
    week = end - TRAINING.label_days
    lists = []
    for made in (shop, other_future(shop, week)):
        forget_models()
        past = made.until(end)
        assert past.day_range()[1] == end
        done = backtest(RECIPE, RANKER, TRAINING, past, n_weeks=1, seed=1)
        assert done.weeks == (week,)
        lists.append(done.ranked[MODEL])
    mine, other = lists
    users = set(mine["user_idx"]) & set(other["user_idx"])
    assert len(users) > 10
    assert not mine["user_idx"].equals(other["user_idx"])
    kept = [one.filter(pl.col("user_idx").is_in(list(users))) for one in lists]
    assert kept[0].equals(kept[1])
