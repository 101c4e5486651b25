"""Real purchases of one week, with what a histogram of colours sees of the articles' pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modiste.data.sources.hm import import_hm
from modiste.evaluation.relevance.whole import measure_relevance

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def measured(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    sample, shop = shared / "hm_sample", tmp_path_factory.mktemp("week") / "shop"
    import_hm(
        shared / "hm_last_week",
        shop,
        articles=sample / "articles.csv.gz",
        pictures=sample / "images",
    )
    return measure_relevance(
        shop, encoder="colour", models=["popularity", "wardrobe"], ties="id", most_users=8000
    )


def test_a_wardrobe_is_clearly_ahead_of_popularity(measured: dict[str, Any]) -> None:
    models = measured["models"]
    assert measured["judged"]["items"] == 9136
    assert measured["judged"]["training_pairs"] == 76_113
    assert measured["judged"]["of_users"] == 21_782
    assert models["popularity"]["sampled"]["AUC"] == pytest.approx(0.774, abs=0.01)
    assert models["wardrobe"]["sampled"]["AUC_low"] >= 0.8
    for protocol, figure in (("sampled", "AUC"), ("full", "AUC"), ("full", "Recall@12")):
        assert measured["leads"]["wardrobe"]["popularity"][protocol][f"{figure}_low"] > 0


def test_new_articles_are_told_by_their_colours(measured: dict[str, Any]) -> None:
    new = measured["parts"]["items"]["cold"]["models"]
    assert new["popularity"]["sampled"]["AUC"] < 0.1
    assert new["wardrobe without popularity"]["sampled"]["AUC_low"] >= 0.6
    assert measured["among_new"]["models"]["wardrobe"]["AUC_low"] > 0.5
