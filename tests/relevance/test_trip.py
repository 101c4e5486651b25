"""The model of a moment: by what was known then, the same for all who ask."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from modiste.data import Dataset
from modiste.engine import collect, lazy
from modiste.relevance import trip
from modiste.relevance.score import Relevance
from modiste.relevance.trip import RelevanceFit, fitted, model_tables
from modiste.testing import with_other_future
from tests.relevance.shops import END, N_ITEMS, UNSOLD, colour_of, taste_shop

FIT = RelevanceFit(epochs=1)


def model_of(shop: Dataset, as_of: int, fit: RelevanceFit = FIT) -> Relevance:
    model = fitted(shop.until(as_of), fit)
    assert model is not None
    return model


def test_what_happens_from_the_day_on_alters_no_number() -> None:
    before = model_of(taste_shop(), END - 28)
    trip._FITTED.clear()
    after = model_of(with_other_future(taste_shop(), END - 28), END - 28)
    assert np.array_equal(before.targets, after.targets[:N_ITEMS])
    assert np.array_equal(before.popularity, after.popularity[:N_ITEMS])


def test_purchases_before_the_day_do_matter() -> None:
    """The test above could pass if nothing mattered."""
    shop = taste_shop()
    rows = collect(shop.interactions)
    other = rows.with_columns(pl.col("item_idx").reverse())
    changed = model_of(replace(shop, interactions=lazy(other)), END - 28)
    assert not np.array_equal(changed.targets, model_of(shop, END - 28).targets)


def test_days_up_to_the_next_model_share_one(monkeypatch: pytest.MonkeyPatch) -> None:
    fits = []
    fit = trip._fit

    def counted(*given: Any) -> Relevance:
        fits.append(given)
        return fit(*given)

    monkeypatch.setattr(trip, "_FITTED", type(trip._FITTED)())
    monkeypatch.setattr(trip, "_fit", counted)
    first = END - 28
    same = [model_of(taste_shop(), day).targets for day in (first, first + 7, first + 27)]
    assert len(fits) == 1
    assert all(np.array_equal(same[0], other) for other in same)
    model_of(taste_shop(), first + 28)
    assert len(fits) == 2


def test_a_young_shop_does_not_wait_for_the_next_model() -> None:
    """Two weeks of history, all after the last multiple of 28 days."""
    young = replace(taste_shop(), interactions=taste_shop().between(END - 27, END - 13))
    assert model_of(young, END - 13).targets.any()


def test_only_the_newest_purchases_count_where_there_are_too_many() -> None:
    shop = taste_shop()
    few = replace(FIT, n_purchases=200)
    rows = collect(shop.until(END).interactions)
    newest = rows.group_by("day").len().sort("day", descending=True)
    first = newest.filter(pl.col("len").cum_sum() <= 200)["day"].min()
    cut = replace(shop, interactions=lazy(rows.filter(pl.col("day") >= first)))
    assert np.array_equal(model_of(shop, END, few).popularity, model_of(cut, END, few).popularity)


def test_items_never_sold_lie_with_their_colour_by_their_pictures() -> None:
    model = model_of(taste_shop(), END, RelevanceFit())
    for item in UNSOLD.ravel():
        nearness = model.targets[:N_ITEMS] @ model.targets[item]
        nearness[UNSOLD.ravel()] = -np.inf
        assert colour_of(int(nearness.argmax())) == colour_of(int(item))


def test_a_shop_without_pictures_has_none_and_one_without_history_an_empty_one() -> None:
    assert fitted(replace(taste_shop(), item_vectors={}).until(END), FIT) is None
    empty = fitted(taste_shop().until(1), FIT)
    assert empty is not None
    assert collect(model_tables(empty)[trip.TABLE]).is_empty()
