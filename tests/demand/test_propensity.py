"""Chances on the planted shop: a third buys socks, a third coats and sandals, a third nothing."""

import numpy as np
import polars as pl
import pytest

from modiste.data import Dataset
from modiste.demand.propensity import (
    Moments,
    Propensity,
    PropensityFit,
    fit_propensity,
    item_kinds,
    purchases_of,
)
from modiste.demand.stored import propensity_of, propensity_table
from modiste.demand.users import user_windows
from modiste.engine import collect
from tests.demand.planted import END, QUICK

DAY = END - 21
"""Before two items stop, with which much of the demand ends."""
FIT = PropensityFit(n_weeks=8, held_out=2, trees=QUICK)


@pytest.fixture(scope="module")
def model(planted: Dataset) -> Propensity:
    return fit_propensity(planted.until(DAY), FIT)


def test_chances_are_as_often_as_it_happens(planted: Dataset, model: Propensity) -> None:
    past = planted.until(DAY)
    said = model.of_users(purchases_of(past), collect(past.users).lazy(), DAY)
    after = purchases_of(planted.until(DAY + 7)).filter(pl.col("day") >= DAY)
    buyers = after.select("user_idx").unique().collect()["user_idx"]
    bought = said["user_idx"].is_in(buyers.implode())
    assert said["propensity"].sum() == pytest.approx(bought.sum(), rel=0.35)
    never = said.filter(pl.col("user_idx") % 3 == 2)
    assert never["propensity"].max() == 0.0, "nobody of them ever bought"


def test_the_order_of_what_is_said_is_that_of_the_chances(
    planted: Dataset, model: Propensity
) -> None:
    past = planted.until(DAY)
    users = collect(past.users).lazy()
    known = user_windows(purchases_of(past), users, DAY, model.attributes).collect()
    said, chance = model.any.score(known), model.any.of(known).to_numpy()
    assert model.any.calibration.slope != 1.0
    order = np.argsort(said, kind="stable")
    rises = np.diff(said[order]) > 0
    assert rises.sum() > 20
    assert (np.diff(chance[order])[rises] > 0).all()


def test_a_stored_model_says_the_same(planted: Dataset, model: Propensity) -> None:
    past = planted.until(DAY)
    users = collect(past.users)
    again = propensity_of(propensity_table(model), FIT)
    assert again.any.line is not None
    for name in ("any", "kinds"):
        assert getattr(again, name).calibration == getattr(model, name).calibration
    first, second = (
        one.of_users(purchases_of(past), users.lazy(), DAY)["propensity"] for one in (model, again)
    )
    assert first.equals(second)
    few = users.filter(pl.col("user_idx") < 6)
    assert again.dense(past, few).equals(model.dense(past, few))


def test_every_user_and_kind_has_a_chance_and_needs_are_told_apart(
    planted: Dataset, model: Propensity
) -> None:
    past = planted.until(DAY)
    users = collect(past.users).filter(pl.col("user_idx") < 60)
    table = model.dense(past, users)
    assert table.height == 60 * 3
    assert table["propensity_kind"].is_between(0, 1).all()
    socks = item_kinds(past)["kind"][17]
    wearers = table.filter(pl.col("user_idx") % 3 == 0)
    mean = wearers.group_by(pl.col("kind") == socks).agg(pl.col("propensity_kind").mean())
    chance = dict(mean.iter_rows())
    assert chance[True] > 10 * chance[False]


def test_moments_kept_from_another_day_give_the_same_model(planted: Dataset) -> None:
    kept: Moments = {}
    fit_propensity(planted.until(DAY - 7), FIT, kept=kept)
    warm = fit_propensity(planted.until(DAY), FIT, kept=kept)
    assert warm.any.forest == fit_propensity(planted.until(DAY), FIT).any.forest
