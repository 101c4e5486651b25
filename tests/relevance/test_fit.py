"""The fit finds planted tastes, repeats itself, stops in time and goes on from another."""

from dataclasses import replace

import numpy as np
import pytest

from modiste.errors import InputError
from modiste.relevance.fit import fit_relevance
from modiste.relevance.pairs import Purchases
from modiste.relevance.score import Relevance
from modiste.relevance.settings import (
    RelevanceSettings,
    bpr_settings,
    paper_settings,
    vbpr_settings,
)
from tests.relevance.planted import Planted


def compute_auc(model: Relevance, planted: Planted) -> float:
    """Give how often an item to a user's taste stands above one that is not."""
    known = planted.purchases
    people = model.wardrobes(known.users, known.items, n_users=known.n_users)
    scores = people @ model.targets.T + model.popularity
    ranks = scores.argsort(axis=1).argsort(axis=1)
    wanted = planted.wanted()
    n = wanted.sum(axis=1)
    below = (ranks * wanted).sum(axis=1) - n * (n - 1) / 2
    return float((below / (n * (wanted.shape[1] - n))).mean())


def test_a_wardrobe_finds_planted_tastes_and_ranks_the_own_colour_first(
    planted: Planted, wardrobe: Relevance
) -> None:
    assert compute_auc(wardrobe, planted) > 0.92
    known = planted.purchases
    people = wardrobe.wardrobes(known.users, known.items, n_users=known.n_users)
    best = (people @ wardrobe.targets.T + wardrobe.popularity).argmax(axis=1)
    assert np.mean(planted.colour[best] == planted.own_colour) > 0.9


MODELS = {
    "ids": RelevanceSettings(pictures=False),
    "pictures": RelevanceSettings(ids=False),
    "hidden layer": RelevanceSettings(dense=32),
    "attention": RelevanceSettings(attention=True),
    "the day's negatives": RelevanceSettings(negatives="same_day"),
    "bpr on wardrobes": RelevanceSettings(loss="bpr", negatives="uniform"),
    "paper": paper_settings(),
    "bpr": bpr_settings(),
    "vbpr": vbpr_settings(),
}


@pytest.mark.parametrize("name", MODELS)
def test_every_form_learns_the_taste(name: str, planted: Planted) -> None:
    settings = replace(
        MODELS[name],
        dim=16,
        n_shared=100,
        batch=256,
        epochs=8,
        rate=0.03,
        regularisation=1e-4,
        held_out=0,
    )
    model = fit_relevance(
        planted.purchases, settings, features=planted.features, kinds=planted.kind
    )
    assert compute_auc(model, planted) > (0.75 if settings.model != "wardrobe" else 0.9)
    assert len(model.figures) == 8
    assert model.figures[-1]["loss"] < model.figures[0]["loss"]


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(
    planted: Planted, quick: RelevanceSettings
) -> None:
    settings = replace(quick, epochs=2)
    first, again, other = (
        fit_relevance(planted.purchases, replace(settings, seed=seed), features=planted.features)
        for seed in (0, 0, 1)
    )
    assert first.targets.tobytes() == again.targets.tobytes()
    assert first.popularity.tobytes() == again.popularity.tobytes()
    assert first.targets.tobytes() != other.targets.tobytes()


def test_the_order_of_the_rows_does_not_matter(planted: Planted, quick: RelevanceSettings) -> None:
    settings = replace(quick, epochs=1)
    turned = planted.purchases.take(np.arange(len(planted.purchases))[::-1])
    first, second = (
        fit_relevance(rows, settings, features=planted.features)
        for rows in (planted.purchases, turned)
    )
    assert first.targets.tobytes() == second.targets.tobytes()


def test_regularisation_enters_the_loss_and_shortens_vectors(
    planted: Planted, quick: RelevanceSettings
) -> None:
    free, held = (
        fit_relevance(
            planted.purchases,
            replace(quick, epochs=2, regularisation=weight),
            features=planted.features,
        )
        for weight in (0.0, 0.5)
    )
    assert held.figures[0]["loss"] > free.figures[0]["loss"]
    assert np.square(held.targets).mean() < 0.8 * np.square(free.targets).mean()


def test_it_stops_when_held_out_figures_do_not_get_better(
    planted: Planted, quick: RelevanceSettings
) -> None:
    lines: list[tuple[str, float]] = []
    settings = replace(quick, epochs=40, patience=2)
    model = fit_relevance(
        planted.purchases,
        settings,
        features=planted.features,
        progress=lambda line, share: lines.append((line, share)),
    )
    aucs = [epoch["auc"] for epoch in model.figures]
    assert len(aucs) < 40
    assert len(aucs) == int(np.argmax(aucs)) + 1 + 2
    told = [line for line, _ in lines if "AUC" in line]
    assert len(told) == len(aucs)
    assert told[0] == f"epoch 1: loss {model.figures[0]['loss']:.4f}, held-out AUC {aucs[0]:.4f}"
    shares = [share for _, share in lines]
    assert shares == sorted(shares)


def test_what_is_held_out_is_not_learned_from(planted: Planted) -> None:
    """A user's held-out purchase moves nothing: another item in its place, the same model."""
    from modiste.relevance.learning.learner import Material
    from modiste.relevance.learning.learners import WardrobeLearner

    known = planted.purchases.distinct()
    held = np.arange(0, len(known), 9)
    settings = RelevanceSettings(pictures=False, dim=8)
    import torch

    learner = WardrobeLearner(
        Material(known, held, None, None, np.empty(0, str)),
        settings,
        torch.Generator().manual_seed(1),
        None,
    )
    seen = np.concatenate([rows for rows, _ in learner.batches(np.random.default_rng(1))])
    assert not np.isin(seen, held).any()
    assert learner.sales.sum() == len(known) - len(held)


def test_a_fit_goes_on_from_another_by_item_id(planted: Planted, quick: RelevanceSettings) -> None:
    ids = np.array([f"{row:06d}" for row in range(planted.purchases.n_items)])
    settings = replace(quick, epochs=8)
    before = fit_relevance(planted.purchases, settings, features=planted.features, item_ids=ids)
    # The same catalogue in another order: a row's meaning changes, its id does not.
    order = np.random.default_rng(5).permutation(len(ids))
    place = np.argsort(order)
    known = planted.purchases
    moved = Purchases(known.users, place[known.items], known.days, known.n_users, known.n_items)
    short = replace(settings, epochs=1, rate=1e-6)
    cold, warm = (
        fit_relevance(
            moved, short, features=planted.features[order], item_ids=ids[order], start=start
        )
        for start in (None, before)
    )
    assert warm.figures[0]["auc"] > cold.figures[0]["auc"] + 0.1
    np.testing.assert_allclose(warm.targets, before.targets[order], atol=2e-3)


def test_an_item_without_a_picture_has_its_own_vector_alone(
    planted: Planted, quick: RelevanceSettings
) -> None:
    there = np.arange(planted.purchases.n_items) % 5 > 0
    features = planted.features.copy()
    features[~there] = np.nan
    model = fit_relevance(
        planted.purchases, replace(quick, epochs=3), features=features, has_picture=there
    )
    assert np.isfinite(model.targets).all()
    own = model.start["items.ids.weight"]
    sold = planted.purchases.distinct().sales > 0
    np.testing.assert_array_equal(model.targets[~there & sold], own[~there & sold])


def test_users_and_items_without_purchases_have_an_answer(planted: Planted) -> None:
    known = planted.purchases
    rows = (known.users < 300) & (known.items < 350)
    some = known.take(rows)
    settings = replace(paper_settings(), dim=8, epochs=1)
    model = fit_relevance(some, settings, features=planted.features)
    people = model.wardrobes(some.users, some.items, n_users=known.n_users + 5)
    np.testing.assert_allclose(people[-1], model.users.mean(axis=0), rtol=1e-4)  # type: ignore[union-attr]
    assert np.isfinite(people @ model.targets.T).all()


def test_what_cannot_be_fitted_is_refused(planted: Planted) -> None:
    with pytest.raises(InputError, match="reads pictures and none were given"):
        fit_relevance(planted.purchases, RelevanceSettings())
    nothing = planted.purchases.take(np.zeros(0, int))
    with pytest.raises(InputError, match="no purchases"):
        fit_relevance(nothing, RelevanceSettings(pictures=False))
    with pytest.raises(InputError, match="no item has a picture"):
        fit_relevance(
            planted.purchases,
            RelevanceSettings(),
            features=planted.features,
            has_picture=np.zeros(len(planted.features), dtype=bool),
        )


def test_settings_that_do_not_go_together_are_refused() -> None:
    with pytest.raises(ValueError, match="ids, pictures or both"):
        RelevanceSettings(ids=False, pictures=False)
    with pytest.raises(ValueError, match="shared negatives go with softmax"):
        RelevanceSettings(loss="bpr")
