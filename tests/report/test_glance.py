"""The data at a glance, counted by hand."""

from __future__ import annotations

from pathlib import Path

import narwhals as nw
import polars as pl
import pytest

from modiste.data.dataset import Dataset
from modiste.report import glance
from tests.report.conftest import made_tables, publish

DAY = 18_000


def shop_of(folder: Path, rows: list[tuple[int, int, int, float | None]]) -> Dataset:
    """A shop of `(user, item, day, price)` rows on the small shop's items and users."""
    schema = {"user_idx": pl.Int32, "item_idx": pl.Int32, "day": pl.Int32, "price": pl.Float32}
    interactions = pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        channel=pl.lit(1, dtype=pl.Int8)
    )
    _, items, users = made_tables()
    return publish(folder, (interactions, items, users))


def test_facts(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, [(1, 2, DAY, 1.0), (1, 3, DAY + 9, 1.0), (2, 3, DAY + 9, 1.0)])
    assert glance.facts(shop) == {
        "purchases": 3,
        "buyers": 2,
        "articles_sold": 2,
        "articles": 60,
        "pictures": 48,
        "customers": 40,
        "first_day": "2019-04-14",
        "last_day": "2019-04-23",
        "n_days": 10,
    }


def test_weeks_end_with_the_last_day_and_are_whole(tmp_path: Path) -> None:
    days = [DAY, DAY + 1, DAY + 7, DAY + 22]  # 23 days: three whole weeks from DAY + 2 on
    shop = shop_of(tmp_path, [(1, 1, day, 1.0) for day in days])
    weeks = glance.sales_per_week(shop)
    assert weeks.rows() == [(DAY + 2, 1), (DAY + 9, 0), (DAY + 16, 1)]


def test_life_of_one_article(tmp_path: Path) -> None:
    launch = DAY + glance.LAUNCH_DAYS
    end = launch + glance.LIFE_WEEKS * 7
    sold = {0: 2, 1: 5, 2: 1, 9: 1, 25: 1}  # pieces by week since the launch
    rows = [(1, 1, launch + 7 * week, 1.0) for week, pieces in sold.items() for _ in range(pieces)]
    early = [(1, 2, launch - 1, 1.0)] * 20  # may be older than the data
    rare = [(1, 3, launch, 1.0)] * (glance.MIN_SALES - 1)
    frame = [(1, 4, DAY, 1.0), (1, 4, end - 1, 1.0)]
    life = glance.lives(shop_of(tmp_path, [*rows, *early, *rare, *frame]))
    assert life is not None
    assert life.n_articles == 1
    assert life.curve["share"].to_list()[:3] == pytest.approx([0.2, 0.5, 0.1])
    assert life.curve["share"].sum() == pytest.approx(1)
    assert [row[2] for row in life.quantiles.rows()] == [2, 2, 10]


def test_no_article_with_a_known_life(tmp_path: Path) -> None:
    assert glance.lives(shop_of(tmp_path, [(1, 1, DAY, 1.0)])) is None


def test_top_values_are_shares_of_purchases(tmp_path: Path) -> None:
    shop = shop_of(
        tmp_path, [(1, 0, DAY, 1.0), (1, 5, DAY, 1.0), (1, 1, DAY, 1.0), (2, 0, DAY, 1.0)]
    )
    values = glance.top_values(shop, "kind")
    assert values.row(0) == ("Dress", 0.75, 12)
    assert values.row(1) == ("Trousers", 0.25, 12)
    assert values["share"].sum() == 1


def test_shown_attributes_prefer_kind_and_colour() -> None:
    frame = made_tables()[0]

    def names(*attributes: str) -> list[str]:
        tables = (frame, frame, frame)
        one, two, three = (nw.from_native(table.lazy()) for table in tables)
        return glance.shown_attributes(Dataset(one, two, three, item_attributes=attributes))

    assert names("brand", "colour", "kind") == ["kind", "colour"]
    assert names("brand", "colour") == ["brand", "colour"]
    assert names("brand", "size", "fit") == ["brand", "size"]
    assert names("brand") == ["brand"]
    assert names() == []


def test_ages_are_shares_of_those_known(tmp_path: Path) -> None:
    shop = shop_of(
        tmp_path, [(0, 1, DAY, 1.0), (0, 1, DAY, 1.0), (2, 1, DAY, 1.0), (6, 1, DAY, 1.0)]
    )
    ages = glance.ages(shop)
    assert ages["customers"].sum() == pytest.approx(1)
    shares = dict(zip(ages["age"], ages["purchases"], strict=True))
    assert shares[18] == pytest.approx(2 / 3)  # user 6 has no age: its purchase does not count
    assert shares[21] == pytest.approx(1 / 3)


def test_prices_fall_into_bins_of_equal_ratio(tmp_path: Path) -> None:
    prices = [1.0] * 45 + [10.0] * 35 + [100.0] * 20
    shop = shop_of(tmp_path, [(1, 1, DAY, price) for price in [*prices, 0.0, None]])
    spread = glance.prices(shop, bins=4)
    assert spread["share"].to_list() == pytest.approx([0.45, 0.35, 0.2])
    assert spread["low"].to_list() == pytest.approx([1, 10, 10**1.5])
    assert glance.price_quartiles(shop) == (1, 10, 10)


def test_one_price_for_all(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, [(1, 1, DAY, 9.5)])
    assert glance.prices(shop)["share"].to_list() == [1]


def test_unknown_prices_give_no_spread(tmp_path: Path) -> None:
    shop = shop_of(tmp_path, [(1, 1, DAY, None)])
    assert glance.prices(shop).height == 0
    assert glance.price_quartiles(shop) is None


def test_words_count_each_product_once(tmp_path: Path) -> None:
    counts = glance.word_counts(shop_of(tmp_path, []))
    assert counts["jersey"] == 30  # 60 articles, two colours of each product
    assert "i" not in counts
    assert list(counts) == sorted(counts)  # equal counts: by alphabet
