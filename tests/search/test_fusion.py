"""Fusing lists, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from modiste.search.fusion import Ranked, collapsed, fuse, ranked, rescored, standardised


def listed(*items: int) -> tuple[np.ndarray, np.ndarray]:
    return np.array(items, np.int64), np.linspace(1, 0, len(items), dtype=np.float32)


def test_reciprocal_ranks_by_hand() -> None:
    first, second = ranked([listed(7, 3)]), ranked([listed(3, 5)])
    found = fuse([first, second], [1.0, 0.5])
    items, scores = found.row(0)
    best = 1.5 / 61
    assert items.tolist() == [3, 7, 5]
    expected = [(1 / 62 + 0.5 / 61) / best, (1 / 61) / best, (0.5 / 62) / best]
    assert scores.tolist() == pytest.approx(expected)


def test_many_queries_are_fused_apart() -> None:
    first = ranked([listed(1, 2), listed(), listed(9)])
    second = ranked([listed(2), listed(), listed(8, 9)])
    together = fuse([first, second], [1.0, 1.0])
    for query in range(3):
        rows = [Ranked(f.positions[[query]], f.scores[[query]]) for f in (first, second)]
        assert together.row(query)[0].tolist() == fuse(rows, [1.0, 1.0]).row(0)[0].tolist()
    assert together.row(1)[0].tolist() == []
    assert together.row(2)[0].tolist() == [9, 8]


def test_a_list_that_counts_nothing_is_left_out() -> None:
    found = fuse([ranked([listed(1)]), ranked([listed(2)])], [0.0, 1.0])
    assert found.row(0)[0].tolist() == [2]
    assert fuse([ranked([listed(1)])], [0.0]).row(0)[0].tolist() == []


def test_ties_go_to_the_lower_position() -> None:
    found = fuse([ranked([listed(9)]), ranked([listed(4)])], [1.0, 1.0])
    assert found.row(0)[0].tolist() == [4, 9]
    same = rescored(ranked([listed(9, 4, 6)]), np.ones((1, 3), np.float32))
    assert same.row(0)[0].tolist() == [4, 6, 9]


def test_the_best_item_of_each_product_is_kept() -> None:
    products = np.array([0, 0, 1, 1, 2])
    found = collapsed(ranked([listed(3, 1, 2, 0, 4), listed(0, 1)]), products, 2)
    assert found.row(0)[0].tolist() == [3, 1]
    assert found.row(1)[0].tolist() == [0]
    assert found.positions.shape == (2, 2)


def test_empty_places_stay_empty_when_scored_anew() -> None:
    found = rescored(ranked([listed(5), listed(1, 2)]), np.array([[1.0, 9.0], [1.0, 2.0]]))
    assert found.positions.tolist() == [[5, -1], [2, 1]]
    assert found.scores[0, 1] == -np.inf


def test_standard_deviations_above_the_mean() -> None:
    above = standardised(np.array([5.0, 3.0]), np.array([1.0, 3.0, 5.0, 3.0]))
    assert above.tolist() == pytest.approx([2**0.5, 0.0])
    assert np.isfinite(standardised(np.array([1.0]), np.array([]))).all()
