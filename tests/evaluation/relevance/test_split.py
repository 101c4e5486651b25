from __future__ import annotations

import numpy as np
import pytest

from modiste.data import Dataset
from modiste.errors import InputError
from modiste.evaluation.relevance.split import Split, leave_last_out
from modiste.testing.shops import make_shop
from tests.evaluation.relevance.conftest import SEED, pairs_of

Bought = dict[int, dict[int, int]]


def test_the_last_purchase_of_all_with_two_items_is_held_out(split: Split, bought: Bought) -> None:
    held = dict(pairs_of(split, held=True))
    assert held.keys() == {user for user, items in bought.items() if len(items) >= 2}
    for user, item in held.items():
        assert bought[user][item] == max(bought[user].values())


def test_training_and_held_out_purchases_are_all_and_apart(split: Split, bought: Bought) -> None:
    train, held = pairs_of(split, held=False), pairs_of(split, held=True)
    assert not train & held
    assert train | held == {(user, item) for user, items in bought.items() for item in items}
    assert len(split.train_user) == len(train)


def test_a_repeated_purchase_is_held_out_whole() -> None:
    shop = make_shop([(0, 0, 1), (0, 1, 2), (0, 0, 3)], n_users=1, n_items=2)
    split = leave_last_out(shop, range(2))
    assert pairs_of(split, held=True) == {(0, 0)}
    assert pairs_of(split, held=False) == {(0, 1)}


def test_ties_go_by_the_seed_or_to_the_highest_id() -> None:
    shop = make_shop([(0, item, 1) for item in range(30)], n_users=1, n_items=30)
    by_seed = [leave_last_out(shop, range(30), seed=seed).judged_item[0] for seed in range(5)]
    assert len(set(by_seed)) > 1
    assert by_seed[0] == leave_last_out(shop, range(30), seed=0).judged_item[0]
    assert leave_last_out(shop, range(30), ties="id").judged_item[0] == 29


def test_fewer_judged_users_leave_as_much_out(
    dataset: Dataset, pictured: list[int], split: Split
) -> None:
    few = leave_last_out(dataset, pictured, seed=SEED, most_users=7)
    assert few.n_judged == 7
    assert few.n_held_out == split.n_held_out
    np.testing.assert_array_equal(few.train_item, split.train_item)
    assert pairs_of(few, held=True) < pairs_of(split, held=True)


def test_what_judged_users_own_is_what_they_bought_in_training(split: Split) -> None:
    owner, item = split.owned
    owned = {
        (int(split.judged_user[place]), int(row)) for place, row in zip(owner, item, strict=True)
    }
    judged = set(split.judged_user.tolist())
    trained = zip(split.train_user.tolist(), split.train_item.tolist(), strict=True)
    assert owned == {(user, row) for user, row in trained if user in judged}
    assert (np.diff(owner) >= 0).all()


def test_nobody_with_two_items_is_an_error() -> None:
    shop = make_shop([(0, 0, 1), (1, 1, 1)], n_users=2, n_items=2)
    with pytest.raises(InputError, match="nobody is left to judge by"):
        leave_last_out(shop, range(2))
