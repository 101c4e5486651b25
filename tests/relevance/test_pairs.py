"""Purchases as arrays, batches of them, and what is held out."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modiste.engine import collect
from modiste.errors import InputError
from modiste.relevance.pairs import (
    Purchases,
    cut_wardrobes,
    draw_rows,
    draw_wardrobes,
    last_rows,
)
from modiste.testing import random_shop

Row = tuple[int, int, int]


def purchases_of(rows: list[Row], n_users: int = 6, n_items: int = 9) -> Purchases:
    users, items, days = np.array(rows, dtype=np.int32).reshape(-1, 3).T
    return Purchases(users, items, days, n_users, n_items)


def rows_of(purchases: Purchases) -> list[Row]:
    columns = (purchases.users, purchases.items, purchases.days)
    return list(zip(*(column.tolist() for column in columns), strict=True))


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 8), st.integers(17_990, 18_010)), min_size=1
    )
)
def test_distinct_keeps_the_last_day_of_each_pair_sorted_by_user_and_day(rows: list[Row]) -> None:
    last: dict[tuple[int, int], int] = {}
    for user, item, day in rows:
        last[user, item] = max(day, last.get((user, item), 0))
    expected = sorted((user, day, item) for (user, item), day in last.items())
    found = [(user, day, item) for user, item, day in rows_of(purchases_of(rows).distinct())]
    assert found == expected


def test_rows_out_of_range_and_arrays_of_other_lengths_are_refused() -> None:
    with pytest.raises(InputError, match=r"item rows 2 to 9 given, expected 0 to 8"):
        purchases_of([(0, 9, 1), (1, 2, 1)]).check()
    with pytest.raises(InputError, match=r"user rows -1 to 0"):
        purchases_of([(-1, 0, 1), (0, 2, 1)]).check()
    one = np.zeros(1, int)
    with pytest.raises(InputError, match=r"\(1, 1, 2\) rows"):
        Purchases(one, one, np.zeros(2, int), 1, 1).check()


def test_a_dataset_gives_the_rows_before_its_day_alone() -> None:
    shop = random_shop()
    whole = collect(shop.interactions)
    day = 18_200
    found = Purchases.from_dataset(shop.until(day))
    before = whole.filter(whole["day"] < day)
    assert sorted(rows_of(found)) == sorted(before.select("user_idx", "item_idx", "day").rows())
    assert (found.n_users, found.n_items) == (60, 50)


def test_held_out_is_a_purchase_of_the_last_day_of_users_with_two_or_more(
    rng: np.random.Generator,
) -> None:
    rows = [(user, item, day) for user in range(40) for item, day in ((0, 5), (1, 9), (2, 9))]
    rows += [(user, 3, 7) for user in range(40, 60)]
    known = purchases_of(rows, n_users=60).distinct()
    held = last_rows(known, 1000, rng)
    assert len(held) == 4, "a tenth of the forty with two or more"
    assert set(known.days[held].tolist()) == {9}
    assert len(np.unique(known.users[held])) == 4
    assert known.users[held].max() < 40
    drawn = {int(known.items[row]) for _ in range(20) for row in last_rows(known, 4, rng)}
    assert drawn == {1, 2}, "purchases of one day are drawn among"


@given(st.lists(st.integers(0, 23), min_size=1, max_size=9), st.integers(2, 7))
def test_wardrobes_are_whole_users_or_pieces_of_like_length(sizes: list[int], longest: int) -> None:
    rows = [(user, item, item) for user, n in enumerate(sizes) for item in range(n)]
    known = purchases_of(rows, n_users=len(sizes), n_items=30)
    starts = cut_wardrobes(known, longest)
    assert starts[0] == 0
    assert starts[-1] == len(known)
    for begin, end in pairwise(starts.tolist()):
        mine = known.users[begin:end]
        assert len(set(mine.tolist())) == 1
        assert len(mine) <= longest
        assert len(mine) >= 2 or sizes[mine[0]] == 1 or longest == 2


def test_an_epoch_gives_every_wardrobe_of_two_or_more_once(rng: np.random.Generator) -> None:
    sizes = rng.integers(0, 9, 50)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    seen = []
    for rows, number in draw_wardrobes(starts, 20, rng):
        assert number[0] == 0
        assert set(np.diff(number).tolist()) <= {0, 1}
        for wardrobe in range(int(number[-1]) + 1):
            mine = rows[number == wardrobe]
            assert mine[0] in starts
            assert mine[-1] + 1 in starts
        assert len(rows) <= 20 + 8
        seen.extend(rows.tolist())
    several = np.repeat(sizes >= 2, sizes)
    assert sorted(seen) == np.flatnonzero(several).tolist()


def test_rows_come_once_each_in_another_order(rng: np.random.Generator) -> None:
    given_rows = np.arange(5, 105)
    parts = list(draw_rows(given_rows, 30, rng))
    together = np.concatenate(parts)
    assert len(parts) == 3
    assert not np.array_equal(together, given_rows)
    assert np.array_equal(np.sort(together), given_rows)
