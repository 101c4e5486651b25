from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import pytest

from modiste.errors import InputError
from modiste.evaluation.relevance.placing import Places, compute_places


def place_of(own: float, others: list[float]) -> Places:
    return compute_places(
        np.array([own], np.float32), np.array([others], np.float32), np.array([len(others)])
    )


def plainly(own: float, others: list[float], k: int) -> tuple[float, float, float]:
    """AUC, hit and NDCG at k, by the mean over all orders that the scores allow."""
    auc = float(np.mean([1.0 if own > other else 0.5 if own == other else 0.0 for other in others]))
    scores = [own, *others]
    orders = [
        order
        for order in permutations(range(len(scores)))
        if all(scores[a] >= scores[b] for a, b in pairwise(order))
    ]
    ranks = np.array([order.index(0) + 1 for order in orders])
    hit = float((ranks <= k).mean())
    gain = float(np.where(ranks <= k, 1 / np.log2(ranks + 1), 0.0).mean())
    return auc, hit, gain


@pytest.mark.parametrize("k", [1, 2, 3, 9])
@pytest.mark.parametrize(
    ("own", "others"),
    [
        (3.0, [1.0, 2.0, 4.0, 5.0]),
        (3.0, [3.0, 3.0, 4.0, 1.0]),
        (1.0, [1.0, 1.0, 1.0, 1.0]),
        (0.0, [1.0, 2.0]),
        (9.0, [1.0]),
    ],
)
def test_figures_are_the_mean_over_all_orders_that_ties_allow(
    own: float, others: list[float], k: int
) -> None:
    places = place_of(own, others)
    found = (places.auc()[0], places.hit(k)[0], places.ndcg(k)[0])
    assert found == pytest.approx(plainly(own, others, k))


def test_all_scores_alike_are_worth_a_blind_draw() -> None:
    places = place_of(0.0, [0.0] * 100)
    assert places.auc()[0] == 0.5
    assert places.hit(10)[0] == pytest.approx(10 / 101)


def test_minus_infinity_takes_no_part() -> None:
    places = compute_places(
        np.array([2.0], np.float32), np.array([[1, 3, -np.inf]], np.float32), np.array([2])
    )
    assert places.auc()[0] == 0.5


def test_a_score_that_is_no_number_is_an_error() -> None:
    with pytest.raises(InputError, match="not a number"):
        place_of(float("nan"), [1.0])
