"""Both protocols against a slow plain computation, pair by pair."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from modiste.errors import InputError
from modiste.evaluation.relevance import scorers
from modiste.evaluation.relevance.full import place_among_new, place_in_gallery
from modiste.evaluation.relevance.sampled import (
    draw_negatives,
    place_sampled,
    score_sampled,
    write_scores,
)
from modiste.evaluation.relevance.scorers import Matrix, Scorer, nearest_picture, popularity
from modiste.evaluation.relevance.split import Split, leave_last_out
from modiste.testing.shops import make_shop
from tests.evaluation.relevance.conftest import pairs_of

Bought = dict[int, dict[int, int]]


@pytest.fixture(params=[True, False], ids=["ties", "no ties"])
def scorer(request: pytest.FixtureRequest, split: Split) -> Scorer:
    rng = np.random.default_rng(2)

    def draw(*shape: int) -> Matrix:
        whole = rng.integers(-1, 2, shape).astype(np.float32)
        return whole if request.param else whole + rng.random(shape).astype(np.float32)

    return Scorer(draw(split.n_judged, 4), draw(split.n_items, 4), draw(split.n_items))


def score(scorer: Scorer, judged: int, item: int) -> float:
    return float(scorer.users[judged] @ scorer.items[item] + scorer.bias[item])


def auc(own: float, others: list[float]) -> float:
    beaten = sum(1.0 if own > one else 0.5 if abs(own - one) < 1e-6 else 0.0 for one in others)
    return beaten / len(others)


def test_a_negative_is_never_bought_by_its_user_nor_drawn_twice(
    split: Split, bought: Bought, rng: np.random.Generator
) -> None:
    negatives = draw_negatives(split, 20, rng)
    assert negatives.shape == (split.n_judged, 20)
    for judged, rows in enumerate(negatives):
        user = split.users["user_idx"][int(split.judged_user[judged])]
        items = split.items["item_idx"].gather(rows).to_list()
        assert len(set(items)) == 20
        assert not set(items) & bought[user].keys()


def test_negatives_are_drawn_uniformly(rng: np.random.Generator) -> None:
    # Forty users with the items 0 and 1 of ten: of the other eight five are drawn.
    rows = [(user, item, 1) for user in range(40) for item in (0, 1)]
    rows += [(40 + item, item, 1) for item in range(10)]
    split = leave_last_out(make_shop(rows, n_users=50, n_items=10), range(10))
    drawn = [draw_negatives(split, 5, rng) for _ in range(100)]
    share = np.bincount(np.concatenate(drawn).ravel(), minlength=10) / (100 * 40)
    np.testing.assert_allclose(share[2:], 5 / 8, atol=0.04)
    for column in range(5):  # in each place too
        each = np.bincount(np.concatenate(drawn)[:, column], minlength=10) / (100 * 40)
        np.testing.assert_allclose(each[2:], 1 / 8, atol=0.03)


def test_a_small_shop_gives_fewer_negatives_and_one_without_others_none() -> None:
    rows = [(0, 0, 1), (0, 1, 2), (1, 2, 1)]
    split = leave_last_out(make_shop(rows, n_users=2, n_items=3), range(3))
    assert draw_negatives(split, 100, np.random.default_rng(0)).tolist() == [[2]]
    split = leave_last_out(make_shop(rows[:2], n_users=1, n_items=2), range(2))
    with pytest.raises(InputError, match="bought all 2 items"):
        draw_negatives(split, 100, np.random.default_rng(0))


def test_the_sampled_auc_is_that_of_pairs_one_by_one(
    split: Split, scorer: Scorer, rng: np.random.Generator
) -> None:
    negatives = draw_negatives(split, 20, rng)
    found = place_sampled(score_sampled(scorer, split, negatives)).auc()
    for judged, rows in enumerate(negatives):
        own = score(scorer, judged, int(split.judged_item[judged]))
        assert found[judged] == pytest.approx(
            auc(own, [score(scorer, judged, int(row)) for row in rows])
        )


@pytest.mark.parametrize("cells", [1, 200, 8_000_000])
def test_full_ranking_is_over_all_items_but_those_owned(
    split: Split, scorer: Scorer, cells: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scorers, "_CELLS", cells)
    places = place_in_gallery(scorer, split)
    owned = {place: set[int]() for place in range(split.n_judged)}
    for place, item in zip(*split.owned, strict=True):
        owned[int(place)].add(int(item))
    for judged in range(split.n_judged):
        own = int(split.judged_item[judged])
        others = [
            item for item in range(split.n_items) if item != own and item not in owned[judged]
        ]
        assert places.others[judged] == len(others)
        expected = auc(score(scorer, judged, own), [score(scorer, judged, item) for item in others])
        assert places.auc()[judged] == pytest.approx(expected)


def test_new_items_are_placed_among_new_ones() -> None:
    # Items 3 and 4 are bought as the last ones only.
    rows = [(0, 0, 1), (0, 3, 2), (1, 1, 1), (1, 4, 2), (2, 0, 1), (2, 1, 2), (3, 1, 1), (3, 0, 2)]
    split = leave_last_out(make_shop(rows, n_users=4, n_items=5), range(5))
    assert split.of_new_items.tolist() == [0, 1]
    bias = np.array([9, 9, 2, 1], np.float32)
    nothing = np.zeros((4, 0), np.float32)
    places = place_among_new(Scorer(nothing, nothing, bias), split)
    assert places.auc().tolist() == [1.0, 0.0]


def test_popularity_counts_training_purchases_alone(split: Split) -> None:
    counts = dict.fromkeys(split.items["item_idx"].to_list(), 0)
    for _user, item in pairs_of(split, held=False):
        counts[item] += 1
    assert popularity(split).bias.tolist() == list(counts.values())


def test_the_nearest_picture_looks_like_what_the_user_bought() -> None:
    # Two looks; everyone has items of one, and the held-out item has it, too.
    looks = np.array([[1, 0], [1, 0.1], [0.9, 0], [0, 1], [0.1, 1], [0, 0.9]], np.float32)
    rows = [(user, 3 * (user % 2) + item, item) for user in range(4) for item in range(3)]
    split = leave_last_out(make_shop(rows, n_users=4, n_items=6), range(6))
    assert place_in_gallery(nearest_picture(split, looks), split).auc().tolist() == [1.0] * 4


def test_scores_are_written_pair_by_pair(
    split: Split, scorer: Scorer, rng: np.random.Generator, tmp_path: Path
) -> None:
    negatives = draw_negatives(split, 20, rng)
    scores = score_sampled(scorer, split, negatives)
    write_scores(tmp_path / "scores.parquet", "one", split, negatives, scores)
    table = pl.read_parquet(tmp_path / "scores.parquet")
    assert table.columns == ["model", "user_id", "item_id", "label", "score"]
    assert len(table) == 21 * split.n_judged
    held = table.filter(pl.col("label") == 1)
    ids = {
        (split.users["user_id"][user], split.items["item_id"][item])
        for user, item in zip(split.judged_user.tolist(), split.judged_item.tolist(), strict=True)
    }
    assert set(held.select("user_id", "item_id").rows()) == ids
    # What is written is enough to come to the same figure.
    above = table.join(held.select("user_id", own="score"), on="user_id").filter(label=0)
    by_user = above.group_by("user_id").agg(
        ((pl.col("own") > pl.col("score")) + 0.5 * (pl.col("own") == pl.col("score"))).mean()
    )
    assert by_user["own"].mean() == pytest.approx(place_sampled(scores).auc().mean())
