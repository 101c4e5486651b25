"""Metrics: worked by hand, against a slow oracle, by laws, and at every edge."""

from __future__ import annotations

import math
from collections.abc import Sequence

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modiste.errors import InputError, SchemaError
from modiste.evaluation.metrics import (
    RANKING_METRICS,
    coverage,
    first_ranks,
    novelty,
    per_customer_week,
    share_of_rows,
)

WEEK = 18_000
KEY_TYPES = {"week": pl.Int32, "user_idx": pl.Int32, "item_idx": pl.Int32}


def lists(of: dict[int, Sequence[int]], week: int = WEEK) -> pl.DataFrame:
    """Lists from `{user: items, best first}`."""
    rows = [
        (week, user, item, rank)
        for user, items in of.items()
        for rank, item in enumerate(items, start=1)
    ]
    return pl.DataFrame(rows, schema={**KEY_TYPES, "rank": pl.Int32}, orient="row")


def purchases(of: dict[int, Sequence[int]], week: int = WEEK) -> pl.DataFrame:
    """Purchases from `{user: items}`."""
    rows = [(week, user, item) for user, items in of.items() for item in items]
    return pl.DataFrame(rows, schema=KEY_TYPES, orient="row")


def one(shown: Sequence[int], bought: Sequence[int], k: int) -> dict[str, float]:
    """The metrics of a single customer-week."""
    return per_customer_week(lists({1: shown}), purchases({1: bought}), k).row(0, named=True)


# Worked by hand: shown 5 7 9 11, bought 7 11 (and 13)

HITS_AT_2_AND_4 = {
    "MAP": (1 / 2 + 2 / 4) / 3,
    "NDCG": (1 / math.log2(3) + 1 / math.log2(5)) / (1 + 1 / math.log2(3) + 1 / 2),
    "Recall": 2 / 3,
    "Precision": 2 / 4,
    "HitRate": 1,
    "MRR": 1 / 2,
}


@pytest.mark.parametrize("metric", RANKING_METRICS)
def test_hits_at_ranks_2_and_4_of_three_bought(metric: str) -> None:
    assert one([5, 7, 9, 11], [7, 11, 13], 4)[metric] == pytest.approx(HITS_AT_2_AND_4[metric])


def test_divisor_of_map_is_k_where_more_was_bought_than_k() -> None:
    assert one([1, 2], [2, 3, 4, 5], 2)["MAP"] == pytest.approx((1 / 2) / 2)


def test_ideal_of_ndcg_is_k_hits_where_more_was_bought_than_k() -> None:
    given_gain, best = 1 / math.log2(3), 1 + 1 / math.log2(3)
    assert one([1, 2], [2, 3, 4, 5], 2)["NDCG"] == pytest.approx(given_gain / best)


def test_three_customers_and_two_weeks_keep_their_own_values() -> None:
    ranked = pl.concat([lists({1: [1, 2], 2: [1, 2]}), lists({1: [3, 4]}, WEEK + 7)])
    relevant = pl.concat([purchases({1: [2], 3: [1]}), purchases({1: [3]}, WEEK + 7)])
    result = per_customer_week(ranked, relevant, 2)
    assert result.select("week", "user_idx", "MAP").rows() == [
        (WEEK, 1, 1 / 2),
        (WEEK, 3, 0.0),
        (WEEK + 7, 1, 1.0),
    ]


# Every edge


def test_customer_who_was_shown_nothing_counts_zero() -> None:
    result = per_customer_week(lists({}), purchases({1: [1]}), 12)
    assert result.select(RANKING_METRICS).row(0) == (0, 0, 0, 0, 0, 0)


def test_customer_who_bought_nothing_is_not_judged() -> None:
    result = per_customer_week(lists({1: [1], 2: [1]}), purchases({2: [1]}), 12)
    assert result["user_idx"].to_list() == [2]


def test_nobody_bought_anything_gives_an_empty_table_with_all_columns() -> None:
    result = per_customer_week(lists({1: [1]}), purchases({}), 12)
    assert result.columns == ["week", "user_idx", "n_relevant", *RANKING_METRICS]
    assert result.height == 0


def test_list_shorter_than_k_loses_precision_but_not_map() -> None:
    result = one([1], [1], 12)
    assert result["MAP"] == 1
    assert result["Precision"] == pytest.approx(1 / 12)


def test_hit_of_another_customer_or_week_is_no_hit() -> None:
    assert one([1], [1], 1)["HitRate"] == 1
    other_week = per_customer_week(lists({1: [1]}, WEEK + 7), purchases({1: [1]}), 1)
    other_user = per_customer_week(lists({2: [1]}), purchases({1: [1]}), 1)
    assert other_week["HitRate"].item() == other_user["HitRate"].item() == 0


def test_gap_in_the_ranks_is_an_empty_place() -> None:
    gapped = lists({1: [8, 9, 1]}).filter(pl.col("rank") == 3)
    assert per_customer_week(gapped, purchases({1: [1]}), 12)["MAP"].item() == pytest.approx(1 / 3)


def test_integer_types_of_the_caller_do_not_matter() -> None:
    wide = lists({1: [1]}).cast(pl.Int64)
    narrow = purchases({1: [1]}).cast({"user_idx": pl.UInt16})
    assert per_customer_week(wide, narrow, 1)["MAP"].item() == 1


@pytest.mark.parametrize("k", [0, -1])
def test_k_below_one_is_refused(k: int) -> None:
    with pytest.raises(InputError, match=f"k={k}: a list needs at least 1 item"):
        first_ranks(lists({1: [1]}), k)


def test_item_twice_in_a_list_is_refused() -> None:
    with pytest.raises(SchemaError, match="an item occurs twice in a list"):
        per_customer_week(lists({1: [1, 2, 1]}), purchases({1: [1]}), 12)


def test_rank_twice_in_a_list_is_refused() -> None:
    twice = lists({1: [1, 2]}).with_columns(rank=pl.lit(1, dtype=pl.Int32))
    with pytest.raises(SchemaError, match="a rank occurs twice"):
        per_customer_week(twice, purchases({1: [1]}), 12)


def test_rank_zero_is_refused() -> None:
    from_zero = lists({1: [1, 2]}).with_columns(pl.col("rank") - 1)
    with pytest.raises(SchemaError, match="count ranks from 1"):
        per_customer_week(from_zero, purchases({1: [1]}), 12)


def test_purchase_given_twice_is_refused() -> None:
    with pytest.raises(SchemaError, match="twice in a customer's week"):
        per_customer_week(lists({1: [1]}), purchases({1: [1, 1]}), 12)


def test_missing_column_is_named() -> None:
    with pytest.raises(SchemaError, match="ranked: column rank is missing"):
        per_customer_week(lists({1: [1]}).drop("rank"), purchases({1: [1]}), 12)


# Against an oracle in plain Python


def oracle(shown: Sequence[int], bought: Sequence[int], k: int) -> dict[str, float]:
    wanted = set(bought)
    top = list(shown)[:k]
    hits = [rank for rank, item in enumerate(top, start=1) if item in wanted]
    precisions = [sum(1 for other in hits if other <= rank) / rank for rank in hits]
    best = min(len(wanted), k)
    return {
        "MAP": sum(precisions) / best,
        "NDCG": sum(1 / math.log2(rank + 1) for rank in hits)
        / sum(1 / math.log2(rank + 1) for rank in range(1, best + 1)),
        "Recall": len(hits) / len(wanted),
        "Precision": len(hits) / k,
        "HitRate": float(bool(hits)),
        "MRR": 1 / hits[0] if hits else 0.0,
    }


items = st.integers(0, 12)
shown_lists = st.lists(items, unique=True, max_size=13)
baskets = st.lists(items, unique=True, min_size=1, max_size=13)
cuts = st.integers(1, 14)


@settings(deadline=None)
@given(
    cases=st.lists(st.tuples(shown_lists, baskets), min_size=1, max_size=4),
    k=cuts,
    turned=st.booleans(),
)
def test_equals_the_oracle(cases: list[tuple[list[int], list[int]]], k: int, turned: bool) -> None:
    ranked = lists({user: shown for user, (shown, _) in enumerate(cases)})
    relevant = purchases({user: bought for user, (_, bought) in enumerate(cases)})
    result = per_customer_week(ranked.reverse() if turned else ranked, relevant, k)
    for row, (shown, bought) in zip(result.iter_rows(named=True), cases, strict=True):
        for metric, value in oracle(shown, bought, k).items():
            assert row[metric] == pytest.approx(value, abs=1e-12), metric


# Laws


@settings(deadline=None)
@given(bought=baskets, k=cuts)
def test_list_that_begins_with_what_was_bought_is_perfect(bought: list[int], k: int) -> None:
    result = one([*bought, 99, 98], bought, k)
    assert (result["MAP"], result["NDCG"], result["HitRate"], result["MRR"]) == (1, 1, 1, 1)


@settings(deadline=None)
@given(shown=shown_lists, bought=baskets, k=cuts)
def test_list_without_anything_bought_is_zero(shown: list[int], bought: list[int], k: int) -> None:
    result = one([item + 100 for item in shown], bought, k)
    assert [result[metric] for metric in RANKING_METRICS] == [0] * len(RANKING_METRICS)


@settings(deadline=None)
@given(
    shown=st.lists(items, unique=True, min_size=2, max_size=13),
    bought=baskets,
    k=cuts,
    data=st.data(),
)
def test_a_hit_moved_up_never_lowers(
    shown: list[int], bought: list[int], k: int, data: st.DataObject
) -> None:
    place = data.draw(st.integers(1, len(shown) - 1))
    if shown[place] not in bought or shown[place - 1] in bought:
        return
    better = list(shown)
    better[place - 1], better[place] = better[place], better[place - 1]
    before, after = one(shown, bought, k), one(better, bought, k)
    assert all(after[metric] >= before[metric] for metric in RANKING_METRICS)


@settings(deadline=None)
@given(shown=shown_lists, bought=baskets, k=cuts, shift=st.integers(1, 1000))
def test_names_of_items_and_customers_do_not_matter(
    shown: list[int], bought: list[int], k: int, shift: int
) -> None:
    renamed = per_customer_week(
        lists({7 + shift: [1000 - item for item in shown]}),
        purchases({7 + shift: [1000 - item for item in bought]}),
        k,
    ).row(0, named=True)
    plain = one(shown, bought, k)
    assert [renamed[metric] for metric in RANKING_METRICS] == [
        plain[metric] for metric in RANKING_METRICS
    ]


@settings(deadline=None)
@given(shown=shown_lists, bought=baskets, k=cuts)
def test_what_is_ranked_after_k_does_not_matter(
    shown: list[int], bought: list[int], k: int
) -> None:
    assert one(shown, bought, k) == one(shown[:k], bought, k)


# The lists as a whole


def test_coverage_counts_each_item_on_sale_once() -> None:
    shown = lists({1: [1, 2, 9], 2: [2, 3, 4]})
    on_sale = pl.DataFrame({"item_idx": [1, 2, 3, 4, 5]})
    assert coverage(shown, on_sale, 2) == 3 / 5  # 1 2 3: 9 is not on sale, 4 stands at rank 3
    assert coverage(shown, on_sale.clear(), 2) == 0


def popularity(of: dict[int | None, int], buyers: int) -> pl.DataFrame:
    rows = [(WEEK, item, count, buyers) for item, count in of.items()]
    schema = {"week": pl.Int32, "item_idx": pl.Int32, "buyers": pl.Int32, "all_buyers": pl.Int32}
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_novelty_is_zero_for_what_everybody_bought_and_grows_with_rarity() -> None:
    known = popularity({None: 0, 1: 7, 2: 3, 3: 1}, buyers=7)
    assert novelty(lists({1: [1]}), known, 12) == 0
    assert novelty(lists({1: [2]}), known, 12) == pytest.approx(-math.log2(4 / 8))
    assert novelty(lists({1: [1, 3]}), known, 12) == pytest.approx((0 + -math.log2(2 / 8)) / 2)


def test_novelty_of_an_item_without_buyers_is_finite() -> None:
    assert novelty(lists({1: [4]}), popularity({None: 0, 1: 7}, buyers=7), 12) == 3


def test_novelty_of_nothing_has_no_value() -> None:
    assert novelty(lists({}), popularity({None: 0}, buyers=7), 12) is None


def test_novelty_before_any_purchase_is_zero() -> None:
    assert novelty(lists({1: [4]}), popularity({None: 0}, buyers=0), 12) == 0


def test_share_of_rows_counts_rows_not_keys() -> None:
    bought = purchases({1: [1, 2, 3], 2: [4]})
    cold = pl.DataFrame({"week": [WEEK], "user_idx": [1]})
    assert share_of_rows(bought, cold, ("week", "user_idx")) == 3 / 4
    assert share_of_rows(bought.clear(), cold, ("week", "user_idx")) is None
