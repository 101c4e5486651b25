from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modiste.search.query.amounts import PriceRange, read_amounts


@pytest.mark.parametrize(
    ("text", "low", "high", "rest"),
    [
        ("jeans under 30", None, 30, "jeans"),
        ("jeans below 30", None, 30, "jeans"),
        ("jeans up to 30", None, 30, "jeans"),
        ("jeans no more than 30", None, 30, "jeans"),
        ("30 eur jeans", None, 30, "jeans"),
        ("jeans £30", None, 30, "jeans"),
        ("jeans 30€", None, 30, "jeans"),
        ("jeans 30 or less", None, 30, "jeans"),
        ("jeans <30", None, 30, "jeans"),
        ("over 50", 50, None, ""),
        ("at least 50 dollars bag", 50, None, "bag"),
        ("bag 50 and up", 50, None, "bag"),
        ("between 20 and 40", 20, 40, ""),
        ("between €20 and €40 dress", 20, 40, "dress"),
        ("shoes 30-50", 30, 50, "shoes"),
        ("shoes 50-30", 30, 50, "shoes"),
        ("from 20 to 30 jeans", 20, 30, "jeans"),
        ("over 20 under 30 jeans", 20, 30, "jeans"),
        ("dress around 50", 40, 60, "dress"),
        ("under 0.05", None, 0.05, ""),
        ("max 30,50", None, 30.5, ""),
        ("under 1,000", None, 1000, ""),
        ("under 1.5k", None, 1500, ""),
        ("Rs. 499 kurta", None, 499, "kurta"),
    ],
)
def test_prices(text: str, low: float | None, high: float | None, rest: str) -> None:
    found = read_amounts(text)
    assert found.price == PriceRange(low, high)
    assert found.rest == rest


@pytest.mark.parametrize(
    "text",
    [
        "heel 30 cm",
        "under 30 cm",
        "100% cotton",
        "501 jeans",
        "3/4 sleeve",
        "2011-2012 shirt",
        "0108775015",
        "no 5 perfume",
        "30 to 50 denier tights",
        "undergarment 3 pack",
        "3 for 2",
    ],
)
def test_other_numbers_are_words(text: str) -> None:
    found = read_amounts(text)
    assert (found.price, found.sizes, found.rest) == (None, (), text)


def test_a_year_that_the_shop_knows_is_no_price() -> None:
    assert read_amounts("from 2012", lambda number: number == "2012").price is None
    assert read_amounts("from 2012 eur", lambda number: number == "2012").price is not None


def test_ends_that_leave_nothing_are_not_used() -> None:
    found = read_amounts("under 20 over 50")
    assert found.price is None
    assert "neither was used" in found.notes[0]


def test_a_currency_is_said_not_to_be_converted() -> None:
    assert "none is converted" in read_amounts("under £30").notes[0]
    assert read_amounts("under 30").notes == ()


@pytest.mark.parametrize(
    ("text", "size", "rest"),
    [
        ("dress size M", "M", "dress"),
        ("dress size medium", "M", "dress"),
        ("dress M", "M", "dress"),
        ("dress xl", "XL", "dress"),
        ("boots EU 38", "EU 38", "boots"),
        ("boots size eu38", "EU 38", "boots"),
        ("uk 10 dress", "UK 10", "dress"),
        ("jeans W32 L34", "W32 L34", "jeans"),
        ("jeans 32x34", "W32 L34", "jeans"),
        ("bra 34B", "34B", "bra"),
        ("coat 2-3 years", "2-3 years", "coat"),
        ("size 38-40 dress", "38-40", "dress"),
    ],
)
def test_sizes(text: str, size: str, rest: str) -> None:
    found = read_amounts(text)
    assert (found.sizes, found.rest, found.price) == ((size,), rest, None)


@pytest.mark.parametrize("text", ["H&M dress", "M&S dress", "l'oreal lipstick", "S", "t-shirt"])
def test_letters_inside_names_are_no_sizes(text: str) -> None:
    assert read_amounts(text).sizes == ()


def test_a_range_gives_the_filters_that_keep_it() -> None:
    assert [str(one) for one in PriceRange(20, 30.5).filters] == ["price>=20", "price<=30.5"]
    assert str(PriceRange(None, 30)) == "up to 30"
    assert str(PriceRange(20)) == "from 20"
    assert str(PriceRange(20, 30)) == "from 20 to 30"


SAID = st.sampled_from(
    ["under", "over", "between", "and", "30", "1,000", "€", "-", "size", "M", "cm", "x", "to", "eu"]
)


@given(st.lists(SAID, max_size=30).map(" ".join) | st.text(max_size=200))
def test_any_text_gives_a_range_with_its_ends_in_order(text: str) -> None:
    found = read_amounts(text)
    if found.price is not None:
        low, high = found.price.low, found.price.high
        assert low is None or high is None or low <= high
        assert (low, high) != (None, None)
    assert len(found.rest) <= len(text)
