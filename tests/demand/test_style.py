"""Style on the planted shop: half of the customers like the first half of each kind's items."""

import numpy as np
import polars as pl
import pytest

from modiste.candidates.base import owned_items
from modiste.data import Dataset
from modiste.demand.style import TOGETHER, Style, StyleFit, fit_style
from modiste.engine import collect
from tests.demand.planted import END, ITEMS_OF_KIND, LAUNCHED


@pytest.fixture(scope="module")
def style(planted: Dataset) -> Style:
    return fit_style(planted, StyleFit(dim=4))


def test_items_of_the_own_half_suit_better(planted: Dataset, style: Style) -> None:
    owned = collect(owned_items(planted, 90))
    users = owned.select("user_idx").unique().sort("user_idx")["user_idx"].to_numpy()
    # Two coats of which one is of the first half.
    first, second = (
        style.score(owned, users, np.full(len(users), item)) for item in (1, ITEMS_OF_KIND - 1)
    )
    likes_first = users % 6 < 3
    right = np.where(
        likes_first, first["style"] > second["style"], second["style"] > first["style"]
    )
    assert right.mean() > 0.95
    assert style.weights["pictures"] > 0


def test_an_item_nobody_bought_is_judged_by_its_picture_alone(planted: Dataset) -> None:
    before = planted.until(END - 28)
    model = fit_style(before, StyleFit(dim=4))
    owned = collect(owned_items(before, 90))
    users = owned["user_idx"].unique().sort().to_numpy()
    said = model.score(owned, users, np.full(len(users), LAUNCHED))
    assert np.isnan(said[f"style_{TOGETHER}"]).all()
    assert not np.isnan(said["style"]).any()


def test_a_user_without_purchases_is_not_judged(style: Style) -> None:
    nobody = pl.DataFrame(schema={"user_idx": pl.Int32, "item_idx": pl.Int32, "weight": pl.Float32})
    said = style.score(nobody, np.array([2]), np.array([0]))
    assert np.isnan(said["style"]).all()
