"""The whole measure on a shop with planted tastes, and what reaches the fit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from modiste.cli.application import app
from modiste.data import Dataset
from modiste.engine import collect
from modiste.errors import InputError
from modiste.evaluation.relevance.figures import Judged, Sheet, parts_of_judged
from modiste.evaluation.relevance.full import place_among_new, place_in_gallery
from modiste.evaluation.relevance.models import Model, scorers_of
from modiste.evaluation.relevance.sampled import draw_negatives, place_sampled, score_sampled
from modiste.evaluation.relevance.scorers import popularity
from modiste.evaluation.relevance.split import Split, leave_last_out
from modiste.evaluation.relevance.whole import measure_relevance
from modiste.relevance import fit
from modiste.relevance.pairs import Purchases
from modiste.relevance.score import Relevance
from tests.evaluation.relevance.conftest import pairs_of
from tests.evaluation.relevance.planted import planted_dataset, write_shop

Fitted = list[tuple[Purchases, Relevance]]


@pytest.fixture(scope="session")
def planted() -> Dataset:
    return planted_dataset()


@pytest.fixture(scope="session")
def shop(planted: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_shop(planted, tmp_path_factory.mktemp("relevance") / "shop")


@pytest.fixture(scope="session")
def whole(shop: Path) -> tuple[dict[str, Any], Fitted]:
    """Two baselines and the default model measured; what the fit was given, and what it made."""
    fitted: Fitted = []
    real = fit.fit_relevance

    def spy(purchases: Purchases, *args: Any, **kwargs: Any) -> Relevance:
        fitted.append((purchases, real(purchases, *args, **kwargs)))
        return fitted[-1][1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fit, "fit_relevance", spy)
        models = ["popularity", "nearest-picture", "wardrobe"]
        result = measure_relevance(shop, models=models, scores=shop / "scores.parquet")
    return result, fitted


@pytest.fixture
def measured(whole: tuple[dict[str, Any], Fitted]) -> dict[str, Any]:
    return whole[0]


def test_tastes_in_colour_and_kind_are_found(measured: dict[str, Any]) -> None:
    models = measured["models"]
    assert list(models) == [
        "popularity",
        "nearest-picture",
        "wardrobe",
        "wardrobe without popularity",
    ]
    assert models["wardrobe"]["sampled"]["AUC_low"] >= 0.9
    assert models["popularity"]["sampled"]["AUC"] < 0.6
    for row in models.values():
        assert row["sampled"]["AUC"] == pytest.approx(row["full"]["AUC"], abs=0.02)
    lead = measured["leads"]["wardrobe"]["popularity"]["sampled"]
    assert lead["AUC"] == pytest.approx(
        models["wardrobe"]["sampled"]["AUC"] - models["popularity"]["sampled"]["AUC"], abs=1e-4
    )
    assert lead["AUC_low"] > 0.3


def test_the_first_of_the_ranking_has_the_users_own_colour(
    planted: Dataset, whole: tuple[dict[str, Any], Fitted]
) -> None:
    split = leave_last_out(planted, range(planted.n_items()))
    relevance = whole[1][0][1]
    scorer = scorers_of(relevance, "wardrobe", split)["wardrobe"]
    scores = scorer.all_items(slice(0, split.n_judged))
    owner, owned = split.owned
    scores[owner, owned] = -np.inf
    colour = collect(planted.items)["colour_code"].to_numpy()
    bought = np.zeros((split.n_judged, colour.max() + 1))
    np.add.at(bought, (owner, colour[owned]), 1)
    own = colour[scores.argmax(axis=1)] == bought.argmax(axis=1)
    assert own.mean() >= 0.95


def test_a_held_out_purchase_reaches_neither_fit_nor_wardrobe_nor_popularity(
    planted: Dataset, whole: tuple[dict[str, Any], Fitted]
) -> None:
    split = leave_last_out(planted, range(planted.n_items()))
    held = pairs_of(split, held=True)
    for purchases, relevance in whole[1]:
        given = set(zip(purchases.users.tolist(), purchases.items.tolist(), strict=True))
        assert given
        assert given == pairs_of(split, held=False)
        assert not given & held
        # A wardrobe is what is made of the training purchases alone.
        found = scorers_of(relevance, "wardrobe", split)["wardrobe"].users
        alone = relevance.wardrobes(*split.owned, n_users=split.n_judged)
        np.testing.assert_array_equal(found, alone)
    assert int(popularity(split).bias.sum()) == len(planted_pairs(planted)) - len(held)


def planted_pairs(dataset: Dataset) -> set[tuple[int, int]]:
    return set(collect(dataset.interactions)["user_idx", "item_idx"].rows())


def test_scores_hold_every_judged_pair_of_every_model(
    measured: dict[str, Any], shop: Path, planted: Dataset
) -> None:
    table = pl.read_parquet(shop / "scores.parquet")
    assert table["model"].unique(maintain_order=True).to_list() == list(measured["models"])
    judged = measured["judged"]
    assert len(table) == 4 * judged["users"] * (judged["negatives"] + 1)
    ids = collect(planted.interactions.join(planted.users, on="user_idx"))
    items = collect(planted.items.select("item_idx", "item_id"))
    bought = ids.join(items, on="item_idx").select("user_id", "item_id").unique()
    among = table.join(bought, on=["user_id", "item_id"], how="semi")
    assert (among["label"] == 1).all()
    assert len(among) == 4 * judged["users"]


def test_the_figures_stay_in_the_shop(measured: dict[str, Any], shop: Path) -> None:
    stored = json.loads((shop / "reports" / "relevance.json").read_text(encoding="utf-8"))
    assert stored["seed"] == measured["seed"]
    assert not list(shop.glob(".scores-*"))


def test_parts_of_users_and_items_add_up_to_all(measured: dict[str, Any]) -> None:
    n = measured["judged"]["users"]
    users, items = measured["parts"]["users"], measured["parts"]["items"]
    assert sum(part["judged"] for part in users.values()) == n
    assert items["seen"]["judged"] + items["cold"]["judged"] == n
    assert items["hot"]["judged"] + items["warm"]["judged"] == items["seen"]["judged"]
    assert items["cold"]["judged"] == measured["among_new"]["judged"]


def test_a_part_has_the_mean_of_its_own_rows(split: Split, rng: np.random.Generator) -> None:
    few = place_sampled(score_sampled(popularity(split), split, draw_negatives(split, 20, rng)))
    judged = Judged(
        few, place_in_gallery(popularity(split), split), place_among_new(popularity(split), split)
    )
    some = parts_of_judged(split)["users"]["hot"]
    found = Sheet({"one": judged}, split, 0).of(some)
    assert found is not None
    assert found["one"]["sampled"]["AUC"] == pytest.approx(few.auc()[some].mean(), abs=1e-5)
    assert found["one"]["full"]["NDCG@12"] == pytest.approx(
        judged.full.ndcg(12)[some].mean(), abs=1e-5
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("wardrob", "did you mean wardrobe"),
        ("popularity,dim=3", "has no settings"),
        ("wardrobe,dim", "no setting"),
        ("wardrobe,dims=3", "did you mean dim"),
        ("wardrobe,dim=0", "dim"),
        ("wardrobe,loss=mean", "loss"),
    ],
)
def test_a_model_that_cannot_be_is_told(text: str, fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        Model.parse(text)


def test_settings_of_a_model_are_read() -> None:
    model = Model.parse("paper, dim=8, negatives=same_kind")
    assert model.name == "paper,dim=8,negatives=same_kind"
    assert model.settings is not None
    assert (model.settings.dim, model.settings.negatives) == (8, "same_kind")


def test_the_command_prints_and_writes(shop: Path, tmp_path: Path) -> None:
    out = tmp_path / "relevance.json"
    words = ["evaluate-relevance", "--shop", str(shop), "--model", "popularity", "--users", "50"]
    done = CliRunner().invoke(app, [*words, "--ties", "id", "--json", str(out)])
    assert done.exit_code == 0, done.output
    assert "full ranking" in done.output
    assert "--users takes more" in done.output
    result = json.loads(out.read_text(encoding="utf-8"))
    assert (result["ties"], result["judged"]["users"]) == ("id", 50)


def test_a_shop_without_vectors_is_told_what_to_do(planted: Dataset, tmp_path: Path) -> None:
    shop = write_shop(planted, tmp_path / "shop")
    (shop / "vectors" / "colour" / "CURRENT").unlink()
    with pytest.raises(InputError, match="name an encoder"):
        measure_relevance(shop, models=["popularity"])
