"""Negatives: each strategy draws what it says, and never what the user bought."""

import numpy as np
import pytest

from modiste.errors import InputError
from modiste.relevance.negatives import NONE, Negatives
from modiste.relevance.pairs import Purchases
from modiste.relevance.settings import StrategyName
from tests.relevance.planted import Planted

STRATEGIES: list[StrategyName] = ["uniform", "same_kind", "same_day", "popular"]


def jeans_and_tops() -> tuple[Negatives, Purchases]:
    """One user buys 3 jeans (kind 0) and 7 tops (1) on a day; others buy all kinds that day."""
    mine = [(0, item, 5) for item in [*range(3), *range(100, 107)]]
    others = [(1 + n % 20, item, 5) for n, item in enumerate([*range(3, 60), *range(107, 190)])]
    socks = [(1 + n % 20, 200 + n, 5) for n in range(50)]
    yesterday = [(1 + n % 20, 60 + n, 4) for n in range(30)]
    users, items, days = np.array(mine + others + socks + yesterday, dtype=np.int32).T
    known = Purchases(users, items, days, 21, 300).distinct()
    return Negatives(known, "same_day", np.arange(300) // 100), known


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_negative_is_never_something_the_user_bought(
    planted: Planted, strategy: StrategyName, rng: np.random.Generator
) -> None:
    known = planted.purchases.distinct()
    drawn = Negatives(known, strategy, planted.kind).draw(np.arange(len(known)), 10, rng)
    assert drawn.shape == (len(known), 10)
    bought = set(zip(known.users.tolist(), known.items.tolist(), strict=True))
    pairs = zip(np.repeat(known.users, 10).tolist(), drawn.ravel().tolist(), strict=True)
    assert not bought & set(pairs)
    assert (drawn != NONE).all()
    if strategy != "uniform":
        assert known.sales[np.unique(drawn)].all(), "these were not on offer"


def test_uniform_draws_all_alike_and_popular_by_sales(rng: np.random.Generator) -> None:
    # Item 0 has 90 buyers, item 1 has 10, item 3 none; user 100 has item 2 alone.
    rows = [(user, int(user >= 90), 1) for user in range(100)] + [(100, 2, 1)]
    users, items, days = np.array(rows).T
    known = Purchases(users, items, days, 101, 4).distinct()
    asked = np.full(1, 100)
    uniform = Negatives(known, "uniform").draw(asked, 4000, rng)
    popular = Negatives(known, "popular").draw(asked, 4000, rng)
    for item in (0, 1, 3):
        assert np.mean(uniform == item) == pytest.approx(1 / 3, abs=0.04)
    assert np.mean(popular == 0) == pytest.approx(0.9, abs=0.03)


def test_same_kind_is_of_the_positives_kind(planted: Planted, rng: np.random.Generator) -> None:
    known = planted.purchases.distinct()
    drawn = Negatives(known, "same_kind", planted.kind).draw(np.arange(len(known)), 5, rng)
    assert (planted.kind[drawn] == planted.kind[known.items][:, None]).all()


def test_same_day_keeps_to_the_day_and_to_the_kinds_bought_on_it(rng: np.random.Generator) -> None:
    negatives, known = jeans_and_tops()
    mine = np.flatnonzero(known.users == 0)
    drawn = negatives.draw(mine, 400, rng)
    kinds = drawn // 100
    assert np.mean(kinds == 0) == pytest.approx(0.3, abs=0.03), "3 jeans of 10 pieces"
    assert np.mean(kinds == 1) == pytest.approx(0.7, abs=0.03)
    assert not np.isin(drawn, np.arange(60, 90)).any(), "these were bought the day before"


def test_who_bought_all_that_there_is_gets_none(rng: np.random.Generator) -> None:
    users = np.array([0, 0, 0, 1])
    known = Purchases(users, np.array([0, 1, 2, 0]), np.ones(4, int), 2, 3).distinct()
    drawn = Negatives(known, "uniform").draw(np.arange(4), 6, rng)
    assert (drawn[:3] == NONE).all()
    assert np.isin(drawn[3], [1, 2]).all()


def test_a_kind_of_which_the_user_has_all_is_left_for_others(rng: np.random.Generator) -> None:
    users, items = np.array([0, 0, 1, 1]), np.array([0, 1, 2, 3])
    known = Purchases(users, items, np.ones(4, int), 2, 4).distinct()
    drawn = Negatives(known, "same_kind", np.array([0, 0, 1, 1])).draw(np.arange(2), 8, rng)
    assert np.isin(drawn, [2, 3]).all()


def test_kinds_are_asked_for_where_they_are_needed() -> None:
    known = Purchases(np.zeros(1, int), np.zeros(1, int), np.zeros(1, int), 1, 1)
    with pytest.raises(InputError, match=r"same_day need each item's kind"):
        Negatives(known, "same_day")


def test_shared_draws_are_distinct_and_tell_their_chance(
    planted: Planted, rng: np.random.Generator
) -> None:
    known = planted.purchases.distinct()
    negatives = Negatives(known, "shared")
    hits, told = np.zeros(known.n_items), np.zeros(known.n_items)
    for _ in range(400):
        items, chance = negatives.draw_shared(60, rng)
        assert len(np.unique(items)) == len(items)
        hits[items] += 1
        told[items] = np.exp(chance)
    seen = hits > 0
    assert np.abs(hits[seen] / 400 - told[seen]).max() < 0.12
    assert np.mean(hits[seen] / 400) == pytest.approx(np.mean(told[seen]), rel=0.02)
