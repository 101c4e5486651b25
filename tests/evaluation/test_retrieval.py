"""Figures of search, by hand and against counting everything."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modiste.errors import InputError
from modiste.evaluation.retrieval import (
    neighbour_recall,
    others_before,
    places,
    precision,
    recall_of_own,
    reciprocal_of_own,
    same,
)


def test_ties_count_against() -> None:
    scores = np.array([[0.9, 0.5, 0.9, 0.1], [0.0, 0.0, 0.0, 0.0], [0.1, 0.2, 0.3, 0.4]])
    assert others_before(scores, np.array([0, 1, 3])).tolist() == [1, 3, 0]


def test_a_score_that_is_no_number_is_told() -> None:
    with pytest.raises(InputError, match="not a number"):
        others_before(np.array([[np.nan, 1.0]]), np.array([0]))


def test_the_places_in_a_smaller_gallery_by_hand() -> None:
    # Of three others two are better; of the three, two are drawn. The worse one is among them in
    # two of three draws: then one better one is, else both are.
    chances = places(np.array([2]), 4, 3)
    np.testing.assert_allclose(chances, [[0, 2 / 3, 1 / 3]], atol=1e-12)
    np.testing.assert_allclose(recall_of_own(chances, 1), [0], atol=1e-12)
    np.testing.assert_allclose(recall_of_own(chances, 2), [2 / 3])
    np.testing.assert_allclose(reciprocal_of_own(chances), [2 / 3 / 2 + 1 / 3 / 3])


def test_the_whole_gallery_gives_the_place_itself() -> None:
    chances = places(np.array([0, 4]), 5, 5)
    np.testing.assert_allclose(chances, [[1, 0, 0, 0, 0], [0, 0, 0, 0, 1]], atol=1e-12)


@pytest.mark.parametrize("size", [0, 6])
def test_a_gallery_that_cannot_be_drawn(size: int) -> None:
    with pytest.raises(InputError, match="expected 1 to 5"):
        places(np.array([0]), 5, size)


@given(
    st.lists(st.integers(0, 3), min_size=2, max_size=7),
    st.data(),
)
def test_places_are_those_of_all_galleries(scores: list[int], data: st.DataObject) -> None:
    own = data.draw(st.integers(0, len(scores) - 1))
    size = data.draw(st.integers(1, len(scores)))
    others = [score for place, score in enumerate(scores) if place != own]
    drawn = [
        1 + sum(score >= scores[own] for score in gallery)
        for gallery in combinations(others, size - 1)
    ]
    before = others_before(np.array([scores], float), np.array([own]))
    chances = places(before, len(scores), size)
    assert chances.sum() == pytest.approx(1)
    for k in range(1, size + 1):
        share = np.mean([place <= k for place in drawn])
        assert recall_of_own(chances, k)[0] == pytest.approx(share)
    assert reciprocal_of_own(chances)[0] == pytest.approx(np.mean([1 / place for place in drawn]))


def test_precision_by_hand() -> None:
    relevant = np.array([[True, False, True, True], [False, False, False, True]])
    found = np.array([[2, 1, 0], [3, -1, -1]])
    assert precision(found, relevant, 2).tolist() == [0.5, 0.5]
    np.testing.assert_allclose(precision(found, relevant, 3), [2 / 3, 1 / 3])


def test_an_empty_place_is_wrong_even_where_the_first_is_right() -> None:
    assert precision(np.array([[-1, -1]]), np.array([[True, True]]), 2).tolist() == [0.0]
    assert same(np.array([[-1, -1]]), np.array([7, 7]), np.array([7]), 2).tolist() == [0.0]


def test_the_same_class_by_hand() -> None:
    codes = np.array([5, 6, 5, 5])
    found = np.array([[2, 1], [0, 3]])
    assert same(found, codes, np.array([5, 6]), 2).tolist() == [0.5, 0.0]


@given(st.data())
def test_neighbour_recall_is_that_of_sets(data: st.DataObject) -> None:
    k = data.draw(st.integers(1, 6))

    def draw() -> list[int]:
        some = data.draw(st.lists(st.integers(0, 9), unique=True, max_size=k))
        return some + [-1] * (k - len(some))

    found, truth = draw(), draw()
    true = {place for place in truth if place >= 0}
    share = len(true & set(found)) / len(true) if true else 1.0
    assert neighbour_recall(np.array([found]), np.array([truth]))[0] == pytest.approx(share)
