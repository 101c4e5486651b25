"""Pools: widening, cutting by hit rate, and that training and scoring see the same columns."""

import polars as pl
import pytest

from modiste.candidates.pool import build_pool, count_hits, hit_rates
from modiste.candidates.popular import Popular
from modiste.candidates.repurchase import Repurchase
from modiste.engine import collect
from modiste.testing import make_shop

SOURCES = {"popular": Popular(), "repurchase": Repurchase()}
SHOP = make_shop([(0, 1, 8), (1, 1, 9), (1, 2, 9), (1, 2, 9)], n_users=2, n_items=3).until(10)


def _pool(rates: pl.DataFrame | None = None, size: int | None = None) -> pl.DataFrame:
    tables = {name: source.prepare(SHOP, 1) for name, source in SOURCES.items()}
    pool = build_pool(SOURCES, tables, SHOP, rates, size)
    return collect(pool.pairs).sort("user_idx", "item_idx")


def test_one_row_a_pair_with_each_sources_rank() -> None:
    # By decayed sales item 2 (two sales of yesterday) comes before item 1.
    rows = _pool().select("user_idx", "item_idx", "popular_rank", "repurchase_rank", "n_sources")
    assert rows.rows() == [(0, 1, 2, 1, 2), (0, 2, 1, None, 1), (1, 1, 2, 2, 2), (1, 2, 1, 1, 2)]


def test_prior_is_the_sum_of_what_falls_with_rank() -> None:
    assert _pool()["prior"].to_list() == pytest.approx(
        [1 / 12 + 1 / 11, 1 / 11, 1 / 12 + 1 / 12, 1 / 11 + 1 / 11], abs=1e-5
    )


def test_rates_cut_the_pool_and_change_no_feature() -> None:
    rates = pl.DataFrame(
        {"source": ["popular", "popular", "repurchase"], "rank": [1, 2, 1], "rate": [0.3, 0.1, 0.1]}
    ).cast({"rank": pl.Int32})
    whole = _pool()
    cut = _pool(rates, size=1)
    assert cut.select("user_idx", "item_idx").rows() == [(0, 2), (1, 2)]
    assert cut.columns == whole.columns
    assert cut.equals(whole.join(cut, on=["user_idx", "item_idx"], how="semi"))


def test_hits_are_counted_by_source_and_rank() -> None:
    long = pl.DataFrame(
        {
            "source": ["a", "a", "a", "b"],
            "user_idx": [0, 0, 1, 1],
            "item_idx": [5, 6, 5, 5],
            "rank": [1, 2, 1, 1],
        }
    )
    bought = pl.DataFrame({"user_idx": [0, 1], "item_idx": [5, 9]})
    assert count_hits(long, bought).rows() == [("a", 1, 2, 1), ("a", 2, 1, 0), ("b", 1, 1, 0)]


def test_rates_follow_hits_and_single_ranks_are_drawn_to_the_whole() -> None:
    counts = pl.DataFrame(
        {"source": ["a", "b"], "rank": [1, 1], "n_pairs": [2000, 2000], "n_hits": [200, 0]}
    )
    # overall 200 / 4000 = 0.05; a: (200 + 0.05 * 2000) / 4000, b: (0 + 100) / 4000
    assert hit_rates(counts)["rate"].to_list() == pytest.approx([0.075, 0.025])
