"""Each source on a shop so small that the right answer is worked by hand. Day 100 is `as_of`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from modiste.candidates import CANDIDATE_SOURCES
from modiste.candidates.base import YEAR, offered
from modiste.candidates.bought_together import co_purchases
from modiste.data import Dataset
from modiste.engine import collect
from modiste.testing import make_shop

TODAY = 100


def _proposals(name: str, shop: Dataset, user: int, **settings: Any) -> list[Any]:
    """Give one user's items and scores in order of rank."""
    source = CANDIDATE_SOURCES.get(name)(**settings)
    past = shop.until(TODAY)
    found = collect(source.propose(source.prepare(past, 1), past.of_user_range(user, user + 1)))
    return found.sort("rank").select("item_idx", "score").rows()


def _items(name: str, shop: Dataset, user: int, **settings: Any) -> list[int]:
    return [item for item, _ in _proposals(name, shop, user, **settings)]


def _shop(purchases: Sequence[tuple[int, int, int]], **parts: Any) -> Dataset:
    return make_shop(purchases, **{"n_users": 4, "n_items": 6, **parts})


def test_popular_halves_a_sale_every_half_life() -> None:
    shop = _shop([(0, 1, 99), (0, 2, 92), (1, 2, 92), (2, 2, 92), (0, 3, 70)])
    # Item 1: one sale of yesterday. Item 2: three of a half-life before. Item 3: too old.
    found = _proposals("popular", shop, 3, window_days=28, half_life_days=7)
    assert found == [(2, pytest.approx(1.5)), (1, pytest.approx(1.0))]


def test_popular_age_counts_the_own_band_and_those_of_unknown_age_apart() -> None:
    shop = _shop([(0, 1, 99), (1, 2, 99), (2, 3, 99)], ages=[25, 44, None, 29])
    assert _items("popular_age", shop, 3) == [1]
    assert _items("popular_age", shop, 1) == [2]
    assert _items("popular_age", shop, 2) == [3]


def test_popular_channel_follows_the_last_channel_used() -> None:
    shop = _shop([(0, 1, 90), (0, 2, 95), (1, 3, 99)], channels=[1, 2, 1])
    assert _items("popular_channel", shop, 0) == [2]
    assert _items("popular_channel", shop, 1) == [3, 1]


def test_popular_department_weighs_departments_by_their_share_of_the_wardrobe() -> None:
    shop = _shop(
        [(0, 0, 99), (0, 1, 99), (0, 3, 99), (1, 2, 99), (1, 4, 99)],
        attributes={"department": ["a", "a", "a", "b", "b", "b"]},
    )
    # User 0 bought two of a and one of b; each of the five sold items was sold once.
    found = _proposals("popular_department", shop, 0)
    assert found == [(0, 2.0), (1, 2.0), (2, 2.0), (3, 1.0), (4, 1.0)]


def test_trending_measures_the_excess_by_its_noise() -> None:
    recent = [(user, 1, 95) for user in range(4)] + [(0, 2, 95)]
    before = [(0, 1, 80)] + [(user, 2, day) for user in range(4) for day in (70, 75, 85, 90)]
    found = _proposals("trending", _shop(recent + before), 0, recent_days=7, base_days=28)
    # Item 1: 4 sold, 1 * 7 / 28 expected. Item 2: 1 sold, 16 / 4 expected: it falls.
    assert found == [(1, pytest.approx((4 - 0.25) / 1.25**0.5))]


def test_repurchase_is_newest_first_then_the_more_often_bought() -> None:
    shop = _shop([(0, 5, 99), (0, 1, 98), (0, 2, 98), (0, 2, 98), (0, 3, 20), (1, 4, 99)])
    assert _items("repurchase", shop, 0) == [5, 2, 1, 3]
    assert _items("repurchase", shop, 0, window_days=30) == [5, 2, 1]
    assert _items("repurchase", shop, 2) == []


def test_same_product_offers_the_other_variants_also_unsold_ones_of_a_small_shop() -> None:
    shop = _shop([(0, 0, 99), (1, 2, 99)], products=[7, 7, 7, 8, 8, 8])
    # Two single sales say nothing of what is on the rail: item 1 is offered, after sold item 2.
    assert _items("same_product", shop, 0) == [2, 1]
    assert _items("same_product", shop, 3) == []


def test_same_product_of_a_large_shop_offers_what_sold_lately() -> None:
    often = [(user, item, 99) for user in range(4) for item in (0, 1, 3)]
    shop = _shop([*often, (0, 2, 10), (1, 2, 10)], products=[7, 7, 7, 8, 8, 8])
    # Each of the owned items 0 and 1 is a variant of the other; item 2 has not sold for 90 days.
    assert _items("same_product", shop, 0, window_days=56) == [0, 1]


def test_offered_stretches_its_window_where_most_sales_are_of_items_sold_once() -> None:
    old = [(user, item, 60) for user in range(3) for item in (1, 2)]
    shop = _shop([*old, (0, 3, 99), (1, 4, 99)]).until(TODAY)
    # 7 days hold two items sold once each; of the 8 sales of 56 days, 2 are of such items.
    assert sorted(collect(offered(shop, 7, unseen=0.3))["item_idx"]) == [1, 2, 3, 4]
    assert sorted(collect(offered(shop, 7, unseen=0.1))["item_idx"]) == [0, 1, 2, 3, 4, 5]


def test_co_purchases_count_users_who_bought_both_within_the_gap() -> None:
    rows = [(0, 1, 90), (0, 2, 95), (0, 2, 95), (1, 1, 90), (1, 2, 96), (2, 1, 90), (2, 3, 90)]
    counts = collect(co_purchases(_shop(rows).until(TODAY), 30, 5, 10))
    # User 0's purchases lie just within the gap and count once, user 1's lie one day beyond it.
    expected = [(1, 2, 1), (1, 3, 1), (2, 1, 1), (3, 1, 1)]
    assert counts.sort("item_idx", "neighbour_idx").rows() == expected


def test_bought_together_scores_the_damped_cosine() -> None:
    shop = _shop(
        [(0, 1, 98), (0, 2, 98), (1, 1, 98), (1, 2, 98), (2, 1, 98), (2, 3, 98), (3, 1, 99)]
    )
    found = _proposals("bought_together", shop, 3, shrink=1.0, half_life_days=1.0)
    # Buyers: item 1 four, item 2 two, item 3 one; both with item 1: 2 and 1; weight of yesterday 1.
    two, three = 2 / (8**0.5 + 1), 1 / (4**0.5 + 1)
    assert found == [(2, pytest.approx(two, abs=1e-5)), (3, pytest.approx(three, abs=1e-5))]


def test_popular_together_expects_companion_sales() -> None:
    shop = _shop([(0, 1, 99), (1, 1, 99), (0, 2, 99)])
    found = _proposals("popular_together", shop, 3)
    # Item 1 sold 2, its 2 buyers took item 2 once: 2 * 1 / (2 + 5). Item 2 sold 1: 1 * 1 / (1 + 5).
    assert found == [(2, pytest.approx(2 / 7, abs=1e-5)), (1, pytest.approx(1 / 6, abs=1e-5))]


def test_last_year_lifts_the_kind_that_rose() -> None:
    then = TODAY + 400 - YEAR
    now = [(0, 0, TODAY + 399), (0, 1, TODAY + 399)]
    last = [(user, 2, then + 3) for user in range(4)] + [(0, 3, then + 3)]
    before = [(user, 3, then - 3) for user in range(4)]
    shop = _shop(now + last + before, attributes={"kind": ["coat", "hat", "coat", "hat", "x", "x"]})
    source = CANDIDATE_SOURCES.get("last_year")(prior_sales=1.0)  # type: ignore[call-arg]
    past = shop.until(TODAY + 400)
    found = collect(source.propose(source.prepare(past, 1), past.of_user_range(0, 1))).sort("rank")
    # Coats: 4 in 14 days after none in 28; hats: 1 after 4.
    coat = (4 / 14 + 1 / 28) / (0 + 1 / 28)
    hat = (1 / 14 + 1 / 28) / (4 / 28 + 1 / 28)
    assert found["item_idx"].to_list() == [0, 1]
    assert found["score"].to_list() == pytest.approx([coat, hat], abs=1e-3)


def test_new_arrivals_are_of_the_kinds_one_buys() -> None:
    shop = _shop(
        [(0, 0, 50), (1, 3, 50), (2, 1, 97), (2, 4, 97)],
        attributes={"kind": ["a", "a", "a", "b", "b", "b"]},
    )
    assert _items("new_arrivals", shop, 0)[0] == 1
    assert _items("new_arrivals", shop, 1)[0] == 4
    assert sorted(_items("new_arrivals", shop, 3)) == [1, 4]


def test_similar_users_equals_the_sum_over_all_users() -> None:
    rows = [(0, 1, 60), (0, 2, 70), (1, 1, 50), (1, 3, 98), (2, 2, 60), (2, 4, 97), (3, 5, 60)]
    shop = _shop([*rows, (3, 3, 97)])
    found = dict(_proposals("similar_users", shop, 0, half_life_days=1e9))
    # Active last week: users 1, 2 and 3, with two items each. Owners among them: item 1 one, item 2
    # one, item 5 one, item 3 two, item 4 one. User 0 owns 1 (as user 1) and 2 (as user 2).
    weight = 1 / (2**0.5 * 2**0.5)
    assert found == {3: pytest.approx(weight, abs=1e-5), 4: pytest.approx(weight, abs=1e-5)}


@pytest.mark.parametrize("name", ["als", "bpr"])
def test_factors_find_the_own_half_of_a_planted_shop(name: str) -> None:
    # Two groups of ten users, each buying from ten items of their own; each user lacks one item.
    rows = [
        (group * 10 + user, group * 10 + item, 80 + item)
        for group in (0, 1)
        for user in range(10)
        for item in range(10)
        if item != user
    ]
    shop = make_shop(rows, n_users=20, n_items=20)
    for user in (0, 13):
        first = _items(name, shop, user, k=10, dim=8)
        assert {item // 10 for item in first} == {user // 10}
