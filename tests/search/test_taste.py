"""Taste re-orders among what fits, and never buries the query."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import narwhals as nw
import numpy as np
import pytest

from modiste.cli import main
from modiste.engine import collect
from modiste.release import open_release, rank_items
from modiste.search import Searcher
from modiste.search.space import Spaces
from modiste.search.taste import HALF_LIFE, SHARE, ranker_scores, reordered, wardrobe
from modiste.testing import make_shop
from tests.search.rack import GARMENTS, searcher


def test_older_purchases_weigh_less() -> None:
    half = int(HALF_LIFE)
    shop = make_shop([(0, 1, 1000), (0, 2, 1000 - half), (0, 2, 10)], n_users=1, n_items=3)
    owned = wardrobe(shop, "user-000000")
    assert owned is not None
    assert owned.rows() == [(1, 1.0), (2, pytest.approx(0.5))]
    assert wardrobe(shop, "somebody") is None


def test_the_best_for_the_query_is_passed_only_by_what_fits_nearly_as_well() -> None:
    scores = np.array([1.0, 0.9, 0.5, 0.0], np.float32)
    order, blended = reordered(scores, [np.array([0.0, 1.0, 2.0, 3.0], np.float32)])
    assert order.tolist() == [1, 0, 2, 3]
    assert blended.tolist() == pytest.approx(
        [0.9 + SHARE / 3, 1.0, 0.5 + SHARE * 2 / 3, SHARE], rel=1e-5
    )


def test_equal_scores_are_ordered_by_taste() -> None:
    order, _ = reordered(np.ones(3, np.float32), [np.array([1.0, 3.0, 2.0], np.float32)])
    assert order.tolist() == [1, 2, 0]


def test_items_unknown_to_the_ranker_come_last() -> None:
    scores = ranker_scores(lambda _user, _items: [3.0, None, 1.0], "u", ["a", "b", "c"])
    assert scores is not None
    assert scores.tolist() == [3.0, 1.0, 1.0]
    assert ranker_scores(lambda _user, _items: None, "u", ["a"]) is None
    assert ranker_scores(None, "u", ["a"]) is None


def test_a_wardrobe_of_hats_brings_hats_forward() -> None:
    rack = searcher()
    plain = rack.search("red or blue", k=8)
    hers = rack.search("red or blue", k=8, user="user-000000")
    assert {hit.item_id for hit in hers.hits} == {hit.item_id for hit in plain.hits}
    place = [GARMENTS[hit.item_idx] for hit in plain.hits].index(("Red", "Hat"))
    mine = [GARMENTS[hit.item_idx] for hit in hers.hits].index(("Red", "Hat"))
    assert mine < place
    assert any("your taste" in hit.why for hit in hers.hits)
    assert hers.strategy.endswith("taste")


def test_taste_keeps_what_was_asked_for_first() -> None:
    hits = searcher().search("red dress", user="user-000000").hits
    assert GARMENTS[hits[0].item_idx] == ("Red", "Dress")


def test_an_unknown_user_gets_the_plain_order_and_a_note() -> None:
    rack = searcher()
    found, plain = rack.search("hat", user="somebody"), rack.search("hat")
    assert [hit.item_id for hit in found.hits] == [hit.item_id for hit in plain.hits]
    assert any("'somebody' is not known" in note for note in found.notes)
    assert "taste" not in found.strategy


def test_one_who_bought_nothing_gets_the_plain_order_and_a_note() -> None:
    found = searcher().search("hat", user="user-000002")
    assert any("nothing is known of the taste" in note for note in found.notes)


def test_the_ranker_decides_where_there_are_no_vectors() -> None:
    def likes_fern(_user: str, items: list[str]) -> list[float]:  # the ids end in the position
        return [float(item.endswith("2")) for item in items]

    rack = searcher(vectors=False)
    first = rack.search("dress", user="user-000000", ranker=likes_fern).hits[0]  # type: ignore[arg-type]
    assert GARMENTS[first.item_idx] == ("Green", "Dress")
    assert "your taste" in first.why


@pytest.mark.slow
def test_the_wardrobe_and_the_releases_ranker_both_act(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files, shop = str(tmp_path / "files"), tmp_path / "shop"
    assert main(["synth", "--scale", "tiny", "--pictures", "--out", files]) == 0
    assert main(["import", "hm", files, "--shop", str(shop)]) == 0
    assert main(["embed", "--shop", str(shop), "--encoder", "colour"]) == 0
    assert main(["train", "--shop", str(shop), "--config", "demo"]) == 0
    searcher, ranker = Searcher.open(shop), rank_items(open_release(shop))
    bought = collect(searcher.dataset.interactions.group_by("user_idx").agg(nw.len().alias("n")))
    users = collect(searcher.dataset.users).join(bought, on="user_idx").sort("n", "user_idx")
    user = users["user_id"][-1]
    orders, words = set(), "black or blue trousers"
    no_vectors = replace(searcher, finder=replace(searcher.finder, spaces=Spaces()))
    for one, who, by in (
        (searcher, None, None),
        (searcher, user, None),
        (no_vectors, user, ranker),
        (searcher, user, ranker),
    ):
        result = one.search(words, user=who, ranker=by, k=8)
        assert len(result.hits) == 8
        assert result.strategy.endswith("taste") == (who is not None)
        orders.add(tuple(hit.item_id for hit in result.hits))
    assert len(orders) == 4  # nobody's, that of the wardrobe, that of the ranker, that of both
    # The ranker's liking alone orders what fits the query equally well.
    some = [hit.item_id for hit in no_vectors.search("trousers", k=20).hits]
    scores = ranker(user, some)
    assert scores is not None
    assert len({score for score in scores if score is not None}) > 3
    capsys.readouterr()
    assert main(["search", words, "--shop", str(shop), "--for", user, "--k", "8", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert tuple(hit["item_id"] for hit in told["hits"]) in orders
    assert any("your taste" in hit["why"] for hit in told["hits"])
