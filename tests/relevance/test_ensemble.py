"""An ensemble is one model whose score is the weighted sum of several."""

from dataclasses import replace

import numpy as np
import pytest

from modiste.errors import InputError
from modiste.relevance.ensemble import combine, fit_weights
from modiste.relevance.fit import fit_relevance
from modiste.relevance.score import Relevance
from modiste.relevance.settings import RelevanceSettings, paper_settings, vbpr_settings
from tests.relevance.planted import Planted

FORMS = {
    "wardrobe": RelevanceSettings(),
    "hidden layer": RelevanceSettings(dense=12),
    "paper": paper_settings(),
    "vbpr": vbpr_settings(),
}


def scores_of(
    model: Relevance, planted: Planted
) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    known = planted.purchases
    people = model.wardrobes(known.users, known.items, n_users=known.n_users)
    return people @ model.targets.T + model.popularity


@pytest.mark.parametrize("name", FORMS)
def test_its_score_is_the_weighted_sum(name: str, planted: Planted) -> None:
    settings = replace(FORMS[name], dim=8, epochs=1, n_shared=50, batch=512)
    models = [
        fit_relevance(planted.purchases, replace(settings, seed=seed), features=planted.features)
        for seed in (1, 2)
    ]
    weights = np.array([0.3, 1.7])
    whole = combine(models, weights)
    parts = [scores_of(model, planted) for model in models]
    expected = 0.3 * parts[0] + 1.7 * parts[1]
    np.testing.assert_allclose(scores_of(whole, planted), expected, atol=1e-4)
    new = whole.for_new_items(planted.features[:20])
    apart = [model.for_new_items(planted.features[:20]) for model in models]
    theirs = [
        np.float32(weight) * made["targets"] for weight, made in zip(weights, apart, strict=True)
    ]
    np.testing.assert_allclose(new["targets"], np.hstack(theirs), atol=1e-4)
    popularity = 0.3 * apart[0]["popularity"] + 1.7 * apart[1]["popularity"]
    np.testing.assert_allclose(new["popularity"], popularity, atol=1e-4)
    if whole.worn is not None:
        worn = [made["worn"] for made in apart]
        np.testing.assert_allclose(new["worn"], np.hstack(worn), atol=1e-4)


def test_settings_ask_for_an_ensemble_and_each_model_draws_for_itself(planted: Planted) -> None:
    settings = RelevanceSettings(dim=8, epochs=1, n_models=3, n_shared=50)
    lines: list[str] = []
    model = fit_relevance(
        planted.purchases,
        settings,
        features=planted.features,
        progress=lambda line, share: lines.append(f"{line} {share:.2f}"),
    )
    assert model.dim == 24
    assert len(model.figures) == 3
    assert len({epoch["loss"] for epoch in model.figures}) == 3
    assert any(
        line.startswith("model 3, epoch 1: loss") and line.endswith("1.00") for line in lines
    )


def test_a_model_that_tells_nothing_gets_little_weight(rng: np.random.Generator) -> None:
    bought = rng.random(4000) < 0.1
    good = rng.standard_normal((4000, 2)) + 1.5 * bought[:, None]
    noise = rng.standard_normal((4000, 1))
    weights = fit_weights(np.hstack([good, noise]), bought)
    assert (weights >= 0).all()
    assert weights[2] < 0.1 * weights[:2].min()
    assert weights[0] == pytest.approx(weights[1], rel=0.15)


def test_attention_and_ensembles_do_not_go_together(wardrobe: Relevance) -> None:
    with pytest.raises(ValueError, match="attention goes with one model"):
        RelevanceSettings(attention=True, n_models=2)
    attentive = replace(wardrobe, attends=np.zeros(wardrobe.dim, np.float32))
    with pytest.raises(InputError, match="ensemble of 2 models with attention"):
        combine([attentive, attentive], np.ones(2))
