"""Who and what belongs to which segment, counted by hand on the shop of four customers."""

from __future__ import annotations

import polars as pl
import pytest

from modiste.data.dataset import Dataset
from modiste.errors import InputError
from modiste.evaluation.context import build_context
from modiste.evaluation.segments import (
    ITEM_SEGMENTS,
    age_band,
    customer_segments,
    history_segment,
    iso_day,
    item_segments,
    unseen_items,
)
from tests.evaluation.conftest import WEEK


@pytest.mark.parametrize(
    ("count", "name"), [(0, "none"), (1, "little"), (4, "little"), (5, "much")]
)
def test_history_segment_at_its_borders(count: int, name: str) -> None:
    frame = pl.DataFrame({"n": [count]}).select(history_segment(pl.col("n")))
    assert frame.item() == name


@pytest.mark.parametrize(
    ("age", "name"),
    [
        (16.0, "under 25"),
        (24.9, "under 25"),
        (25.0, "25-34"),
        (35.0, "35-44"),
        (45.0, "45-54"),
        (55.0, "55 and over"),
        (None, "unknown"),
        (float("nan"), "unknown"),
    ],
)
def test_age_band_at_its_borders(age: float | None, name: str) -> None:
    frame = pl.DataFrame({"age": [age]}, schema={"age": pl.Float64}).select(age_band(pl.col("age")))
    assert frame.item() == name


def test_day_as_iso_date() -> None:
    assert iso_day(0) == "1970-01-01"
    assert iso_day(18_000) == "2019-04-14"


def test_history_counts_purchases_before_each_week_only(
    shop: Dataset, bought: pl.DataFrame
) -> None:
    context = build_context(shop, bought)
    assert context.weeks == (WEEK, WEEK + 7)
    assert context.history.rows() == [(WEEK, 0, 5), (WEEK, 1, 2), (WEEK, 2, 0), (WEEK + 7, 2, 2)]


def test_customer_segments(shop: Dataset, bought: pl.DataFrame) -> None:
    keys = bought.select("week", "user_idx").unique().sort("week", "user_idx")
    assert customer_segments(keys, build_context(shop, bought)).rows() == [
        (WEEK, 0, "much", "under 25"),
        (WEEK, 1, "little", "25-34"),
        (WEEK, 2, "none", "unknown"),
        (WEEK + 7, 2, "little", "unknown"),
    ]


def test_item_segments(shop: Dataset, bought: pl.DataFrame) -> None:
    parts = item_segments(bought, build_context(shop, bought))
    assert list(parts) == list(ITEM_SEGMENTS)
    # Item 3 was first sold 28 days before the week: just new. Item 2, 29 days before: not new.
    assert sorted(parts["new in the shop"].rows()) == [
        (WEEK, 0, 3),
        (WEEK, 2, 4),
        (WEEK + 7, 2, 4),
    ]
    # Customer 0 owned 0 and 3, customer 2 bought 4 in the week before the second one.
    assert sorted(parts["new to the customer"].rows()) == [
        (WEEK, 1, 2),
        (WEEK, 2, 2),
        (WEEK, 2, 4),
    ]
    assert parts["new to the customer, with history"].rows() == [(WEEK, 1, 2)]


def test_unseen_items_were_sold_to_nobody_before(shop: Dataset, bought: pl.DataFrame) -> None:
    pairs = pl.DataFrame(
        {"week": [WEEK, WEEK, WEEK + 7], "item_idx": [5, 4, 4]},
        schema={"week": pl.Int32, "item_idx": pl.Int32},
    )
    unseen = unseen_items(pairs, build_context(shop, bought))
    assert unseen.rows() == [(WEEK, 5), (WEEK, 4)]


def test_popularity_counts_customers_once_and_holds_the_total(
    shop: Dataset, bought: pl.DataFrame
) -> None:
    rows = build_context(shop, bought).popularity.filter(pl.col("week") == WEEK)
    assert set(rows.rows()) == {
        (WEEK, None, 0, 2),
        (WEEK, 0, 1, 2),
        (WEEK, 1, 2, 2),
        (WEEK, 2, 1, 2),
        (WEEK, 3, 2, 2),
    }


def test_on_sale_is_what_was_sold_in_the_year_before_or_in_the_weeks(
    shop: Dataset, bought: pl.DataFrame
) -> None:
    assert build_context(shop, bought).on_sale["item_idx"].to_list() == [0, 1, 2, 3, 4]


def test_rows_after_a_week_alter_nothing_that_is_known_before_it(
    shop: Dataset, bought: pl.DataFrame
) -> None:
    first_week = bought.filter(pl.col("week") == WEEK)
    whole, cut = build_context(shop, first_week), build_context(shop.until(WEEK), first_week)
    assert whole.history.equals(cut.history)
    assert whole.owned.equals(cut.owned)
    assert whole.popularity.equals(cut.popularity)


def test_no_week_is_refused(shop: Dataset, bought: pl.DataFrame) -> None:
    with pytest.raises(InputError, match="no weeks to judge"):
        build_context(shop, bought.clear())
