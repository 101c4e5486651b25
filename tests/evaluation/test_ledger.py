"""The ledger's figures, worked by hand."""

from __future__ import annotations

import polars as pl
import pytest

from modiste.evaluation.ledger import Ledger

IDS = {"user_idx": pl.Int32, "item_idx": pl.Int32}


def pairs(*rows: tuple[int, int]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=IDS, orient="row")


def proposals(**sources: list[tuple[int, int]]) -> pl.DataFrame:
    return pl.concat(
        pairs(*rows).select(pl.lit(name).alias("source"), *IDS, pl.lit(1).alias("rank"))
        for name, rows in sources.items()
    )


@pytest.fixture
def ledger() -> Ledger:
    """Two weeks: user 1 buys items 1, 2, 3 and user 2 item 9; then user 1 buys item 4."""
    made = Ledger(["a", "b", "idle"])
    first = proposals(a=[(1, 1), (1, 2), (1, 5)], b=[(1, 2), (2, 8)])
    made.add(first, pairs((1, 1), (1, 2), (1, 3), (2, 9)), 2, {"a": 0.5, "b": 1.0})
    made.add(proposals(a=[(1, 4)], b=[(1, 4)]), pairs((1, 4)), 1, {"a": 0.5})
    return made


def row_of(ledger: Ledger, source: str) -> dict[str, str | float]:
    return next(row for row in ledger.rows() if row["source"] == source)


def test_recall_and_what_nobody_else_gives(ledger: Ledger) -> None:
    row = row_of(ledger, "a")
    assert row["recall"] == pytest.approx(3 / 5)
    assert row["unique_recall"] == pytest.approx(1 / 5)
    assert row["hit_rate"] == pytest.approx(3 / 4)
    assert row["overlap"] == pytest.approx(2 / 4)
    assert row["n_candidates"] == pytest.approx(4 / 3)
    assert row["seconds"] == pytest.approx(1.0)


def test_the_pool_counts_a_pair_once(ledger: Ledger) -> None:
    row = row_of(ledger, "pool")
    assert row["recall"] == pytest.approx(3 / 5)
    assert row["hit_rate"] == pytest.approx(3 / 5)
    assert row["n_candidates"] == pytest.approx(5 / 3)
    assert row["seconds"] == pytest.approx(2.0)


def test_a_source_without_proposals_has_a_row_of_zeros(ledger: Ledger) -> None:
    row = row_of(ledger, "idle")
    assert (row["recall"], row["n_candidates"], row["seconds"]) == (0, 0, 0)


def test_rows_keep_the_order_of_the_sources(ledger: Ledger) -> None:
    assert [row["source"] for row in ledger.rows()] == ["a", "b", "idle", "pool"]
