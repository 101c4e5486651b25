"""What is kept of a model: scores anybody can redo by hand, whoever else is asked for."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from modiste.errors import InputError
from modiste.relevance.score import Dense, Relevance, match_rows
from modiste.relevance.settings import RelevanceSettings
from tests.relevance.planted import Planted


def small() -> Relevance:
    """Three items in two dimensions."""
    vectors = np.array([[1, 0], [0, 2], [3, 1]], np.float32)
    popularity = np.array([0.5, 0.0, -1.0], np.float32)
    return Relevance(RelevanceSettings(), np.array(["a", "b", "c"]), vectors, popularity, vectors)


def test_a_wardrobe_is_the_mean_of_what_was_bought_and_a_score_is_a_product() -> None:
    model = small()
    users, items = np.array([0, 0, 2]), np.array([0, 1, 2])
    people = model.wardrobes(users, items, n_users=3)
    assert people.tolist() == [[0.5, 1.0], [0.0, 0.0], [3.0, 1.0]]
    scores = model.score(np.array([0, 1, 2]), np.array([2, 2, 0]), people)
    assert scores.tolist() == [0.5 * 3 + 1.0 - 1.0, -1.0, 3.0 + 0.5]
    plain = model.score(np.array([0, 1, 2]), np.array([2, 2, 0]), people, popularity=False)
    assert plain.tolist() == [2.5, 0.0, 3.0]
    assert scores.dtype == np.float32


def test_older_purchases_count_by_their_weight() -> None:
    people = small().wardrobes(
        np.array([0, 0]), np.array([0, 1]), np.array([3.0, 1.0], np.float32), n_users=1
    )
    assert people.tolist() == [[0.75, 0.5]]


def test_with_attention_what_was_bought_counts_by_its_vector() -> None:
    model = replace(small(), attends=np.array([np.log(3), 0], np.float32))
    people = model.wardrobes(np.array([0, 0]), np.array([0, 1]), n_users=1)
    np.testing.assert_allclose(people, [[3 / 4, 2 / 4]], rtol=1e-6)


def test_nothing_depends_on_who_else_is_asked_or_on_the_order(
    planted: Planted, wardrobe: Relevance, rng: np.random.Generator
) -> None:
    known = planted.purchases
    people = wardrobe.wardrobes(known.users, known.items, n_users=known.n_users)
    order = rng.permutation(len(known))
    turned = wardrobe.wardrobes(known.users[order], known.items[order], n_users=known.n_users)
    assert people.tobytes() == turned.tobytes()
    mine = known.users == 7
    alone = wardrobe.wardrobes(np.zeros(mine.sum(), int), known.items[mine], n_users=1)
    assert alone[0].tobytes() == people[7].tobytes()
    users, items = rng.integers(0, known.n_users, 501), rng.integers(0, known.n_items, 501)
    scores = wardrobe.score(users, items, people)
    for at in (0, 13, 500):
        one = wardrobe.score(users[at : at + 1], items[at : at + 1], people)
        assert one.tobytes() == scores[at : at + 1].tobytes()
    assert (
        wardrobe.score(users, items, people)[::2].tobytes()
        == wardrobe.score(users[::2], items[::2], people).tobytes()
    )


def test_new_items_get_their_vectors_by_their_pictures(
    planted: Planted, wardrobe: Relevance
) -> None:
    made = wardrobe.for_new_items(planted.features)
    own = wardrobe.start["items.ids.weight"]
    sold = planted.purchases.distinct().sales > 0
    np.testing.assert_allclose(made["targets"][sold] + own[sold], wardrobe.targets[sold], atol=1e-4)
    np.testing.assert_array_equal(made["popularity"], np.float32(wardrobe.unsold))
    known = planted.purchases
    people = wardrobe.wardrobes(known.users, known.items, n_users=known.n_users)
    best = (people @ made["targets"].T).argmax(axis=1)
    assert np.mean(planted.colour[best] == planted.own_colour) > 0.8


def test_another_catalogue_keeps_known_items_and_sees_new_ones(
    planted: Planted, wardrobe: Relevance
) -> None:
    n = wardrobe.n_items
    named = replace(wardrobe, item_ids=np.array([f"{row:05d}" for row in range(n)]))
    ids = np.array(["new-seen", "00010", "new-unseen", "00002"])
    features = planted.features[[5, 10, 6, 2]].copy()
    features[2] = np.nan
    laid = named.with_items(ids, features, np.array([True, True, False, True]))
    assert laid.targets[1].tobytes() == wardrobe.targets[10].tobytes()
    assert laid.popularity[3] == wardrobe.popularity[2]
    np.testing.assert_allclose(
        laid.targets[0], wardrobe.for_new_items(planted.features[5:6])["targets"][0], atol=1e-5
    )
    assert not laid.targets[2].any()
    assert laid.popularity[2] == np.float32(wardrobe.unsold)
    assert laid.worn is not None
    np.testing.assert_array_equal(laid.worn, laid.targets)


def test_features_of_another_network_are_refused(wardrobe: Relevance) -> None:
    with pytest.raises(InputError, match=r"shape \[2, 9\] given, expected \[n, 24\]"):
        wardrobe.for_new_items(np.zeros((2, 9), np.float32))
    with pytest.raises(InputError, match="fitted without pictures"):
        small().for_new_items(np.zeros((2, 9), np.float32))


def test_two_layers_have_a_relu_between_and_one_has_it_at_the_end() -> None:
    first, second = np.array([[1.0], [-1.0]], np.float32), np.array([[1.0, -2.0]], np.float32)
    none = (np.zeros(2, np.float32), np.zeros(1, np.float32))
    two = Dense((first, second), none, relu=False)
    assert two.of(np.array([[3.0], [-4.0]])).tolist() == [[3.0], [-8.0]]
    one = Dense((first,), none[:1], relu=True)
    assert one.of(np.array([[3.0], [-4.0]])).tolist() == [[3.0, 0.0], [0.0, 4.0]]
    assert two.of(np.zeros((0, 1))).shape == (0, 1)


def test_items_are_matched_by_id_and_by_row_where_there_are_none() -> None:
    rows, known = match_rows(np.array(["b", "a"]), np.array(["a", "c", "b"]), 2, 3)
    assert known.tolist() == [True, False, True]
    assert rows[known].tolist() == [1, 0]
    rows, known = match_rows(np.empty(0, str), np.array(["a", "c", "b"]), 2, 3)
    assert known.tolist() == [True, True, False]
    assert rows[known].tolist() == [0, 1]


def test_scoring_loads_no_torch() -> None:
    probe = (
        "import sys, modiste.relevance.score, modiste.relevance.stored, modiste.relevance.fit;"
        "sys.exit('torch' in sys.modules or 'safetensors' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0
