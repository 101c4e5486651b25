"""The engine of rules on lists small enough to work by hand."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modiste.rules.engine import Pin, Promotion, Rules, apply_rules


def ranked(**lists: list[int]) -> pl.DataFrame:
    """Lists by user (`u0=[5, 3]`): items in the order of their rank."""
    rows = [
        (int(user[1:]), item, place + 1, 1.0 - place / 100)
        for user, items in lists.items()
        for place, item in enumerate(items)
    ]
    schema = {"user_idx": pl.Int32, "item_idx": pl.Int32, "rank": pl.Int32, "score": pl.Float32}
    return pl.DataFrame(rows, schema=schema, orient="row")


def items(lists: pl.DataFrame, user: int = 0) -> list[int]:
    mine = lists.filter(pl.col("user_idx") == user)
    assert mine["rank"].to_list() == list(range(1, mine.height + 1)), "ranks have gaps"
    return mine["item_idx"].to_list()


def some(*positions: int) -> pl.Series:
    return pl.Series(positions, dtype=pl.Int32)


def groups(**values: list[int]) -> pl.DataFrame:
    pairs = [(item, name) for name, members in values.items() for item in members]
    return pl.DataFrame(pairs, schema={"item_idx": pl.Int32, "group": pl.String}, orient="row")


def test_no_rule_only_cuts() -> None:
    lists = apply_rules(Rules(), ranked(u0=[4, 2, 9], u1=[7]), 2)
    assert items(lists) == [4, 2]
    assert items(lists, 1) == [7]


def test_what_may_not_be_shown_leaves_and_the_next_move_up() -> None:
    rules = Rules(allowed=some(9, 2, 1))
    assert items(apply_rules(rules, ranked(u0=[4, 2, 9, 1]), 2)) == [2, 9]


def test_what_a_user_is_not_to_see_is_hidden_from_that_user_alone() -> None:
    hidden = pl.DataFrame(
        {"user_idx": [0], "item_idx": [4]}, schema={"user_idx": pl.Int32, "item_idx": pl.Int32}
    )
    lists = apply_rules(Rules(), ranked(u0=[4, 2], u1=[4, 2]), 2, hidden=hidden)
    assert items(lists) == [2]
    assert items(lists, 1) == [4, 2]


def test_a_group_has_at_most_so_many_and_items_without_group_are_free() -> None:
    rules = Rules(at_most=((groups(shoes=[1, 2, 3]), 1),))
    assert items(apply_rules(rules, ranked(u0=[1, 2, 8, 9, 3]), 4)) == [1, 8, 9]


def test_a_cap_counts_within_a_user() -> None:
    rules = Rules(at_most=((groups(shoes=[1, 2]), 1),))
    lists = apply_rules(rules, ranked(u0=[1, 2], u1=[2, 1]), 2)
    assert (items(lists), items(lists, 1)) == ([1], [2])


def test_promoted_items_come_no_later_than_evenly_spread_places() -> None:
    rules = Rules(promotions=(Promotion(some(20, 21, 22), 0.5),))
    order = [1, 2, 3, 4, 5, 6, 20, 21, 22]
    # Half of four places: the first no later than at 2, the second at 4, the third is left out.
    assert items(apply_rules(rules, ranked(u0=order), 4)) == [1, 20, 2, 21]


def test_a_promoted_item_that_is_ranked_better_keeps_its_place() -> None:
    rules = Rules(promotions=(Promotion(some(20, 21), 0.5),))
    assert items(apply_rules(rules, ranked(u0=[20, 1, 2, 3, 21]), 4)) == [20, 1, 2, 21]


def test_a_share_below_one_place_promotes_nothing() -> None:
    rules = Rules(promotions=(Promotion(some(20), 0.2),))
    assert items(apply_rules(rules, ranked(u0=[1, 2, 3, 4, 20]), 4)) == [1, 2, 3, 4]


def test_a_pin_has_its_place_for_everybody_and_the_others_move_down() -> None:
    rules = Rules(pins=(Pin(50, 2),))
    lists = apply_rules(rules, ranked(u0=[1, 2, 3], u1=[50, 7, 8]), 3)
    assert (items(lists), items(lists, 1)) == ([1, 50, 2], [7, 50, 8])
    scores = lists.filter(pl.col("item_idx") == 50)["score"].to_list()
    assert scores == [None, pytest.approx(1.0)]


def test_two_pins_take_both_places_and_a_short_list_closes_up() -> None:
    rules = Rules(pins=(Pin(50, 1), Pin(51, 4)))
    assert items(apply_rules(rules, ranked(u0=[1, 2, 3, 4]), 5)) == [50, 1, 2, 51, 3]
    assert items(apply_rules(rules, ranked(u0=[1]), 5)) == [50, 1, 51]


def test_a_pin_does_not_bring_back_what_may_not_be_shown() -> None:
    rules = Rules(allowed=some(1, 2), pins=(Pin(50, 1), Pin(2, 1)))
    assert items(apply_rules(rules, ranked(u0=[1]), 3)) == [2, 1]


@given(
    order=st.lists(st.integers(0, 30), unique=True, min_size=1, max_size=25),
    promoted=st.lists(st.integers(0, 30), unique=True, max_size=8),
    pins=st.lists(
        st.tuples(st.integers(0, 40), st.integers(1, 6)),
        max_size=3,
        unique_by=(lambda p: p[0], lambda p: p[1]),
    ),
    share=st.floats(0, 1),
    k=st.integers(1, 12),
)
def test_a_list_is_never_shortened_nor_holds_an_item_twice(
    order: list[int], promoted: list[int], pins: list[tuple[int, int]], share: float, k: int
) -> None:
    rules = Rules(
        promotions=(Promotion(some(*promoted), share),),
        pins=tuple(Pin(item, place) for item, place in pins),
    )
    shown = items(apply_rules(rules, ranked(u0=order), k))
    assert len(shown) == len(set(shown))
    assert len(shown) == min(k, len(set(order) | {item for item, _ in pins}))
    # At least its share, as far as promoted items were ranked at all and pins leave room.
    there = [item for item in order if item in set(promoted)]
    free = k - sum(place <= k for _, place in pins)
    assert sum(item in set(promoted) for item in shown) >= min(int(share * k), len(there), k) - (
        k - free
    )
