"""Each family of features on a shop so small that the right answer is worked by hand."""

from __future__ import annotations

import math
from typing import Any

import polars as pl
import pytest

from modiste.data import Dataset
from modiste.engine import collect, lazy
from modiste.features import FEATURES
from modiste.testing import make_shop

TODAY = 100
PAIRS = [(0, 0), (0, 1), (0, 2), (1, 1), (2, 0)]


def _row(name: str, shop: Dataset, pair: tuple[int, int], **settings: Any) -> dict[str, Any]:
    feature = FEATURES.get(name)(**settings)
    past = shop.until(TODAY)
    pairs = pl.DataFrame(PAIRS, schema={"user_idx": pl.Int32, "item_idx": pl.Int32}, orient="row")
    rows = collect(feature.add(feature.prepare(past), past, lazy(pairs)))
    return rows.row(
        by_predicate=(pl.col("user_idx") == pair[0]) & (pl.col("item_idx") == pair[1]), named=True
    )


@pytest.fixture
def shop() -> Dataset:
    """User 0 bought item 0 on two days and item 1 once; user 1 item 1 once; user 2 nothing."""
    return make_shop(
        [(0, 0, 70), (0, 1, 80), (0, 0, 90), (1, 1, 99), (1, 1, 101)],
        n_users=3,
        n_items=3,
        products=[5, 5, 6],
        attributes={"kind": ["a", "b", "a"]},
        ages=[20, 40, None],
        channels=[1, 2, 2, 2, 2],
        prices=[1.0, 3.0, 2.0, 5.0, 9.0],
    )


def test_pair_history_tells_the_item_from_its_product(shop: Dataset) -> None:
    row = _row("pair_history", shop, (0, 1))
    assert (row["pair_times"], row["pair_days_since_last"]) == (1, 20)
    assert row["pair_visits_since_last"] == 2  # the visits of day 90 and of day 80 itself
    assert (row["pair_product_times"], row["pair_product_variants"]) == (3, 2)
    assert row["pair_product_days_since_last"] == 10
    assert row["pair_variant_gap"] == 1 - 0  # item 0 of the product was bought last
    same = _row("pair_history", shop, (0, 0))
    assert (same["pair_days_since_first"], same["pair_visits_since_last"]) == (30, 1)
    assert _row("pair_history", shop, (0, 2))["pair_times"] is None


def test_pair_taste_is_the_share_of_decayed_purchases(shop: Dataset) -> None:
    row = _row("pair_taste", shop, (0, 2), half_life_days=10.0)
    # Ages 29, 19 and 9 days: half-lives 2.9, 1.9, 0.9. Kind a: the first and the last.
    first, second, last = 0.5**2.9, 0.5**1.9, 0.5**0.9
    share = (first + last) / (first + second + last)
    assert row["taste_kind_share"] == pytest.approx(share, abs=1e-5)
    assert (row["taste_kind_count"], row["taste_kind_days"]) == (2, 10)
    assert _row("pair_taste", shop, (1, 1))["taste_kind_share"] == pytest.approx(1.0)
    assert _row("pair_taste", shop, (2, 0))["taste_kind_share"] is None


def test_user_activity_counts_before_as_of_only(shop: Dataset) -> None:
    row = _row("user_activity", shop, (0, 2))
    assert (row["user_purchases"], row["user_items"], row["user_visits"]) == (3, 2, 3)
    assert (row["user_days_since_last"], row["user_days_since_first"]) == (10, 30)
    assert row["user_price_mean"] == pytest.approx(2.0)
    assert row["user_price_deviation"] == pytest.approx(math.sqrt(2 / 3), abs=1e-5)
    assert row["user_web_share"] == pytest.approx(2 / 3)
    assert row["user_repeat_share"] == pytest.approx(1 - 2 / 3)
    assert _row("user_activity", shop, (1, 1))["user_purchases"] == 1


def test_item_sales_are_those_of_the_windows_and_of_the_product(shop: Dataset) -> None:
    row = _row("item_sales", shop, (0, 0), half_life_days=10.0)
    assert (row["item_sales_28d"], row["item_sales_91d"]) == (1, 2)
    assert row["product_sales_28d"] == 3  # item 1 sold on days 80 and 99 too
    mine, other = 0.5**2.9 + 0.5**0.9, 0.5**1.9 + 0.5**0.0
    assert row["product_item_share"] == pytest.approx(mine / (mine + other + 0.1), abs=1e-5)
    edges = {days: _row("item_sales", shop, (0, 0), windows=(days,)) for days in (9, 10)}
    assert (edges[9]["item_sales_9d"], edges[10]["item_sales_10d"]) == (0, 1)
    unsold = _row("item_sales", shop, (0, 2))
    assert unsold["item_sales_28d"] is None
    assert unsold["kind_sales_28d"] == 1  # of its kind, item 0


def test_item_life_and_how_user_and_item_differ(shop: Dataset) -> None:
    row = _row("item_life", shop, (1, 1))
    assert (row["item_days_since_first"], row["item_days_since_last"]) == (20, 1)
    assert row["item_age_mean"] == pytest.approx(30)
    assert row["pair_age_gap"] == pytest.approx(40 - 30)
    assert row["item_price_mean"] == pytest.approx(4.0)
    assert row["pair_price_ratio"] == pytest.approx(4.0 / 5.0)


def test_age_bands_lift_what_their_own_buys(shop: Dataset) -> None:
    row = _row("pair_age_sales", shop, (0, 0), half_life_days=1e9)
    # The twenties bought 3 of 4 sold, item 0 sold 2: expected 1.5, found 2.
    assert row["pair_age_band_sales"] == pytest.approx(2, abs=1e-4)
    assert row["pair_age_band_lift"] == pytest.approx(3 / 2.5, abs=1e-4)
    assert _row("pair_age_sales", shop, (2, 0))["pair_age_band_sales"] is None


def test_season_is_a_point_on_a_circle(shop: Dataset) -> None:
    row = _row("season", shop, (0, 0))
    assert row["season_sine"] ** 2 + row["season_cosine"] ** 2 == pytest.approx(1, abs=1e-5)
    assert row["season_sine"] == pytest.approx(math.sin(2 * math.pi * 100 / 365.2425), abs=1e-5)


def test_attributes_with_many_values_name_no_item() -> None:
    kinds = [f"kind {number}" for number in range(3)]
    shop = make_shop([(0, 0, 90)], n_users=3, n_items=3, attributes={"kind": kinds})
    assert _row("item_attributes", shop, (0, 2), max_values=3)["item_kind"] == 2
    assert "item_kind" not in _row("item_attributes", shop, (0, 2), max_values=2)


def test_a_user_profile_gives_the_age(shop: Dataset) -> None:
    assert _row("user_profile", shop, (1, 1))["user_age"] == 40
    assert _row("user_profile", shop, (2, 0))["user_age"] is None
