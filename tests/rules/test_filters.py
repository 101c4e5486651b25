from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modiste.errors import InputError
from modiste.rules.filters import (
    OPERATORS,
    Filter,
    allowed,
    filter_notes,
    filter_table,
    item_prices,
    loosening_advice,
    loosenings,
    parse_filter,
)
from modiste.testing import make_shop

COLOURS = ["Red", "red ", "Navy Blue", None, "Green, striped", "Crème"]
KINDS = ["Dress", "Shirt dress", "Jeans", "Jeans", "Hat", None]
YEARS = ["2010", "2012", None, "2011", "2012", "2010"]
PURCHASES = [(0, 0, 1), (0, 0, 5), (0, 1, 3), (0, 2, 3), (1, 2, 3), (0, 4, 2)]
PRICES = [10.0, 20.0, 5.0, 30.0, 40.0, None]


@pytest.fixture(scope="module")
def items() -> pl.DataFrame:
    shop = make_shop(
        PURCHASES,
        n_users=2,
        n_items=6,
        attributes={"colour": COLOURS, "kind": KINDS, "year": YEARS},
        prices=PRICES,
    )
    return filter_table(shop)


def kept(items: pl.DataFrame, *texts: str) -> list[int]:
    mask = allowed([parse_filter(text) for text in texts], items)
    assert mask.dtype == np.bool_
    assert mask.shape == (items.height,)
    return np.flatnonzero(mask).tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("colour=Red", [0, 1]),
        ("colour=RED,navy blue", [0, 1, 2]),
        ("Colour = red", [0, 1]),
        ("colour==red", [0, 1]),
        ("color=red", [0, 1]),
        ("colour=Green, striped", [4]),
        ("colour=creme", [5]),
        ("colour!=Red", [2, 3, 4, 5]),
        ("kind~dress", [0, 1]),
        ("kind~DRÈSS", [0, 1]),
        ("kind~nothing", []),
        ("articleType=jeans", [2, 3]),
        ("product_type_name=jeans", [2, 3]),
        ("year>=2011", [1, 3, 4]),
        ("year=2012", [1, 4]),
        ("item_id=0000000003", [3]),
        ("name~item 4", [4]),
        ("price<20", [1]),
        ("price<=20", [0, 1]),
        ("price>20", [2]),
        ("price>=20", [0, 2]),
        ("price<0,5", []),
        ("price=5", [1]),
        ("price!=5", [0, 2, 3, 4, 5]),
    ],
)
def test_a_filter_keeps(items: pl.DataFrame, text: str, expected: list[int]) -> None:
    assert kept(items, text) == expected


def test_filters_are_met_all_together(items: pl.DataFrame) -> None:
    assert kept(items) == [0, 1, 2, 3, 4, 5]
    assert kept(items, "colour=red", "price<20") == [1]


def test_the_price_is_the_median_of_the_last_day(items: pl.DataFrame) -> None:
    assert items["price"].to_list() == [20.0, 5.0, 35.0, None, None, None]
    assert items["price"].dtype == pl.Float32


def test_a_shop_without_purchases_has_no_prices() -> None:
    shop = make_shop([], n_users=0, n_items=3)
    assert item_prices(shop).to_list() == [None, None, None]
    assert kept(filter_table(shop), "price<20") == []


@pytest.mark.parametrize("price", [19.99, 0.3])
def test_a_price_that_is_asked_for_is_met_though_prices_are_floats(price: float) -> None:
    shop = make_shop([(0, 0, 1)], n_users=1, n_items=1, prices=[price])
    assert kept(filter_table(shop), f"price<={price}") == [0]
    assert kept(filter_table(shop), f"price={price}") == [0]
    assert kept(filter_table(shop), f"price>{price}") == []


def test_how_many_have_no_value_is_said(items: pl.DataFrame) -> None:
    filters = [parse_filter(text) for text in ("price<20", "item_id~0", "colour!=Red")]
    assert filter_notes(filters, items) == (
        "3 of 6 items have no known price, so price<20 leaves them out",
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("colour", "expected COLUMN=VALUE"),
        ("=Red", "expected COLUMN=VALUE"),
        ("colour=", "expected COLUMN=VALUE"),
        ("", "expected COLUMN=VALUE"),
        ("price<cheap", "'cheap' is no number"),
        ("price<nan", "'nan' is no number: write price<20"),
        ("colour>=Red", "write colour=Red"),
    ],
)
def test_what_is_no_filter_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_filter(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("colr=red", "did you mean colour"),
        ("quux=red", "choose of item_id, .*colour.*price"),
        ("user_idx=3", "no such column"),
        ("colour_code=3", "no such column"),
        ("colour=navy", "did you mean Navy Blue"),
        ("colour=dark blue", "did you mean Navy Blue"),
        ("kind=jeens", "did you mean Jeans"),
        ("kind=shirt", "use kind~shirt"),
        ("kind=umbrella", "the most frequent are Jeans"),
        ("colour=red,quux", "no item has colour 'quux'"),
        ("kind<3", "kind holds no numbers: use kind= with a value of it, such as "),
        ("price~3", "expected numbers"),
        ("price=cheap", "expected numbers"),
    ],
)
def test_what_the_catalogue_lacks_is_refused_with_the_nearest(
    items: pl.DataFrame, text: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        allowed([parse_filter(text)], items)


def test_the_filter_to_loosen_is_the_one_that_costs_most(items: pl.DataFrame) -> None:
    filters = [parse_filter(text) for text in ("kind=Jeans", "colour!=Red", "price<20")]
    best, *_ = loosenings(filters, items)
    assert (str(best.filter), best.n_alone, best.n_without) == ("price<20", 1, 2)
    advice = loosening_advice(filters, items, 12)
    assert advice == "no item passes all 3 filters: without price<20 there are 2"
    assert loosening_advice(filters[:2], items, 2) is None
    assert loosening_advice([], items, 12) is None


TEXTS = st.text(max_size=30) | st.sampled_from(
    ["red", "5", "price", "colour", "Jeans,Hat", "1e400"]
)


@given(
    st.sampled_from(["colour", "kind", "price", "year", "x"]) | TEXTS,
    st.sampled_from(OPERATORS),
    TEXTS,
)
def test_any_filter_is_met_or_refused(
    items: pl.DataFrame, column: str, operator: str, value: str
) -> None:
    try:
        one = parse_filter(f"{column}{operator}{value}")
        mask = allowed([one], items)
    except InputError:
        return
    assert mask.shape == (items.height,)
    assert parse_filter(str(one)) == one


VALUES = [value for value in COLOURS if value is not None]


@given(st.lists(st.sampled_from(VALUES), min_size=1, max_size=1))
def test_is_and_is_not_part_the_catalogue(items: pl.DataFrame, values: Sequence[str]) -> None:
    text = ",".join(values)
    is_one = allowed([Filter("colour", "=", text)], items)
    is_not = allowed([Filter("colour", "!=", text)], items)
    assert (is_one ^ is_not).all()
